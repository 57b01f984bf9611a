"""The parts of the benchmark on real answers that are not executed: reading, drawing, ruling."""

from __future__ import annotations

import pytest

from benchmarks.consensus.adapters import adapt
from benchmarks.consensus.inputs import inputs
from benchmarks.consensus.problems import examples_of, function_name, problem_of, signature_of
from benchmarks.consensus.ruling import RULES, Answer, Rule, accepted
from codegen.records import (
    Case,
    CaseResult,
    Json,
    Outcome,
    Parameter,
    Problem,
    Signature,
    Stage,
    Verdict,
)
from codegen.types import mismatch, parse

JAVASCRIPT = """//Return the largest, and whether it is there twice.
// Examples:
// >>> largest([1, -2], "a")
// [1, false]
// >>> wrong_name([3, 3], "b")
// [3, true]
// >>> largest([], "c")
// undefined
// >>> largest(values)
// [1, false]
// >>> largest(["x"], "d")
// [1, false]
function largest(values, label){
"""
RUST = "/// >>> largest()\nfn largest(values: Vec<isize>, label: String) -> (isize, bool) {\n"
CPP = "std::tuple<long, bool> largest(std::vector<long> values, std::string label) {\n"


@pytest.mark.parametrize(
    ("language", "line", "parameters", "returns"),
    [
        ("rust", RUST, ["list[int]", "str"], "tuple[int, bool]"),
        ("cpp", CPP, ["list[int]", "str"], "tuple[int, bool]"),
        (
            "rust",
            "fn f(a: HashMap<String, Vec<f64>>, b: (isize, isize)) -> Option<String> {",
            ["map[str, list[float]]", "tuple[int, int]"],
            "optional[str]",
        ),
        (
            "cpp",
            "std::optional<float> f(std::map<std::string,long> a) {",
            ["map[str, int]"],
            "optional[float]",
        ),
    ],
)
def test_a_declaration_is_read_as_a_typed_signature(language, line, parameters, returns):
    signature = signature_of({language: line})
    assert signature is not None
    assert [one.type for one in signature.parameters] == parameters
    assert signature.returns == returns
    assert signature.name == function_name(line)


@pytest.mark.parametrize(
    "prompts",
    [
        {"cpp": "Union_std_string_long f(long n, long m) {"},
        {"cpp": "std::vector<long> f(std::vector<std::any> values) {"},
        {"python": "def f(a):"},
    ],
)
def test_what_has_no_typed_signature_is_no_problem(prompts):
    assert problem_of("x", prompts) is None


def test_examples_are_those_that_fit_whatever_their_name():
    signature = signature_of({"rust": RUST})
    assert signature is not None
    found = examples_of(JAVASCRIPT, signature)
    assert [(one.arguments, one.expected) for one in found] == [
        (([1, -2], "a"), [1, False]),
        (([3, 3], "b"), [3, True]),
    ]
    assert {one.known_from for one in found} == {"specification"}


def test_inputs_fit_are_new_and_are_the_same_for_the_same_seed():
    problem = problem_of("x", {"rust": RUST, "javascript": JAVASCRIPT})
    assert problem is not None
    found = inputs(problem, 30, seed=5)
    assert len(found) == 30
    assert found == inputs(problem, 30, seed=5)
    assert found != inputs(problem, 30, seed=6)
    examples = [one.arguments for one in problem.examples]
    shown = [one.arguments for one in found]
    assert not [one for one in shown if one in examples or shown.count(one) > 1]
    kinds = [parse(one.type) for one in problem.signature.parameters]
    for arguments in shown:
        assert not [mismatch(v, k) for v, k in zip(arguments, kinds, strict=True) if mismatch(v, k)]
    assert all(not case.known_from for case in found)


def test_numbers_stay_where_the_examples_are():
    signature = Signature("nth", (Parameter("n", "int"),), "int")
    examples = tuple(Case(f"example-{n}", (n,), n, "specification") for n in (1, 5))
    found = inputs(Problem("x", "x", "", signature, examples), 20)
    assert all(-1 <= case.arguments[0] <= 11 for case in found)


