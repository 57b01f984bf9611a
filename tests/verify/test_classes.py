"""Problems whose solution is a class: an object is made for each case and asked for operations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import language as languages
from codegen.answer import extract_code
from codegen.declaration import written
from codegen.errors import UsageError
from codegen.language import fill
from codegen.operations import unfit
from codegen.records import (
    Comparator,
    Outcome,
    Parameter,
    Problem,
    Signature,
    canonical,
    from_json,
    to_json,
)
from codegen.verify.cases import typed_cases
from codegen.verify.mutants import mutants_of
from codegen.verify.native.render import render_tests
from codegen.verify.perturb import perturbed
from codegen.verify.plan import plan
from codegen.verify.request import check
from codegen.verify.strength import StrengthSettings, Subject, judge_with, measure
from codegen.verify.stubs import stubs_of
from codegen.verify.verifier import Verifier, VerifyRequest

RIGHT = {path.stem: path.read_text() for path in Path(__file__).parent.glob("classes/*.txt")}
SIGNATURE: dict[str, Any] = {
    "name": "bounded_stack",
    "parameters": [{"name": "capacity", "type": "int"}],
    "methods": [
        {"name": "push", "parameters": [{"name": "value", "type": "int"}], "returns": "bool"},
        {"name": "pop", "parameters": [], "returns": "optional[int]"},
        {"name": "clear", "parameters": [], "returns": ""},
        {"name": "items", "parameters": [], "returns": "list[int]"},
    ],
}
CASES: list[dict[str, Any]] = [
    {
        "id": "all",
        "arguments": [
            2,
            [
                ["push", [1]],
                ["items", []],
                ["push", [2]],
                ["push", [3]],
                ["pop", []],
                ["clear", []],
                ["items", []],
            ],
        ],
        "expected": [True, [1], True, False, 2, None, []],
    },
    {"id": "none", "arguments": [0, [["push", [1]], ["pop", []]]], "expected": [False, None]},
    {"id": "asked", "arguments": [1, [["push", [7]], ["pop", []]]]},
]
COUNTER: dict[str, Any] = {
    "name": "counter",
    "parameters": [],
    "methods": [
        {"name": "add", "parameters": [{"name": "by", "type": "int"}], "returns": "int"},
        {"name": "parts", "parameters": [], "returns": "list[int]"},
        {"name": "mean", "parameters": [], "returns": "float"},
        {"name": "forget", "parameters": [], "returns": ""},
    ],
}
COUNTS = """
class Counter:
    def __init__(self) -> None:
        self._parts: list[int] = []

    def add(self, by: int) -> int:
        self._parts.append(by)
        return sum(self._parts)

    def parts(self) -> list[int]:
        return self._parts

    def mean(self) -> float:
        return sum(self._parts) / len(self._parts)

    def forget(self) -> None:
        self._parts.clear()
