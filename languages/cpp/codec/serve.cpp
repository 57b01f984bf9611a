// Carries typed values between the verifier and a function. Nothing here knows an expected value.

#include <codegen/wire.hpp>

#include <cxxabi.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <typeinfo>

#include "quote.hpp"

namespace codegen_value {
namespace {

bool read_all(char* into, std::size_t count) {
    while (count > 0) {
        const ssize_t got = read(3, into, count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        into += got;
        count -= static_cast<std::size_t>(got);
    }
    return true;
}

bool receive(std::string& frame) {
    unsigned char head[4];
    if (!read_all(reinterpret_cast<char*>(head), sizeof head)) return false;
    std::size_t size = 0;
    for (unsigned char byte : head) size = size << 8 | byte;
    frame.resize(size);
    return read_all(frame.data(), size);
}

void send(const std::string& payload) {
    std::string data;
    for (int shift = 24; shift >= 0; shift -= 8) data += static_cast<char>(payload.size() >> shift & 255);
    data += payload;
    const char* from = data.data();
    for (std::size_t left = data.size(); left > 0;) {
        const ssize_t done = write(4, from, left);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return;
        from += done;
        left -= static_cast<std::size_t>(done);
    }
}

std::string thrown() {
    const std::type_info* kind = abi::__cxa_current_exception_type();
    if (!kind) return "exception";
    int status = 0;
    char* name = abi::__cxa_demangle(kind->name(), nullptr, nullptr, &status);
    const std::string found = name ? name : kind->name();
    std::free(name);
    return found;
}

std::string failure(const std::string& kind, const std::string& message, const std::string& doing) {
    std::string out = "{\"error\":{\"type\":";
    quote(out, kind.substr(0, 200));
    out += ",\"message\":";
    quote(out, message.substr(0, 2000));
    out += ",\"line\":0";
    if (!doing.empty()) {
        out += ",\"at\":";
        quote(out, doing);
    }
    return out + "}}";
}

std::string answer(std::string (*call)(Reader&), const std::string& frame) {
    Reader from(frame);
    try {
        return call(from);
    } catch (const std::exception& error) {
        return failure(thrown(), error.what(), from.doing);
    } catch (...) {
        return failure(thrown(), "", from.doing);
    }
}

}  // namespace

int serve(std::string (*call)(Reader&)) {
    for (std::string frame; receive(frame);) send(answer(call, frame));
    return 0;
}

}  // namespace codegen_value