def test_a_rust_answer_is_put_in_the_types_of_the_harness():
    signature = Signature("add_one", (Parameter("n", "int"),), "int")
    code = "fn add_one(n: isize) -> isize { n + 1isize }"
    adapted = adapt("rust", code, "add_one", signature)
    assert adapted is not None
    assert adapted.code == "fn add_one(n: i64) -> i64 { n + 1i64 }"


def test_tuples_within_lists_have_no_adapter_in_go():
    signature = Signature("pairs", (Parameter("n", "int"),), "list[tuple[int, int]]")
    assert adapt("go", "", "pairs", signature) is None


PROBLEM = Problem(
    "x",
    "x",
    "",
    Signature("f", (Parameter("n", "int"),), "int"),
    (Case("example-1", (1,), 1, "specification"),),
)
CASES = (*PROBLEM.examples, Case("input-1", (2,)), Case("input-2", (-1,)))


def answer(language: str, example: Json, *values: Json, right: bool = True) -> Answer:
    """An answer with its values; None where it failed."""
    outcome = Outcome.PASSED if example == 1 else Outcome.WRONG_ANSWER
    results = [CaseResult("example-1", outcome, (1,), 1, example, answered=True)]
    for case, value in zip(CASES[1:], values, strict=True):
        failed = Outcome.RUNTIME_ERROR if value is None else Outcome.SKIPPED
        results.append(
            CaseResult(case.id, failed, case.arguments, got=value, answered=value is not None)
        )
    return Answer(language, Verdict(Outcome.SKIPPED, Stage.RUN, cases=tuple(results)), right)


def languages_accepted(answers: list[Answer], rule: Rule) -> list[str]:
    return [one.language for one in accepted(PROBLEM, CASES, answers, rule)]


def test_those_that_agree_are_accepted_and_a_disputed_input_is_left_out():
    answers = [
        answer("python", 1, 2, 7),
        answer("rust", 1, 2, 8),
        answer("go", 1, 2, 9),
        answer("cpp", 9, 2, 7),
    ]
    assert languages_accepted(answers, RULES[0]) == ["python", "rust", "go"]


def test_one_that_differs_from_a_settled_value_is_refused():
    answers = [answer("python", 1, 2, 1), answer("rust", 1, 2, 1), answer("go", 1, 2, 1)]
    assert languages_accepted([*answers, answer("cpp", 1, 3, 1)], RULES[0]) == [
        "python",
        "rust",
        "go",
    ]


def test_two_that_disagree_are_not_accepted_but_by_the_examples():
    answers = [answer("python", 1, 2, 1), answer("rust", 1, 3, 0)]
    assert languages_accepted(answers, RULES[0]) == []
    assert languages_accepted(answers, Rule("", consensus=False)) == ["python", "rust"]


def test_an_input_that_two_fail_on_can_be_taken_as_invalid():
    answers = [
        answer("python", 1, 2, 7),
        answer("rust", 1, 2, None),
        answer("go", 1, 2, 7),
        answer("cpp", 1, 2, None),
    ]
    assert languages_accepted(answers, RULES[0]) == ["python", "go"]
    assert len(languages_accepted(answers, Rule("", refusals=2))) == 4


def test_a_share_of_the_inputs_can_have_to_be_settled():
    answers = [answer("python", 1, 2, 7), answer("rust", 1, 2, 8), answer("go", 1, 2, 9)]
    assert len(languages_accepted(answers, Rule("", settled=0.5))) == 3
    assert languages_accepted(answers, Rule("", settled=0.6)) == []


def test_an_example_that_all_contradict_alike_ends_the_problem():
    answers = [answer(name, 5, 2, 3) for name in ("python", "rust", "go")]
    assert languages_accepted(answers, RULES[0]) == []
    assert len(languages_accepted(answers, Rule("", examples=False))) == 3


def test_the_council_takes_no_dissent():
    alike = [answer(name, 1, 2, 7) for name in ("python", "rust", "go")]
    strict = Rule("", strict=True)
    assert languages_accepted(alike, strict) == ["python", "rust", "go"]
    assert languages_accepted([*alike, answer("cpp", 1, 2, 8)], strict) == []
