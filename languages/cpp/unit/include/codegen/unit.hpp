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

// Something equals two things that differ, or is as near to one as to the other: no test can tell what it is.
// The program's file gives it a name of its own: the solution could call what has another name by it.
static bool codegen_lie = false;

// What the tests say that something equals, and what it cannot equal then: in no order.
template <class One, class Other>
struct Either {
    One&& one;
    Other&& other;
};

template <class One, class Other>
struct Apart {
    One&& one;
    Other&& other;
};

template <class One, class Other>
constexpr Either<One, Other> either(One&& one, Other&& other) {
    return {static_cast<One&&>(one), static_cast<Other&&>(other)};
}

template <class One, class Other>
constexpr Apart<One, Other> apart(One&& one, Other&& other) {
    return {static_cast<One&&>(one), static_cast<Other&&>(other)};
}

// What has an `==` or a `-` that somebody wrote.
template <class Value>
constexpr bool written = __is_class(Value) || __is_union(Value) || __is_enum(Value);
template <class Value>
constexpr bool written<Value&> = written<Value>;
template <class Value>
constexpr bool written<const Value> = written<Value>;

// A value that the tests compare, after it was. A temporary stays one only where `==` wants one,
// so that what is asked here is what is asked there.
template <class Value, class One, class Other>
constexpr decltype(auto) asked(Value&& value, Either<One, Other> of) {
    if constexpr (!written<Value>) {
        return static_cast<Value&&>(value);
    } else if constexpr (requires { static_cast<bool>(value == static_cast<One&&>(of.one)); }) {
        if constexpr (requires { static_cast<bool>(value == static_cast<Other&&>(of.other)); }) {
            if (static_cast<bool>(value == static_cast<One&&>(of.one)) &&
                static_cast<bool>(value == static_cast<Other&&>(of.other))) {
                codegen_lie = true;
            }
        }
        return static_cast<Value&>(value);
    } else {
        if constexpr (requires { static_cast<bool>(static_cast<Value&&>(value) == static_cast<One&&>(of.one)); } &&
                      requires { static_cast<bool>(static_cast<Value&&>(value) == static_cast<Other&&>(of.other)); }) {
            if (static_cast<bool>(static_cast<Value&&>(value) == static_cast<One&&>(of.one)) &&
                static_cast<bool>(static_cast<Value&&>(value) == static_cast<Other&&>(of.other))) {
                codegen_lie = true;
            }
        }
        return static_cast<Value&&>(value);
    }
}

// The same of a value whose distance to a number is wanted: it is not as far from all numbers.
template <class Value, class One, class Other>
constexpr decltype(auto) asked(Value&& value, Apart<One, Other> of) {
    if constexpr (written<Value> && requires { static_cast<double>(value - of.one) - static_cast<double>(value - of.other); }) {
        const double between = static_cast<double>(value - of.one) - static_cast<double>(value - of.other);
        if (between > -0.5 && between < 0.5) codegen_lie = true;
    }
    return static_cast<Value&&>(value);
}

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
