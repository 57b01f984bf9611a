"""Problems whose solution is a class, through the whole loop."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from codegen import prompt as prompts
from codegen.answer import AnswerError
from codegen.engine.run import open_run
from codegen.errors import UsageError
from codegen.language import get
from codegen.model.builtin import BuiltinTeacher
from codegen.operations import asked, steps
from codegen.records import (
    Case,
    CaseResult,
    Outcome,
    Problem,
    Seed,
    Stage,
    Traits,
    Verdict,
    to_json,
)
from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool
from codegen.synthesis.finished import problem_records
from codegen.synthesis.problems import load_problems, parse_inputs, parse_problem
from codegen.synthesis.quotas import Quota
from codegen.synthesis.settings import Settings

STACK: dict[str, Any] = {
    "title": "A bounded stack",
    "statement": "A stack holds at most `capacity` values. push on a full stack returns false.",
    "constraints": "",
    "signature": {
        "name": "bounded_stack",
        "parameters": [{"name": "capacity", "type": "int"}],
        "methods": [
            {"name": "push", "parameters": [{"name": "value", "type": "int"}], "returns": "bool"},
            {"name": "pop", "parameters": [], "returns": "optional[int]"},
            {"name": "clear", "parameters": [], "returns": ""},
        ],
    },
    "examples": [
        {
            "arguments": [1, [["push", [7]], ["push", [8]], ["clear", []], ["pop", []]]],
            "expected": [True, False, None, None],
        }
    ],
    "tags": [],
    "comparator": "exact",
}


def fenced(value: Any) -> str:
    return f"```json\n{json.dumps(value)}\n```"


def stack() -> Problem:
    return parse_problem(fenced(STACK), "class")


def changed(**signature: Any) -> dict[str, Any]:
    return {**STACK, "signature": {**STACK["signature"], **signature}}


def test_a_problem_about_a_class_is_read() -> None:
    problem = stack()
    assert problem.interface == "class"
    assert [one.name for one in problem.signature.methods] == ["push", "pop", "clear"]
    assert problem.examples[0].expected == [True, False, None, None]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (changed(returns="int"), "a class has none"),
        (changed(methods=[{"name": "class", "parameters": []}]), "is a keyword"),
        (changed(methods=[{"name": "Push", "parameters": []}]), "is not snake_case"),
        (changed(methods=[{"name": "clear", "parameters": []}]), "none of them returns"),
        (changed(methods=STACK["signature"]["methods"] * 5), "array of 1 to 12"),
        (changed(methods=STACK["signature"]["methods"][:1] * 2), "the same in"),
        (changed(methods=[{"name": "a", "parameters": [], "returns": "int?"}]), "unexpected"),
        (changed(methods=[{"name": "a"}]), '"parameters"'),
        ({**STACK, "examples": [{"arguments": [1], "expected": []}]}, "1 given"),
        (
            {**STACK, "examples": [{"arguments": [1, []], "expected": []}]},
            "expected the operations",
        ),
        (
            {**STACK, "examples": [{"arguments": [1, [["pop", []]]], "expected": [True]}]},
            "expected int",
        ),
        (
            {**STACK, "examples": [{"arguments": [1, [["pop", []]]], "expected": [1, 2]}]},
            "2 given, the case has 1 operations",
        ),
        ({**STACK, "interface": "function"}, "the signature is that of a class"),
        ({**STACK, "interface": "thing"}, "must be one of"),
    ],
)
def test_what_is_no_such_problem_is_refused_in_words(value: Any, said: str) -> None:
    with pytest.raises(AnswerError, match=said):
        parse_problem(fenced(value), "class")


def test_a_problem_is_about_what_was_asked_for() -> None:
    with pytest.raises(AnswerError, match="about a class, not a function"):
        parse_problem(fenced(STACK))


def test_inputs_are_operations() -> None:
    good = [2, [["push", [1]], ["pop", []]]]
    found = parse_inputs(
        fenced(
            {"inputs": [good, {"capacity": 3, "operations": [["pop", []]]}, [1], [1, [["x", []]]]]}
        ),
        stack(),
    )
    assert [list(one.arguments) for one in found] == [good, [3, [["pop", []]]]]


def test_rows_of_a_file_may_be_about_classes(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    row = {**STACK, "cases": STACK["examples"], "interface": "class"}
    path.write_text(json.dumps(row) + "\n" + json.dumps({**row, "cases": [{"arguments": []}]}))
    rows = load_problems(path)
    first = next(rows)
    assert first.problem is not None
    assert first.problem.interface == "class"
    assert first.cases[0].known_from == "reference"
    with pytest.raises(UsageError, match=r"line 2: .*cases"):
        next(rows)


@pytest.mark.parametrize("language", ["py", "go", "rs", "js", "ts", "java", "cpp"])
def test_prompts_show_the_class_and_its_operations(language: str) -> None:
    problem, one = stack(), get(language)
    for name in ("solution", "reference"):
        text = prompts.asked_in(one, problem, name).text
        assert "BoundedStack" in text
        assert "bounded_stack(1)\n   push(7) → true\n   push(8) → false\n   clear()\n" in text
        assert "    pop() -> optional[int]\n    clear()\n" in text


def test_the_prompt_for_inputs_shows_no_result() -> None:
    text = prompts.tests_prompt(stack(), 7).text
    assert "   push(7)\n   push(8)\n   clear()\n   pop()\n" in text
    assert "→" not in text
    assert "- 7 inputs" in text


def failing(arguments: tuple[Any, ...], **more: Any) -> Verdict:
    case = CaseResult("input-1", Outcome.WRONG_ANSWER, arguments, **more)
    return Verdict(case.outcome, Stage.RUN, "call", cases=(case,))


def test_feedback_shows_the_operations_up_to_the_first_that_differs() -> None:
    verdict = failing(
        (2, [["push", [1]], ["pop", []], ["pop", []], ["push", [4]]]),
        expected=[True, 1, None, True],
        got=[True, 1, 5, False],
        answered=True,
    )
    known = {"input-1": "consensus"}
    text = prompts.repair_prompt(verdict, "", known_from=known, signature=stack().signature).text
    assert (
        "- input-1: wrong_answer\n"
        "  bounded_stack(2)\n"
        "  push(1) → true\n"
        "  pop() → 1\n"
        "  pop()\n"
        "    expected: null (from consensus)\n"
        "    got: 5\n"
    ) in text
    assert "push(4)" not in text


def test_feedback_shows_the_operation_that_failed_and_none_behind_it() -> None:
    asked_for = (2, [["push", [1]], ["pop", []], ["pop", []]])
    verdict = failing(asked_for, expected=[True, 1, None], message="operation 2, pop: IndexError")
    verdict = replace(verdict, cases=(replace(verdict.cases[0], outcome=Outcome.RUNTIME_ERROR),))
    text = prompts.repair_prompt(verdict, "", known_from={}, signature=stack().signature).text
    assert "  bounded_stack(2)\n  push(1)\n  pop()\n  operation 2, pop: IndexError" in text
    assert "null" not in text


def test_long_sequences_are_told_shortly() -> None:
    operations = [["push", [n]] for n in range(500)]
    verdict = failing(
        (900, operations), expected=[True] * 500, got=[True] * 499 + [False], answered=True
    )
    text = prompts.repair_prompt(verdict, "", known_from={}, signature=stack().signature).text
    assert "push(499)" in text
    assert "(475 operations)" in text
    assert len(text) < 2_000


def test_a_case_in_words() -> None:
    case = Case("1", (1, [["push", [7]], ["clear", []]]), [True, None], "specification")
    assert asked(case.arguments, stack().signature) == ["bounded_stack(1)", "push(7)", "clear()"]
    assert steps(case, stack().signature) == ["bounded_stack(1)", "push(7) → true", "clear()"]


def test_a_problem_prompt_asks_for_a_class() -> None:
    seed = Seed("taxonomy", "", topic="caches", traits=Traits(interface="class"))
    text = prompts.problem_prompt(seed, [get("py"), get("go")]).text
    assert text.startswith("Write one self-contained programming problem. Its solution is a class")
    assert '"methods"' in text
    assert "Python, Go" in text


@pytest.mark.slow
async def test_the_loop_accepts_classes(tmp_path: Path) -> None:
    settings = Settings(
        languages=(get("py"), get("go")),
        target=2,
        quotas=(Quota("interface", "class", Fraction(1)),),
    )
    sandbox = Pool(LocalBackend(), slots=2)
    try:
        async with open_run(tmp_path / "run", settings, BuiltinTeacher(), sandbox) as opened:
            await opened.loop.run()
            records = list(problem_records(opened.journal))
    finally:
        await sandbox.close()
    accepted = [one for one in records if one.status == "accepted"]
    assert len(accepted) >= 2
    for record in accepted:
        assert record.problem is not None
        assert record.problem.interface == "class"
        assert to_json(record.problem.signature)["methods"]
        levels = {one.verification.level for one in record.examples}
        assert levels == {"L5"}, levels
