"""When two values are the same, by properties."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.records import Comparator, Comparison
from codegen.types import Type, mismatch, parse
from codegen.verify.compare import matches

EXACT, FLOAT, UNORDERED, SET, _ = Comparator

SCALARS = {
    "bool": st.booleans(),
    "int": st.integers(-(1 << 63), (1 << 63) - 1),
    "str": st.text(max_size=5),
    "float": st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-100, 100)
    | st.sampled_from(["NaN", "Infinity", "-Infinity"]),
}


def kinds() -> st.SearchStrategy[Type]:
    scalars = st.sampled_from(sorted(SCALARS)).map(Type)
    keys = st.sampled_from(["bool", "int", "str"]).map(Type)

    def nested(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
        return (
            st.builds(lambda a: Type("list", (a,)), inner)
            | st.builds(lambda a: Type("tuple", tuple(a)), st.lists(inner, min_size=2, max_size=4))
            | st.builds(lambda k, v: Type("map", (k, v)), keys, inner)
            | st.builds(
                lambda a: Type("optional", (a,)), inner.filter(lambda a: a.name != "optional")
            )
        )

    return st.recursive(scalars, nested, max_leaves=4)


def values(kind: Type) -> st.SearchStrategy[Any]:
    if kind.name in SCALARS:
        return SCALARS[kind.name]
    if kind.name == "list":
        return st.lists(values(kind.arguments[0]), max_size=4)
    if kind.name == "tuple":
        return st.tuples(*map(values, kind.arguments)).map(list)
    if kind.name == "optional":
        return st.none() | values(kind.arguments[0])
    pair = st.tuples(*map(values, kind.arguments)).map(list)
    return st.lists(pair, max_size=4, unique_by=lambda item: repr(item[0]))


@st.composite
def typed(draw: st.DrawFn, count: int = 1) -> tuple[Type, list[Any]]:
    kind = draw(kinds())
    return kind, [draw(values(kind)) for _ in range(count)]


@given(typed(), st.sampled_from(list(Comparator)))
def test_every_value_is_itself(case: tuple[Type, list[Any]], how: Comparator) -> None:
    kind, (value,) = case
    assert mismatch(value, kind) == ""
    assert matches(value, value, kind, how)


@given(typed(2), st.sampled_from(list(Comparator)))
def test_the_order_of_the_two_does_not_matter(
    case: tuple[Type, list[Any]], how: Comparator
) -> None:
    kind, (first, second) = case
    assert matches(first, second, kind, how) == matches(second, first, kind, how)


@given(typed(2))
def test_exact_is_the_strictest(case: tuple[Type, list[Any]]) -> None:
    kind, (first, second) = case
    if matches(first, second, kind, EXACT):
        assert all(matches(first, second, kind, how) for how in Comparator)


@given(st.lists(st.integers(0, 3), max_size=6), st.randoms())
def test_unordered_counts_and_set_does_not(items: list[int], random: Any) -> None:
    kind = parse("list[int]")
    shuffled = random.sample(items, len(items))
    assert matches(items, shuffled, kind, UNORDERED)
    assert matches(items, items + items, kind, SET)
    if items:
        assert not matches(items, [*items, items[0]], kind, UNORDERED)
    assert matches(items, shuffled, kind, EXACT) == (items == shuffled)


@given(st.floats(-1e100, 1e100), st.floats(-9e-7, 9e-7))
def test_a_near_float_is_near_only_for_float(value: float, share: float) -> None:
    moved = value * (1 + share)
    assert matches(value, moved, Type("float"), FLOAT)
    assert matches(value, moved, Type("float"), EXACT) == (value == moved)
    far = value * 1.001 if abs(value) > 1e-5 else value + 1.0
    assert not matches(value, far, Type("float"), FLOAT)


@given(st.floats(1.0, 1e100), st.floats(1e-12, 0.5))
def test_the_tolerances_can_be_set(value: float, tolerance: float) -> None:
    relative = Comparison(FLOAT, relative=tolerance, absolute=0.0)
    absolute = Comparison(FLOAT, relative=0.0, absolute=value * tolerance)
    for how in (relative, absolute):
        assert matches(value * (1 + tolerance / 2), value, Type("float"), how)
        assert not matches(value * (1 + tolerance * 3), value, Type("float"), how)


@given(st.booleans(), st.integers(0, 1))
def test_true_is_never_one(flag: Any, number: Any) -> None:
    assert mismatch(flag, Type("int")) != "" and mismatch(flag, Type("float")) != ""
    assert mismatch(number, Type("bool")) != ""


@pytest.mark.parametrize(
    ("first", "second", "kind", "how", "same"),
    [
        ("NaN", "NaN", "float", EXACT, True),
        ("NaN", 0.0, "float", FLOAT, False),
        ("Infinity", "Infinity", "float", FLOAT, True),
        ("Infinity", "-Infinity", "float", FLOAT, False),
        ("Infinity", 1e308, "float", FLOAT, False),
        (0.0, -0.0, "float", EXACT, True),
        (1, 1.0, "float", EXACT, True),
        (math.nextafter(1.0, 2.0), 1.0, "float", EXACT, False),
        ([[1, "a"], [2, "b"]], [[2, "b"], [1, "a"]], "map[int, str]", EXACT, True),
        ([[1, 1.0]], [[1, 1.0 + 1e-8]], "map[int, float]", FLOAT, True),
        ([[True, 1.0]], [[False, 1.0]], "map[bool, float]", FLOAT, False),
        ([[1, 2], [3]], [[2, 1], [3]], "list[list[int]]", UNORDERED, False),
        ([[1, 2], [3]], [[3], [1, 2]], "list[list[int]]", UNORDERED, True),
        ([2, 1], [1, 2], "optional[list[int]]", UNORDERED, True),
        (None, [], "optional[list[int]]", UNORDERED, False),
        (None, 0, "optional[int]", EXACT, False),
        (["a", "b"], ["b", "a"], "tuple[str, str]", UNORDERED, False),
    ],
)
def test_the_written_definition(
    first: Any, second: Any, kind: str, how: Comparator, *, same: bool
) -> None:
    assert matches(first, second, parse(kind), how) is same
