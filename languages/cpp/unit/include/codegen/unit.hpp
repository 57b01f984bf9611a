// What the program of native tests is made with. No standard header comes with it.
#pragma once

namespace codegen_unit {

using Seal = unsigned char[16];

// One test: `known` is what the framework calls it, `name` what the verifier does.
struct Test {
    const char* known;
    const char* name;
    Seal passed;
    Seal skipped;
};

struct Program {
    const Test* tests;
    unsigned count;
    const unsigned char* end;  // the seal of the end
    const bool* lies;          // whether an equality was found out
};

// Asserts what is wrong, in as many ways as there are. Each has to be noticed.
using Canary = void (*)(unsigned way);

// An assertion of the tests did not hold: says so and ends the process.
[[noreturn]] void failed(const char* text, const char* file, unsigned line);

// Tests that are one main function.
int run_script(const Program& program, int (*script)(), Canary canary, unsigned ways);

// Ends tests that are one main function: with 0 they have passed.
[[noreturn]] void conclude(const Program& program, int code);

// Test cases of doctest, one of which is the canary: `ways` of its assertions have to fail.
int run_doctest(const Program& program, const char* canary, int ways);

inline int call(int (*script)()) { return script(); }
inline int call(void (*script)()) { return script(), 0; }
inline int call(int (*script)(int, char**)) {
    char name[] = "program";
    char* words[] = {name, nullptr};
    return script(1, words);
}
inline int call(int (*script)(int, const char**)) {
    const char* words[] = {"program", nullptr};
    return script(1, words);
}

}  // namespace codegen_unit
