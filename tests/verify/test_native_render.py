"""Cases as native tests: right programs pass them, wrong ones fail, whatever the values are."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegen import language as languages
from codegen.errors import UsageError
from codegen.records import Case, Comparator, Outcome, Parameter, Problem, Signature
from codegen.types import parse
from codegen.verify.native.layout import Style, laid_out
from codegen.verify.native.render import render_tests
from codegen.verify.native.titles import slug, titles
from tests.verify.native import case, drawn, keep, kinds, problem, values

if TYPE_CHECKING:
    from codegen.verify.verifier import Verifier

TOTAL = Problem(
    "p",
    "Total",
    "Return the sum of the values, plus k.",
    Signature("total", (Parameter("values", "list[int]"), Parameter("k", "int")), "int"),
    (),
)
CASES = (
    Case("example-1", ([1, 2, 3], 2), 8, "specification"),
    Case("a", ([], -1), -1, "consensus"),
    Case("b", (list(range(80)), 0), 3160, "reference"),
    Case("c", ([1, 2, 3], 2), 8, "reference"),
    Case("unknown", ([5], 5)),
)
RIGHT = {
    "python": "def total(values: list[int], k: int) -> int:\n    return sum(values) + k\n",
    "rust": "pub fn total(values: Vec<i64>, k: i64) -> i64 {\n"
    "    values.iter().sum::<i64>() + k\n}\n",
    "go": "package solution\n\nfunc total(values []int, k int) int {\n\tsum := 0\n"
    "\tfor _, value := range values {\n\t\tsum += value\n\t}\n\treturn sum + k\n}\n",
    "javascript": "function total(values, k) {\n"
    "  return values.reduce((sum, value) => sum + value, 0) + k;\n}\n\n"
    "module.exports = { total };\n",
    "typescript": "export function total(values: Array<number>, k: number): number {\n"
    "  return values.reduce((sum, value) => sum + value, 0) + k;\n}\n",
    "java": "import java.util.List;\n\nclass Solution {\n"
    "    public static long total(List<Long> values, long k) {\n"
    "        return values.stream().mapToLong(Long::longValue).sum() + k;\n    }\n}\n",
    "cpp": "#include <cstdint>\n#include <vector>\n\n"
    "std::int64_t total(std::vector<std::int64_t> values, std::int64_t k) {\n"
    "    std::int64_t sum = 0;\n    for (std::int64_t value : values) {\n        sum += value;\n"
    "    }\n    return sum + k;\n}\n",
}
MANY = (
    "tuple[list[tuple[str, int, float, bool]], map[str, list[optional[str]]], "
    "optional[tuple[map[int, float], list[list[int]]]], list[map[bool, optional[float]]]]"
)
LANGUAGES = languages.names()


def rendered(language: str, asked: Problem, *cases: Case) -> str:
    return render_tests(languages.get(language), asked, cases)


def kept(local: Verifier, language: str, asked: Problem, *cases: Case) -> Outcome:
    """Judge the identity function under rendered tests."""
    tests, program = rendered(language, asked, *cases), keep(language, asked.signature)
    verdict = local.verify(language, program, tests=tests, lint="off")
    assert verdict.stage == "run", (tests, verdict)
    return verdict.outcome


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_right_program_passes_strictly_and_a_wrong_one_fails(
    local: Verifier, language: str
) -> None:
    tests = rendered(language, TOTAL, *CASES)
    right = local.verify(language, RIGHT[language], tests=tests, lint="strict")
    assert (right.outcome, right.diagnostics) == (Outcome.PASSED, ()), right
    wrong = RIGHT[language].replace("+ k", "- k")
    assert local.verify(language, wrong, tests=tests).outcome is Outcome.WRONG_ANSWER


COMPARED = [
    ("float", "list[tuple[float, str]]", ([[0, "a"]], [[1e-10, "a"]]), ([[1, "a"]], [[1, "b"]])),
    ("unordered", "optional[list[list[int]]]", ([[1], []], [[], [1]]), ([[1, 2]], [[2, 1]])),
    ("set", "list[int]", ([1, 1, 2], [2, 1]), ([1, 2], [1])),
]
# a compiler takes seconds for each
COMPARED_MORE = [
    ("exact", "list[int]", ([1, 2], [1, 2]), ([1, 2], [2, 1])),
    ("exact", "float", (0.0, -0.0), (1.0, 1.0000001)),
    ("exact", "map[str, float]", ([["a", "NaN"]], [["a", "NaN"]]), ([["a", 1]], [["a", 2]])),
    ("float", "float", (1.0, 1.0000001), (1.0, 1.00001)),
    ("unordered", "list[str]", (["a", "b", "b"], ["b", "a", "b"]), (["a", "b"], ["b", "b"])),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "compared"),
    [
        *((language, row) for language in LANGUAGES for row in COMPARED),
        *((language, row) for language in ("python", "javascript") for row in COMPARED_MORE),
    ],
)
def test_the_comparator_is_kept(local: Verifier, language: str, compared: tuple[Any, ...]) -> None:
    comparator, kind, same, other = compared
    asked = problem(kind, comparator)
    assert kept(local, language, asked, case(*same)) is Outcome.PASSED
    assert kept(local, language, asked, case(*other)) is Outcome.WRONG_ANSWER


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_comes_back_in_every_language(local: Verifier, language: str) -> None:
    found = drawn(parse(MANY), 30)
    assert max(len(str(value)) for value in found) > 120, "lines that are broken"
    cases = [case(value, value) for value in found]
    assert kept(local, language, problem(MANY), *cases) is Outcome.PASSED


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_values_at_the_ends_come_back(local: Verifier, language: str) -> None:
    text = "q\"\\'$name ${x} {{ y }} \n\r\t\0\x01 9é\x85\u2028\u200b😀\U000e0001?? /* */"
    ends = [
        [-(2**63), -0.0, text, [[], [[]]]],
        [2**53, "NaN", "\x001", [[["a", "b"]], []]],
        [0, "-Infinity", "", [[["a", "b"], []]]],
    ]
    kind = "tuple[int, float, str, list[list[list[str]]]]"
    cases = [case(value, value) for value in ends]
    for comparator in ("exact", "float"):
        assert kept(local, language, problem(kind, comparator), *cases) is Outcome.PASSED


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), comparator=st.sampled_from(["exact", "float", "unordered", "set"]))
def test_every_value_of_every_type_comes_back_in_python(
    local: Verifier, data: st.DataObject, comparator: str
) -> None:
    kind = data.draw(kinds())
    drawn = data.draw(st.lists(values(kind), min_size=1, max_size=4))
    cases = [case(value, value) for value in drawn]
    assert kept(local, "python", problem(str(kind), comparator), *cases) is Outcome.PASSED


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "program"),
    [
        ("javascript", "function keep(x) {\n  return -0 * x;\n}\nmodule.exports = { keep };\n"),
        ("typescript", "export function keep(x: number): number {\n  return -0 * x;\n}\n"),
    ],
)
def test_a_minus_before_zero_is_not_held_against_an_int(
    local: Verifier, language: str, program: str
) -> None:
    tests = rendered(language, problem("int"), case(3, 0))
    assert local.verify(language, program, tests=tests, lint="off").passed
    wrong = rendered(language, problem("int"), case(3, 1))
    assert not local.verify(language, program, tests=wrong, lint="off").passed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "program"),
    [
        (
            "java",
            (
                "import java.util.*;\nclass Solution {\n"
                "    public static List<Long> keep(List<Long> x) {\n        x.add(1L);\n"
                "        Collections.sort(x);\n        return x;\n    }\n}\n"
            ),
        ),
        (
            "go",
            (
                "package solution\n\nfunc keep(x []int) []int {\n\tvar kept []int\n"
                "\tfor range x {\n\t\tkept = append(kept, 1)\n\t}\n\treturn kept\n}\n"
            ),
        ),
    ],
)
def test_what_typed_cases_allow_is_allowed(local: Verifier, language: str, program: str) -> None:
    """An argument may be changed; a nil slice is an empty one."""
    given_, want = ([2], [1, 2]) if language == "java" else ([], [])
    tests = rendered(language, problem("list[int]"), case(given_, want))
    verdict = local.verify(language, program, tests=tests, lint="off")
    assert verdict.passed, verdict


def test_titles_say_what_a_case_shows() -> None:
    assert titles(TOTAL.signature, CASES[:4]) == (
        "example, values 1 2 3, k 2, gives 8",
        "empty values, k -1, gives -1",
        "values with 80 items, k 0, gives 3160",
        "values 1 2 3, k 2, gives 8",
    )
    assert slug("empty values, k -1, gives -1") == "empty_values_k_minus_1_gives_minus_1"


@given(data=st.data())
def test_titles_are_distinct_and_make_names(data: st.DataObject) -> None:
    kind = data.draw(kinds())
    drawn = data.draw(st.lists(values(kind), min_size=1, max_size=8))
    found = titles(problem(str(kind)).signature, [case(value, value) for value in drawn])
    names = [slug(one).replace("_", "") for one in found]
    assert len(set(names)) == len(drawn)
    assert all(re.fullmatch(r"[a-z][a-z0-9]*", name) for name in names)
    assert all(re.fullmatch(r"[A-Za-z0-9 ,.+-]+", one) for one in found)


@given(data=st.data(), width=st.integers(10, 60))
def test_a_broken_line_says_the_same(data: st.DataObject, width: int) -> None:
    value = data.draw(st.recursive(_TEXT_OR_INT, lambda one: st.lists(one, max_size=6)))
    line = repr(value) if isinstance(value, int) else _double_quoted(value)
    assert ast.literal_eval(laid_out(line, "", Style("    ", width=width))) == value
    assert ast.literal_eval(laid_out(line, "", Style("  ", trailing=False, width=width))) == value


def test_the_braces_of_a_type_stay_as_they_are() -> None:
    line = "struct{ First int; Second []struct{ First int; Second int } }{1, {{2, 3}, {4, 5}}}"
    broken = laid_out(line, "", Style("\t", width=60))
    assert broken.startswith("struct{ First int; Second []struct{ First int; Second int } }{\n\t1,")


_TEXT_OR_INT = st.one_of(st.integers(0, 10**6), st.text('ab,"\\([{ ', max_size=9))


def _double_quoted(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_double_quoted, value))}]"
    if isinstance(value, int):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize(
    ("asked", "cases", "complaint"),
    [
        (problem("int"), [Case("a", (1,))], "none has an expected value"),
        (problem("int"), [case("1", 1)], "expected int, got '1'"),
        (problem("int"), [Case("a", (), 1, "reference")], "expected 1 arguments"),
        (problem("str"), [case("\ud800", "")], r"lone surrogate U\+D800"),
        (problem("float"), [case(10**400, 1)], "expected float"),
        (problem("int", "checker"), [case(1, 1)], "cannot ask a checker"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_a_test_is_refused(
    language: str, asked: Problem, cases: list[Case], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        rendered(language, asked, *cases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_parameters_do_not_hide_what_the_tests_need(language: str) -> None:
    names = ("expected", "keep", "same", "math", "title", "want", "got")
    parameters = tuple(Parameter(name, "list[int]") for name in names)
    asked = Problem("p", "", "", Signature("keep", parameters, "int"), (), (), Comparator.EXACT)
    tests = rendered(language, asked, Case("a", ([*range(40)],) * len(names), 1, "reference"))
    hidden = {*languages.get(language).literals.reserved, "keep"} & {*names}  # type: ignore[union-attr]
    for name in hidden:
        assert not re.search(rf"(?:let|const|auto|List<Long>|^\s+) {name}\b", tests), tests
        assert f"{name}_" in tests