"""
ADDED: list[dict[str, Any]] = [
    {"id": "one", "arguments": [[["add", [1]], ["add", [2]]]], "expected": [1, 3]},
    {"id": "two", "arguments": [[["add", [5]]]], "expected": [5]},
]


def counted(
    verifier: Verifier, solution: str, cases: Any, language: str = "py", **more: Any
) -> Any:
    return verifier.verify(
        language, solution, **{"cases": cases, "signature": COUNTER, "lint": "off", **more}
    )


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted(RIGHT))
def test_a_right_class_passes_without_a_finding(verifier: Verifier, language: str) -> None:
    verdict = verifier.verify(
        language, RIGHT[language], cases=CASES, signature=SIGNATURE, lint="strict", reruns=1
    )
    assert verdict.passed, verdict
    assert verdict.oracle == "call"
    assert [case.got for case in verdict.cases] == [
        CASES[0]["expected"],
        CASES[1]["expected"],
        [True, 7],
    ]


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted(RIGHT))
def test_stubs_compile_and_fail(local: Verifier, language: str) -> None:
    signature = from_json(Signature, SIGNATURE)
    found = {
        name: local.verify(language, code, cases=CASES, signature=signature, lint="off")
        for name, code in stubs_of(languages.get(language), signature)
    }
    assert found["default"].outcome is Outcome.WRONG_ANSWER, found["default"]
    assert found["failing"].outcome is Outcome.RUNTIME_ERROR, found["failing"]
    assert "operation 1, push" in found["failing"].cases[0].message


@pytest.mark.parametrize("language", sorted(RIGHT))
def test_the_declaration_names_the_class_and_its_methods(language: str) -> None:
    declared = languages.get(language).declaration(from_json(Signature, SIGNATURE))
    assert "BoundedStack" in declared
    assert declared.lower().count("push") == 1
    assert all(line == line.rstrip() for line in declared.splitlines())


@pytest.mark.slow
def test_the_first_operation_that_differs_is_named(local: Verifier) -> None:
    wrong = RIGHT["python"].replace(">= self._capacity", "> self._capacity")
    verdict = local.verify("py", wrong, cases=CASES, signature=SIGNATURE)
    assert verdict.outcome is Outcome.WRONG_ANSWER
    assert verdict.cases[0].got == [True, [1], True, True, 3, None, []]
    assert "operation 4, push" in verdict.cases[0].message


@pytest.mark.slow
def test_the_operation_that_fails_is_named_and_the_next_case_goes_on(local: Verifier) -> None:
    broken = COUNTS.replace("sum(self._parts)\n", "sum(self._parts) // (by - 2)\n")
    verdict = counted(local, broken, [ADDED[0], {**ADDED[1], "expected": [1]}])
    assert [case.outcome for case in verdict.cases] == [Outcome.RUNTIME_ERROR, Outcome.PASSED]
    assert "operation 2, add: ZeroDivisionError" in verdict.cases[0].message
    leaves = COUNTS.replace("return sum(self._parts)\n", "raise SystemExit(0)\n")
    assert counted(local, leaves, ADDED).outcome is Outcome.TAMPERED


@pytest.mark.slow
def test_a_result_is_what_it_was_when_it_was_returned(local: Verifier) -> None:
    asked = [["add", [1]], ["parts", []], ["add", [2]], ["forget", []], ["parts", []]]
    verdict = counted(local, COUNTS, [{"arguments": [asked], "expected": [1, [1], 3, None, []]}])
    assert verdict.passed, verdict


LEAKS = {
    "python": COUNTS.replace("def __init__", "_parts: list[int] = []\n    def __init__").replace(
        "self._parts: list[int] = []", "pass"
    ),
    "go": """package solution

var total int

type Counter struct{}

func NewCounter() *Counter { return &Counter{} }

func (*Counter) Add(by int) int { total += by; return total }
func (*Counter) Parts() []int { return nil }
func (*Counter) Mean() float64 { return 0 }
func (*Counter) Forget() {}
""",
    "rust": """use std::sync::atomic::{AtomicI64, Ordering};
static TOTAL: AtomicI64 = AtomicI64::new(0);
pub struct Counter;
impl Counter {
    pub fn new() -> Self { Counter }
    pub fn add(&mut self, by: i64) -> i64 { TOTAL.fetch_add(by, Ordering::SeqCst) + by }
    pub fn parts(&self) -> Vec<i64> { Vec::new() }
    pub fn mean(&self) -> f64 { 0.0 }
    pub fn forget(&mut self) {}
}
""",
    "javascript": """let total = 0;
class Counter {
  add(by) { total += by; return total; }
  parts() { return []; }
  mean() { return 0; }
  forget() {}
}
""",
    "typescript": """export class Counter {
  static total = 0;
  add(by: number): number { Counter.total += by; return Counter.total; }
  parts(): number[] { return []; }
  mean(): number { return 0; }
  forget(): void {}
}
""",
    "java": """import java.util.List;

public class Counter {
    private static long total;

