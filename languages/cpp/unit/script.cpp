// Tests that are one main function, and the assert of all tests.

#include <codegen/unit.hpp>

#include <cstdlib>
#include <exception>

#include "channel.hpp"

namespace codegen_unit {

const char* running = nullptr;  // the name of the test that runs

namespace {

struct Probed {};

bool probing = false;

int script_result(int (*script)(), Text& message) {
    try {
        return script();
    } catch (const std::exception& error) {
        message.add("uncaught exception: ");
        message.add(error.what());
    } catch (...) {
        message.add("uncaught exception");
    }
    return 1;
}

// The canary of the script's assertions.
Canary canary = nullptr;
unsigned ways = 0;

// Says whether an assertion no longer fails.
bool broken() {
    probing = true;
    for (unsigned way = 0; way < ways; ++way) {
        try {
            canary(way);
            return true;
        } catch (const Probed&) {
        }
    }
    return false;
}

[[noreturn]] void finish(const Program& program, const char* dead) {
    attest_end(program.end, dead);
    leave(0);
}

}  // namespace

const char* after(const Program& program, const char* dead) {
    return *dead || !*program.lies ? dead : "== holds of everything";
}

void conclude(const Program& program, int code) {
    if (code != 0) {
        attest(running, "failed", "main did not return 0", nullptr);
        finish(program, "");
    }
    attest(running, "passed", "", program.tests[0].passed);
    finish(program, after(program, broken() ? "assert" : ""));
}

void failed(const char* text, const char* file, unsigned line) {
    if (probing) throw Probed{};
    if (running) {
        Text message;
        message.add(file);
        message.add(":");
        message.add_number(line);
        message.add(": assertion failed: ");
        message.add_plain(text);
        attest(running, "failed", message.ended(), nullptr);
    }
    std::abort();
}

int run_script(const Program& program, int (*script)(), Canary probe, unsigned count) {
    if (!receive()) return 1;
    running = program.tests[0].name;
    canary = probe;
    ways = count;
    Text thrown;
    const int code = script_result(script, thrown);
    if (thrown.size > 0) {
        attest(running, "error", thrown.ended(), nullptr);
        finish(program, "");
    }
    conclude(program, code);
}

}  // namespace codegen_unit
