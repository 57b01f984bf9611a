#include <codegen/utf8.hpp>
#include <codegen/wire.hpp>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "quote.hpp"

namespace codegen_value {
namespace {

constexpr unsigned long MOST_NODES = 2'000'000;
constexpr unsigned long MOST_BYTES = 16u << 20;

void add_utf8(std::string& to, unsigned code) {
    if (code < 0x80) {
        to += static_cast<char>(code);
        return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    const unsigned first[] = {0, 0xC0, 0xE0, 0xF0};
    to += static_cast<char>(first[more] | code >> (6 * more));
    for (int i = more - 1; i >= 0; --i) to += static_cast<char>(0x80 | (code >> (6 * i) & 0x3F));
}

}  // namespace

char Reader::peek() {
    while (at < end && (*at == ' ' || *at == '\n')) ++at;
    return at < end ? *at : '\0';
}

std::string Reader::word() {
    peek();
    const char* start = at;
    while (at < end && *at != ',' && *at != ']' && *at != ' ') ++at;
    return {start, at};
}

bool Reader::boolean() { return word() == "true"; }

bool Reader::null() {
    if (peek() != 'n') return false;
    word();
    return true;
}

long long Reader::integer() { return std::strtoll(word().c_str(), nullptr, 10); }

double Reader::floating() {
    if (peek() != '"') return std::strtod(word().c_str(), nullptr);
    const std::string name = text();
    const double infinity = std::numeric_limits<double>::infinity();
    return name == "NaN" ? std::nan("") : name[0] == '-' ? -infinity : infinity;
}

unsigned Reader::hex() {
    unsigned code = 0;
    std::from_chars(at, at + 4, code, 16);
    at += 4;
    return code;
}

unsigned Reader::code_point() {
    const unsigned high = hex();
    if (high < 0xD800 || high > 0xDBFF || end - at < 6 || at[0] != '\\' || at[1] != 'u') return high;
    at += 2;
    return 0x10000 + ((high - 0xD800) << 10) + (hex() - 0xDC00);
}

std::string Reader::text() {
    std::string found;
    peek();
    for (++at; at < end && *at != '"';) {
        if (*at != '\\') {
            found += *at++;
            continue;
        }
        const char kind = at[1];
        at += 2;
        const std::string from = "nrtbf", to = "\n\r\t\b\f";
        const std::size_t which = from.find(kind);
        if (kind == 'u') {
            add_utf8(found, code_point());
        } else {
            found += which == std::string::npos ? kind : to[which];
        }
    }
    ++at;
    return found;
}

void Reader::open() {
    peek();
    ++at;
}

bool Reader::more() {
    if (peek() == ',') ++at;
    if (peek() != ']') return at < end;
    ++at;
    return false;
}

bool Writer::node() {
    ++nodes;
    if (nodes > MOST_NODES || written.size() > MOST_BYTES) wrong = "the result is too large";
    return wrong == nullptr;
}

void Writer::boolean(bool value) {
    if (node()) written += value ? "true" : "false";
}

void Writer::null() {
    if (node()) written += "null";
}

void Writer::integer(long long value) {
    if (node()) written += std::to_string(value);
}

void Writer::natural(unsigned long long value) {
    if (node()) written += std::to_string(value);
}

void Writer::floating(double value) {
    if (!node()) return;
    if (std::isnan(value)) {
        written += "\"NaN\"";
    } else if (std::isinf(value)) {
        written += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    } else if (value == 0) {
        written += std::signbit(value) ? "-0.0" : "0.0";
    } else {
        char digits[64];
        written.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
}

void Writer::text(const std::string& value) {
    if (node() && !quote(written, value)) wrong = "a string of the result is not UTF-8";
}

void Writer::open() {
    if (node()) written += '[';
}

bool Writer::next() {
    if (!written.empty() && written.back() != '[') written += ',';
    return wrong == nullptr;
}

void Writer::close() { written += ']'; }

std::string Writer::reply() const {
    if (wrong) return std::string("{\"mismatch\":\"") + wrong + "\"}";
    return "{\"value\":" + written + "}";
}

bool quote(std::string& to, const std::string& text) {
    bool whole = true;
    to += '"';
    for (std::size_t i = 0; i < text.size();) {
        const auto* at = reinterpret_cast<const unsigned char*>(text.data()) + i;
        const unsigned length = utf8_length(at, text.size() - i);
        if (*at < 0x20) {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", *at);
            to += code;
        } else if (length == 0) {
            whole = false;
            to += '?';
        } else {
            if (*at == '"' || *at == '\\') to += '\\';
            to.append(text, i, length);
        }
        i += length == 0 ? 1 : length;
    }
    to += '"';
    return whole;
}

namespace {

const std::string VALUE = "{\"value\":";
const std::string MISMATCH = "{\"mismatch\":\"";

}  // namespace

Operations::Operations(Reader& reader) : from(reader) {
    from.more();
    for (from.open(); from.more();) names.push_back(from.text());
}

bool Operations::next() {
    if (number == names.size() || !wrong.empty()) return false;
    ++number;
    from.doing = "operation " + std::to_string(number) + ", " + names[number - 1];
    return true;
}

void Operations::add(const std::string& reply) {
    if (reply.compare(0, MISMATCH.size(), MISMATCH) == 0) {
        wrong = MISMATCH + from.doing + ": " + reply.substr(MISMATCH.size());
    } else if (results.size() > MOST_BYTES) {
        wrong = MISMATCH + "the results are too large\"}";
    } else {
        results += (number > 1 ? "," : "") + reply.substr(VALUE.size(), reply.size() - VALUE.size() - 1);
    }
}

std::string Operations::reply() const { return wrong.empty() ? VALUE + "[" + results + "]}" : wrong; }

}  // namespace codegen_value