    public long add(long by) { total += by; return total; }
    public List<Long> parts() { return List.of(); }
    public double mean() { return 0; }
    public void forget() {}
}
""",
    "cpp": """#include <vector>
static long long total = 0;
struct Counter {
    long long add(int by) { total += by; return total; }
    std::vector<int> parts() { return {}; }
    double mean() const { return 0; }
    void forget() {}
};
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("language", LEAKS)
def test_state_outside_of_the_object_is_found_by_the_next_case(
    local: Verifier, language: str
) -> None:
    verdict = counted(local, LEAKS[language], ADDED, language)
    assert [case.outcome for case in verdict.cases] == [Outcome.PASSED, Outcome.WRONG_ANSWER]
    assert verdict.cases[1].got == [8]


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "return True",
        "return [sum(self._parts)]",
        "return None",
        "return 1 << 70",
        "self._parts = self; return self",
        'return type("Same", (int,), {"__eq__": lambda *_: True})(1)',
    ],
)
def test_what_is_not_of_the_methods_type_is_wrong(local: Verifier, body: str) -> None:
    forged = COUNTS.replace("return sum(self._parts)\n", body + "\n")
    verdict = counted(local, forged, ADDED)
    assert verdict.outcome is Outcome.WRONG_ANSWER
    assert "operation 1, add" in verdict.cases[0].message


@pytest.mark.slow
def test_a_method_that_returns_nothing_returns_nothing(local: Verifier) -> None:
    wrong = COUNTS.replace("self._parts.clear()\n", "return self._parts.clear() or 0\n")
    verdict = counted(local, wrong, [{"arguments": [[["forget", []]]], "expected": [None]}])
    assert verdict.outcome is Outcome.WRONG_ANSWER


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ('{"value":[1]}', Outcome.WRONG_ANSWER),
        ('{"value":[1,3,5]}', Outcome.WRONG_ANSWER),
        ('{"value":true}', Outcome.WRONG_ANSWER),
        ('{"value":[1,3],"passed":true}', Outcome.TAMPERED),
        ('{"outcome":"passed"}', Outcome.TAMPERED),
        ('{"value":[NaN,NaN]}', Outcome.TAMPERED),
    ],
)
def test_a_reply_of_its_own_is_only_an_answer(
    local: Verifier, reply: str, outcome: Outcome
) -> None:
    payload = len(reply).to_bytes(4, "big") + reply.encode()
    forging = COUNTS.replace(
        "self._parts.append(by)\n", f"import os; os.write(4, {payload!r}); os._exit(0)\n"
    )
    verdict = counted(local, forging, ADDED)
    assert verdict.outcome is outcome, verdict
    assert not verdict.passed


def test_what_is_expected_never_enters_the_job() -> None:
    marked = [{**case, "expected": [4242424242] * len(case["arguments"][0])} for case in ADDED]
    asked = VerifyRequest("py", COUNTS, cases=marked, signature=COUNTER)
    job = plan(check(asked), b"key").job
    assert any(b"add" in frame for step in job.steps for frame in step.frames)
    assert "4242424242" not in repr(job)


