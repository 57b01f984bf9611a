"""When is an answer the expected one? Both are JSON values of one declared type.

The type decides what a value is, so `1` and `1.0` are one value where a float is declared, and
`true` is never `1`. The comparators:

    exact      equal element by element. NaN equals NaN; 0.0 equals -0.0; the pairs of a map have
               no order.
    float      as exact, but two finite floats are equal within a relative 1e-6 or an absolute 1e-9
               (whichever allows more; both can be set); infinities only equal themselves.
    unordered  the elements of the outermost list have no order, but count; within them exact.
    set        as unordered, and an element counts once.

`unordered` and `set` look for the outermost list through `optional`; without one they are `exact`.
The results of a class's operations are compared one by one, each as a value of its method's type.

Not here: whether a value is of its type (`codegen.types.mismatch`), call that first; the output of
whole programs (`codegen.verify.compare_text`); a user's `checker` (`codegen.verify.checking`).
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from codegen.records import Comparator, Comparison
from codegen.types import Type


def matches(got: Any, expected: Any, kind: Type, comparator: Comparison | Comparator | str) -> bool:
    """Return whether two values of a type are the same under a comparator. Symmetric.

    Under `checker` two values are the same when they are under `exact`.
    """
    if got == expected:
        return True  # what is alike as JSON is alike in every form
    how = comparator if isinstance(comparator, Comparison) else Comparison(Comparator(comparator))
    if kind.name == "results":
        return len(got) == len(expected) and all(
            matches(one, other, each, how)
            for one, other, each in zip(got, expected, kind.arguments, strict=True)
        )
    if how.name is Comparator.FLOAT:
        return _near(normal(got, kind), normal(expected, kind), kind, how)
    if how.name in (Comparator.UNORDERED, Comparator.SET):
        return _loose(got, expected, kind, how.name)
    return bool(normal(got, kind) == normal(expected, kind))


def normal(value: Any, kind: Type) -> Any:
    """Return a hashable form in which exactly the equal values of a type are equal."""
    if kind.name == "float":
        return _float(value)
    if kind.name == "list":
        return tuple(normal(item, kind.arguments[0]) for item in value)
    if kind.name in ("tuple", "results"):
        return tuple(normal(v, k) for v, k in zip(value, kind.arguments, strict=True))
    if kind.name == "map":
        key, item = kind.arguments
        return frozenset((normal(k, key), normal(v, item)) for k, v in value)
    if kind.name == "optional":
        return None if value is None else (normal(value, kind.arguments[0]),)
    return value


def _float(value: Any) -> float | str:
    number = float(value)
    return "NaN" if math.isnan(number) else number


def _loose(got: Any, expected: Any, kind: Type, how: Comparator) -> bool:
    while kind.name == "optional" and got is not None and expected is not None:
        kind = kind.arguments[0]
    first, second = normal(got, kind), normal(expected, kind)
    if kind.name != "list":
        return bool(first == second)
    if how is Comparator.SET:
        return set(first) == set(second)
    return Counter(first) == Counter(second)


def _near(first: Any, second: Any, kind: Type, how: Comparison) -> bool:
    """Compare normal forms; only floats are loose."""
    if kind.name == "float":
        return bool(first == second) or close(first, second, how)
    if kind.name == "optional":
        if first is None or second is None:
            return first is second
        return _near(first[0], second[0], kind.arguments[0], how)
    if kind.name == "map":
        return _near_maps(dict(first), dict(second), kind.arguments[1], how)
    if kind.name in ("list", "tuple"):
        kinds = kind.arguments if kind.name == "tuple" else kind.arguments * len(first)
        return len(first) == len(second) and all(
            _near(a, b, k, how) for a, b, k in zip(first, second, kinds, strict=True)
        )
    return bool(first == second)


def _near_maps(first: dict[Any, Any], second: dict[Any, Any], kind: Type, how: Comparison) -> bool:
    return first.keys() == second.keys() and all(
        _near(value, second[key], kind, how) for key, value in first.items()
    )


def close(first: float | str, second: float | str, how: Comparison) -> bool:
    """Return whether two floats are equal within the tolerances; NaN is a string here."""
    if isinstance(first, str) or isinstance(second, str):
        return False
    return math.isclose(first, second, rel_tol=how.relative, abs_tol=how.absolute)
