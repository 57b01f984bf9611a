"""What benchmarks' tests say is read out of their source, in every language."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import language as languages
from codegen.contamination.asserts import Call, read_calls
from codegen.contamination.fit import Unfit, bits, fitted, typed
from codegen.records import Case, Comparator, Parameter, Signature, canonical
from codegen.types import parse
from codegen.verify.compare import matches
from codegen.verify.native.literals import Writer

WHOLE = {
    "python": "assert f({arguments}) == {expected}\n",
    "rust": "fn main() {{ assert_eq!(f({arguments}), {expected}); }}\n",
    "go": "package p\nfunc t() {{ x := []row{{{{a: f({arguments}), want: {expected}}}}} }}\n",
    "javascript": "assert.deepEqual(f({arguments}), {expected});\n",
    "typescript": "assert.deepEqual(f({arguments}), {expected});\n",
    "java": "class T {{ void t() {{ assertEquals({expected}, f({arguments})); }} }}\n",
    "cpp": "int main() {{ assert(f({arguments}) == ({expected})); }}\n",
}
TYPES = (
    "int", "bool", "str", "float", "list[int]", "list[list[str]]", "tuple[int, str]",
    "list[tuple[str, bool]]", "map[str, int]", "map[int, list[int]]",
)  # fmt: skip
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def values(kind):
    scalars = {
        "int": st.integers(-(2**53), 2**53),
        "bool": st.booleans(),
        "str": WORDS,
        "float": st.floats(-1e6, 1e6, allow_nan=False).filter(
            lambda x: math.copysign(1, x) > 0 or x != 0
        ),
    }
    if kind.name in scalars:
        return scalars[kind.name]
    if kind.name == "list":
        return st.lists(values(kind.arguments[0]), max_size=3)
    if kind.name == "tuple":
        return st.tuples(*map(values, kind.arguments)).map(list)
    pairs = st.dictionaries(values(kind.arguments[0]), values(kind.arguments[1]), max_size=3)
    return pairs.map(lambda made: [list(pair) for pair in made.items()])


@pytest.mark.parametrize("name", sorted(WHOLE))
@given(st.data())
def test_a_value_that_a_language_writes_is_read_as_it_was(name, data):
    language = languages.get(name)
    kind = parse(data.draw(st.sampled_from(TYPES)))
    value, result = data.draw(values(kind)), data.draw(values(kind))
    writer = Writer(language, language.literals)
    source = WHOLE[name].format(
        arguments=writer.write(value, kind, "argument"), expected=writer.write(result, kind)
    )
    read = read_calls(language, source, frozenset({"f"}))
    assert not read.unread, source
    signature = Signature("f", (Parameter("x", str(kind)),), str(kind))
    (case,) = next(fitted(signature, read.calls))
    assert matches(case.arguments[0], value, kind, "float"), source
    assert matches(case.expected, result, kind, "float"), source


@pytest.mark.parametrize(
    ("source", "call"),
    [
        ("assert f(1) == 2", Call((1,), 2)),
        ("assert 2 == f(1)", Call((1,), 2)),
        ("assert f('a') is None", Call(("a",), None)),
        ("assert f([1])", Call(([1],), True)),
        ("assert not f([1])", Call(([1],), False)),
        ("assert abs(f(1) - 0.5) < 1e-6", Call((1,), 0.5)),
        ("assert math.isclose(f(1), 0.5, rel_tol=0.1)", Call((1,), 0.5)),
        ("assert f(1) == pytest.approx(0.5)", Call((1,), 0.5)),
        ("assert set(f(1)) == {1, 2}", Call((1,), {1, 2}, Comparator.SET)),
        ("assert sorted(f(1)) == [1, 2]", Call((1,), [1, 2], Comparator.UNORDERED)),
        ("assert f(10 ** 9, [0] * 2, -1) == 'a' 'b'", Call((10**9, [0, 0], -1), "ab")),
        ("def check(candidate):\n    assert candidate(1) == 2, 'why'", Call((1,), 2)),
    ],
)
def test_the_forms_of_python_s_assertions(source, call):
    read = read_calls(languages.get("python"), source, frozenset({"f", "candidate"}))
    assert read.calls == (call,)
    assert not read.unread


@pytest.mark.parametrize(
    "source",
    [
        "assert f(x) == 2",
        "assert f(1) == g(2)",
        "assert f(1) != 2",
        "assert f('a' * 10 ** 9) == 2",
        "assert f(10 ** 10 ** 10) == 2",
        "assert f(1, key=2) == 2",
        "assert len(f(1)) == 2",
        "assert f(1",
    ],
)
def test_what_cannot_be_read_is_counted_and_nothing_is_made_up(source):
    read = read_calls(languages.get("python"), source, frozenset({"f"}))
    assert not read.calls
    assert read.unread == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("rust", "fn main() { assert_eq!(f(xs), 1); }"),
        ("rust", "fn main() { assert_ne!(f(1), 1); }"),
        ("javascript", "assert.notDeepEqual(f(1), 1);"),
        ("java", "class T { void t() { assert(f(1) != 2); } }"),
        ("cpp", "int main() { assert(f(g(1)) == 2); }"),
        ("go", "package p\nfunc t() { if f(1) != 2 { t.Fail() } }"),
    ],
)
def test_other_languages_make_nothing_up_either(name, source):
    read = read_calls(languages.get(name), source, frozenset({"f"}))
    assert not read.calls
    assert read.unread == 1


def signature(*kinds, returns="int"):
    return Signature("g", tuple(Parameter(f"p{i}", kind) for i, kind in enumerate(kinds)), returns)


def test_calls_fit_a_signature_by_types_in_any_order_of_few_parameters():
    calls = (Call((["a"], 2), 1), Call((["b", "a"], 0), 3))
    swapped = next(fitted(signature("int", "list[str]"), calls))
    assert [case.arguments for case in swapped] == [(2, ["a"]), (0, ["b", "a"])]
    assert not list(fitted(signature("int", "int"), calls))
    assert not list(fitted(signature("list[str]"), calls))
    both = list(fitted(signature("int", "int"), (Call((1, 2), 3), Call((2, 2), 4))))
    assert [[case.arguments for case in one] for one in both] == [
        [(1, 2), (2, 2)],
        [(2, 1), (2, 2)],
    ]


def test_a_call_with_a_value_that_is_not_declared_is_left_out_and_most_must_fit():
    fitting = tuple(Call((f"{i}",), i) for i in range(5))
    (cases,) = fitted(signature("str"), (*fitting, Call(([],), 0)))
    assert len(cases) == 5
    assert not list(fitted(signature("str"), (*fitting[:1], Call(([],), 0))))


@pytest.mark.parametrize(
    ("value", "kind", "made"),
    [
        ((1, 2), "list[int]", [1, 2]),
        ([1, "a"], "tuple[int, str]", [1, "a"]),
        ({"a": 1}, "map[str, int]", [["a", 1]]),
        (None, "optional[int]", None),
        (2, "float", 2),
        (2.0, "int", 2),
        (float("inf"), "float", "Infinity"),
        ({2, 1}, "list[int]", [1, 2]),
    ],
)
def test_values_take_the_form_of_their_type(value, kind, made):
    assert typed(value, parse(kind)) == made


@pytest.mark.parametrize(
    ("value", "kind"),
    [(True, "int"), (1, "bool"), (2.5, "int"), ("a", "list[str]"), ([1], "tuple[int, int]"),
     (1 << 64, "int"), (None, "int")],
)  # fmt: skip
def test_values_of_another_type_do_not_fit(value, kind):
    with pytest.raises(Unfit):
        typed(value, parse(kind))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6))
def test_what_is_said_again_says_nothing_more(pairs):
    cases = [Case(str(i), (a,), b, "specification") for i, (a, b) in enumerate(pairs)]
    again = [*cases, *cases]
    assert bits(again) == bits(list({canonical(list(c.arguments)): c for c in again}.values()))
    assert bits(cases) >= 0


def test_truths_say_little_and_long_values_much():
    truths = [Case(str(i), (i,), i > 2, "specification") for i in range(4)]
    assert bits(truths) < 5
    assert bits([Case("0", ([3, 1],), [1, 3, 19, 44], "specification")]) > 5
    assert bits([Case("0", ([3, 1],), [3, 1], "specification")]) == 1