@pytest.mark.slow
def test_each_result_is_compared_as_its_method_says(local: Verifier) -> None:
    asked = [["add", [1]], ["add", [2]], ["parts", []], ["mean", []]]
    case = {"arguments": [asked], "expected": [1, 3, [2, 1], 1.5]}
    assert counted(local, COUNTS, [case]).outcome is Outcome.WRONG_ANSWER
    assert counted(local, COUNTS, [case], comparator="unordered").passed
    near = {**case, "expected": [1, 3, [1, 2], 1.5000000001]}
    assert counted(local, COUNTS, [near]).outcome is Outcome.WRONG_ANSWER
    assert counted(local, COUNTS, [near], comparator="float").passed
    swapped = {**case, "expected": [3, 1, [1, 2], 1.5]}
    assert counted(local, COUNTS, [swapped], comparator="unordered").outcome is Outcome.WRONG_ANSWER


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], r"0 given, the signature has 1, the last of them the operations"),
        ([[]], r"arguments\[0\]: expected the operations"),
        ([[["sub", [1]]]], r"no method 'sub' \(there is add, parts, mean, forget\)"),
        ([[["add", []]]], r"arguments\[0\]\[0\]\[1\]: 0 given, the signature has 1"),
        ([[["add", ["1"]]]], r"arguments\[0\]\[0\]\[1\]\[0\]: expected int"),
        ([[["add", [1]], ["add"]]], r"arguments\[0\]\[1\]: expected an operation"),
        ([[[["add"], [1]]]], r"no method \['add'\]"),
        ([[["parts", []]] * 10_001], r"10000 are the most"),
    ],
)
def test_operations_that_do_not_fit_are_refused(arguments: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check(VerifyRequest("py", COUNTS, cases=[{"arguments": arguments}], signature=COUNTER))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"returns": "int"}, "a class has none"),
        ({"methods": []}, "returns: missing"),
        ({"methods": [COUNTER["methods"][0]] * 2}, "'add' is there twice"),
        ({"methods": [{**COUNTER, "name": "inner"}]}, "no methods of its own"),
        ({"methods": [{"name": "a b", "parameters": []}]}, "not an identifier"),
        ({"methods": [{"name": "a", "parameters": [], "returns": "set"}]}, "unknown type"),
    ],
)
def test_a_signature_that_is_no_class_is_refused(change: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check(VerifyRequest("py", COUNTS, cases=ADDED, signature={**COUNTER, **change}))


def test_expected_results_must_fit_the_operations() -> None:
    for expected in ([1], [1, 2, 3], [1, None], None, 3):
        case = {"arguments": [[["add", [1]], ["add", [2]]]], "expected": expected}
        with pytest.raises(UsageError, match="expected"):
            check(VerifyRequest("py", COUNTS, cases=[case], signature=COUNTER))


def test_the_json_of_a_function_is_what_it_was() -> None:
    function = Signature("f", (Parameter("x", "int"),), "int")
    assert canonical(function) == (
        '{"name":"f","parameters":[{"name":"x","type":"int"}],"returns":"int"}'
    )
    made = from_json(Signature, COUNTER)
    assert from_json(Signature, json.loads(json.dumps(to_json(made)))) == made


@pytest.mark.parametrize("language", sorted(RIGHT))
def test_mutants_change_what_methods_return(language: str) -> None:
    signature = from_json(Signature, SIGNATURE)
    made = mutants_of(languages.get(language), RIGHT[language], signature=signature, limit=1000)
    returned = {mutant.before for mutant, _ in made if mutant.operator == "returned"}
    assert len(returned) >= 2, made
    assert {mutant.operator for mutant, _ in made} >= {"boundary", "boolean"}


@given(st.integers(0, 1 << 30))
def test_operations_nearby_fit_the_class(seed: int) -> None:
    signature = from_json(Signature, SIGNATURE)
    known = typed_cases(CASES, signature)
    found = perturbed(known, signature, count=30, seed=seed)
    assert len(found) == 30
    assert not any(unfit(case.arguments, signature, "near") for case in found)
    texts = [canonical(case.arguments) for case in (*known, *found)]
    assert len(set(texts)) == len(texts)
    assert [case.arguments for case in known] == [tuple(case["arguments"]) for case in CASES]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["python", "go", "rust"])
async def test_cases_of_a_class_are_measured(language: str) -> None:
    signature = from_json(Signature, SIGNATURE)
    cases = tuple(case for case in typed_cases(CASES, signature) if case.known_from)
    async with Verifier("local", slots=2) as verifier:
        found = await measure(
            judge_with(verifier, signature, Comparator.EXACT),
            Subject(languages.get(language), RIGHT[language], signature),
            cases,
            extra=perturbed(cases, signature, count=30),
            settings=StrengthSettings(mutants=6),
        )
    assert found.deterministic
    assert found.stubs_failed == ("default", "failing")
    assert found.killed >= 4, found


