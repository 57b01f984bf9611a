// Asks a second time about what the tests compare. Only the program's own file reads this, after it has given
// `codegen_lie` a name that the solution could not know; the tests' assert.h, which a solution may read first, does not.
#pragma once

namespace codegen_unit {

// Something equals two things that differ, or is as near to one as to the other: no test can tell what it is.
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

}  // namespace codegen_unit
