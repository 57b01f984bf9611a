"""The type language: what parses, what does not, and which values belong to a type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import UsageError
from codegen.types import Type, mismatch, parse

_SCALARS = st.sampled_from(["bool", "int", "float", "str"]).map(Type)
_KEYS = st.sampled_from(["bool", "int", "str"]).map(Type)


def _compound(inner):
    return st.one_of(
        inner.map(lambda t: Type("list", (t,))),
        inner.filter(lambda t: t.name != "optional").map(lambda t: Type("optional", (t,))),
        st.lists(inner, min_size=2, max_size=4).map(lambda ts: Type("tuple", tuple(ts))),
        st.tuples(_KEYS, inner).map(lambda kv: Type("map", kv)),
    )


TYPES = st.recursive(_SCALARS, _compound, max_leaves=6)


@given(TYPES)
def test_a_type_parses_to_itself(kind):
    assert parse(str(kind)) == kind


@given(st.text(alphabet="abdefilnoprstu[], ", max_size=30))
def test_any_text_parses_or_is_refused(text):
    try:
        kind = parse(text)
    except UsageError as error:
        complaint = str(error)
    else:
        complaint = ""
        assert parse(str(kind)) == kind
    assert not complaint or repr(text) in complaint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "integer",
        "list",
        "list[int",
        "list[int]]",
        "map[float, int]",
        "tuple[int]",
        "optional[optional[int]]",
        "list[int, int]",
        "map[int]",
        "int?",
    ],
)
def test_what_is_no_type_is_refused(text):
    with pytest.raises(UsageError, match="type"):
        parse(text)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "bool"),
        (3, "int"),
        (-(2**63), "int"),
        (3, "float"),
        (0.5, "float"),
        ("NaN", "float"),
        ("x", "str"),
        ([], "list[int]"),
        ([[1, "a"]], "map[int, str]"),
        ([1, "a"], "tuple[int, str]"),
        (None, "optional[int]"),
        (4, "optional[int]"),
    ],
)
def test_values_of_a_type(value, kind):
    assert mismatch(value, parse(kind)) == ""


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, "bool"),
        (True, "int"),
        (2**63, "int"),
        (1.0, "int"),
        (True, "float"),
        ("inf", "float"),
        (None, "int"),
        ([1, "a"], "list[int]"),
        ([[1, 2], [1, 3]], "map[int, int]"),
        ([1], "tuple[int, int]"),
        ({"a": 1}, "map[str, int]"),
        ([[1]], "map[int, int]"),
    ],
)
def test_values_that_are_not_of_a_type(value, kind):
    assert mismatch(value, parse(kind))