USED = {
    "python": "\nif __name__ == '__main__':\n    print(BoundedStack(2).push(1))\n",
    "rust": "\nfn main() {\n    BoundedStack::new(2).push(1);\n}\n",
    "cpp": "\nint main() {\n    return BoundedStack(2).push(1);\n}\n",
    "javascript": "\nconsole.log(new BoundedStack(2).push(1));\n",
    "typescript": "\nconsole.log(new BoundedStack(2).push(1));\n",
    "go": "\nfunc main() {\n\tprintln(NewBoundedStack(2).Push(1))\n}\n",
    "java": "",
}


@pytest.mark.parametrize("language", sorted(RIGHT))
def test_a_class_comes_out_of_an_answer_without_what_shows_it_off(language: str) -> None:
    one = languages.get(language)
    answer = f"A stack:\n\n```{one.fence}\n{RIGHT[language]}{USED[language]}```\n"
    name = one.function_name(from_json(Signature, SIGNATURE))
    assert extract_code(one, answer, entry_point=name).strip() == RIGHT[language].strip()


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted(RIGHT))
def test_native_tests_make_an_object_and_ask_it_in_order(local: Verifier, language: str) -> None:
    signature = from_json(Signature, SIGNATURE)
    problem = Problem("", "A stack", "A stack.", signature, ())
    cases = typed_cases(CASES, signature)
    one = languages.get(language)
    tests = render_tests(one, problem, cases)
    assert tests.lower().count("push(") == 4
    verdict = local.verify(language, RIGHT[language], tests=tests, lint="off")
    assert verdict.passed, verdict
    assert len(verdict.cases) == 2
    for _, stub in stubs_of(one, signature):
        assert not local.verify(language, stub, tests=tests, lint="off").passed


def test_what_does_not_compare_exactly_has_no_native_tests() -> None:
    signature = from_json(Signature, COUNTER)
    problem = Problem("", "A counter", "A counter.", signature, ())
    with pytest.raises(UsageError, match="no native tests can be made"):
        render_tests(languages.get("python"), problem, typed_cases(ADDED, signature))


ECHOED: dict[str, list[Any]] = {
    "bool": [True, False],
    "int": [0, -1, (1 << 63) - 1, -(1 << 63)],
    "float": [0.5, -2.0, "NaN", "Infinity"],
    "str": ["", "aä€😀", 'quote " and \\ and \n'],
    "list[int]": [[], [3, 1, 2]],
    "list[list[str]]": [[[], ["a", ""]]],
    "tuple[int, str]": [[7, "seven"]],
    "map[str, int]": [[], [["a", 1], ["b", 2]]],
    "optional[int]": [None, 5],
    "optional[list[bool]]": [None, [True]],
}
RETURNS = {
    "python": "\n        return value",
    "go": " {\n\treturn value\n}",
    "rust": " {\n        value\n    }",
}
BRACED = " {\n        return value;\n    }"


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted(RIGHT))
def test_every_value_goes_in_and_comes_back(local: Verifier, language: str) -> None:
    """A method for each type; a case asks for all of them, one after another."""
    one = languages.get(language)
    methods = tuple(
        Signature(f"echo_{number}", (Parameter("value", kind),), kind)
        for number, kind in enumerate(ECHOED)
    )
    signature = Signature("echo", (Parameter("first", "list[int]"),), "", methods)
    assert one.object is not None
    body = RETURNS.get(language, BRACED)
    code = written(one, signature, one.object.bodies.constructed, lambda _: body)
    operations = [
        [f"echo_{number}", [value]]
        for number, values in enumerate(ECHOED.values())
        for value in values
    ]
    case = {"arguments": [[1], operations], "expected": [given[0] for _, given in operations]}
    verdict = local.verify(
        language,
        fill(one.object.file, {"declaration": code}),
        cases=[case],
        signature=signature,
        lint="off",
    )
    assert verdict.passed, (verdict.message, verdict.cases)
