"""The way back from a failure, from outside: what is asked, what is kept, what is learned."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from codegen.language import get
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.records import Arm, ErrorClass, Limits, from_json, to_json
from codegen.records import ProblemRecord as Record
from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool
from codegen.synthesis.classify import classify
from codegen.synthesis.experience import read_experience
from codegen.synthesis.payoffs import Payoff, Payoffs
from codegen.synthesis.policy import Budget
from codegen.synthesis.problems import parse_problem
from codegen.verify.verifier import Verifier
from tests.synthesis.test_life import COUNTS_ZERO, RIGHT, SYNTAX, UNUSED, WRONG_ON_LONG

WRONG = COUNTS_ZERO.replace(">= 0", "!= 0")
NAMELESS = RIGHT.replace("sum(value > 0", "sum(valeu > 0")
IMPORTS = 'from collections import Countr\n\n__all__ = ["Countr"]\n\n' + RIGHT
TYPES = RIGHT.replace("return sum(value > 0 for value in values)", 'return "none"')
CRASHES = RIGHT.replace("    return sum", "    return values[99] + sum")
ENDLESS = RIGHT.replace(
    "    return sum", "    while values is not None:\n        pass\n    return sum"
)

RUST = "pub fn count_positive(values: Vec<i64>) -> i64 {\n    BODY\n}\n"
GO = "package solution\n\nfunc countPositive(values []int64) int64 {\n\tBODY\n}\n"


def told_off(*codes):
    """The first candidate gives one code after the other; the two others are right at once."""
    order, openings = iter(codes), []

    def solve(request):
        opening = request.purpose == "solution"
        openings.extend([request] if opening else [])
        other = opening and len(openings) in (2, 3)
        code = RIGHT if other else next(order)
        return f"```python\n{code}```"

    return solve


def of_first(record):
    return [one for one in record.attempts if one.candidate == 0]


@pytest.mark.parametrize(
    ("language", "code", "error"),
    [
        ("py", SYNTAX, "syntax"),
        ("py", NAMELESS, "names"),
        ("py", IMPORTS, "imports"),
        ("py", TYPES, "types"),
        ("py", UNUSED, "lint"),
        ("py", WRONG, "wrong_answer"),
        ("py", CRASHES, "crash"),
        ("py", ENDLESS, "limit"),
        ("py", RIGHT, None),
        ("rs", RUST.replace("BODY", "values.len( as i64"), "syntax"),
        ("rs", RUST.replace("BODY", "vals.len() as i64"), "names"),
        ("rs", "use std::collectons::HashMap;\n" + RUST.replace("BODY", "0"), "imports"),
        ("rs", RUST.replace("BODY", "HashMap::<i64, i64>::new().len() as i64"), "imports"),
        ("rs", RUST.replace("BODY", "values"), "types"),
        ("rs", RUST.replace("BODY", "let unused = 1;\n    values.len() as i64"), "lint"),
        ("rs", RUST.replace("BODY", "values[99]"), "crash"),
        ("go", GO.replace("BODY", "return int64(len(values)"), "syntax"),
        ("go", GO.replace("BODY", "return int64(len(vals))"), "names"),
        ("go", GO.replace("BODY", "return int64(len(strings.Fields(``)))"), "imports"),
        ("go", GO.replace("BODY", "return values"), "types"),
        ("go", GO.replace("BODY", "unused := 1\n\treturn int64(len(values))"), "lint"),
    ],
)
async def test_a_failure_has_the_same_name_whatever_the_tool_calls_it(
    scripted, language, code, error
):
    problem = parse_problem(json.dumps(scripted.PROBLEM))
    sandbox = Pool(LocalBackend(), slots=1)
    try:
        async with Verifier(sandbox) as verifier:
            verdict = await verifier.averify(
                get(language).name,
                code,
                cases=problem.examples,
                signature=problem.signature,
                lint="strict",
                limits=Limits(cpu_s=2, wall_s=20),
            )
    finally:
        await sandbox.close()
    assert classify(get(language), verdict) == error


async def test_every_attempt_is_kept_with_its_class_its_arm_and_what_it_cost(synthesize, scripted):
    model = scripted(told_off(SYNTAX, UNUSED, WRONG, CRASHES, "", RIGHT))
    (record,), statistics = await synthesize(model, budget=Budget(repairs=2, starts=2))
    assert record.status == "accepted"
    found = [(one.error_class, one.arm) for one in of_first(record)]
    assert found == [
        (ErrorClass.SYNTAX, Arm.FIRST),
        (ErrorClass.LINT, Arm.REPAIR),
        (ErrorClass.WRONG_ANSWER, Arm.REPAIR),
        (ErrorClass.CRASH, Arm.FRESH),
        (ErrorClass.NO_CODE, Arm.REPAIR),
        (None, Arm.REPAIR),
    ]
    assert all(one.usage.completion_tokens == 5 for one in record.attempts)
    assert [bool(one.feedback) for one in of_first(record)] == [
        False,
        True,
        True,
        False,
        True,
        True,
    ]
    assert statistics.payoffs.of(ErrorClass.SYNTAX, Arm.REPAIR) == Payoff(1, 0, 5)
    assert statistics.payoffs.of(ErrorClass.NO_CODE, Arm.REPAIR) == Payoff(1, 1, 5)
    assert from_json(Record, to_json(record)) == record


async def test_a_wrong_answer_is_reasoned_about_once_and_then_begun_without_the_code(
    synthesize, scripted
):
    model = scripted(told_off(WRONG, WRONG, RIGHT))
    (record,), _ = await synthesize(model)
    assert [one.arm for one in of_first(record)] == ["first", "reasoned_repair", "fresh"]
    (repair,) = [one for one in model.requests if one.purpose == "repair"]
    assert "Reason first" in repair.messages[-1].content
    fresh = [one for one in model.requests if one.purpose == "solution"][-1]
    assert len(fresh.messages) == 1 and "!= 0" not in fresh.messages[0].content
    assert record.measured_difficulty == pytest.approx(1 / 3, abs=1e-4)


async def test_a_repair_is_told_what_was_tried_before(synthesize, scripted):
    model = scripted(told_off(SYNTAX, UNUSED, RIGHT))
    await synthesize(model)
    first, second = [one.messages[-1].content for one in model.requests if one.purpose == "repair"]
    assert "Tried before" not in first
    assert "1. compile_error: python SyntaxError" in second


async def test_an_overruled_answer_counts_as_wrong_also_where_the_problem_is_rejected(
    synthesize, scripted
):
    def solve(request):
        if request.purpose == "repair":
            return "```python\n" + WRONG_ON_LONG + "```"
        return "```python\n" + (WRONG_ON_LONG if not asked else RIGHT) + "```"

    asked = []

    def counted(request):
        answer = solve(request)
        if request.purpose == "solution":
            asked.append(request)
        return answer

    (record,), _ = await synthesize(scripted(counted), budget=Budget(repairs=1, starts=1))
    assert record.reason == "no_consensus"
    assert {one.error_class for one in of_first(record)} == {ErrorClass.WRONG_ANSWER}
    assert record.measured_difficulty is not None and record.measured_difficulty > 0


@pytest.mark.parametrize(
    ("tags", "status", "asked"), [([], "rejected", 3), (["hard"], "accepted", 8)]
)
async def test_a_hard_problem_has_more_tries_before_it_is_dropped(
    synthesize, scripted, tags, status, asked
):
    order = []

    def solve(request):
        order.append(request)
        return "```python\n" + (SYNTAX if len(order) <= 6 else RIGHT) + "```"

    model = scripted(solve, problem={**scripted.PROBLEM, "tags": tags})
    (record,), statistics = await synthesize(model, budget=Budget(repairs=0, starts=1))
    assert (record.status, model.count("solution")) == (status, asked)
    shown = statistics.to_json()["difficulty"]["hard" if tags else record.problem.traits.difficulty]
    assert (shown["attempted"], shown["accepted"]) == (1, int(status == "accepted"))
    assert shown["measured"] == record.measured_difficulty
    if status == "rejected":
        assert record.reason == "too_few_solutions"


@pytest.mark.slow
async def test_what_a_run_measured_decides_the_next_and_no_concurrency_does(synthesize, tmp_path):
    def teacher():
        return BuiltinTeacher(mistakes=Mistakes.at(0.5), seed=6)

    settings = {"limit": 12, "seed": 6}
    _, first = await synthesize(teacher(), folder=tmp_path / "first", **settings)
    known = read_experience([tmp_path / "first", tmp_path / "first"])
    assert known.models == ("builtin",)
    assert known.payoffs.to_json() == (first.payoffs + first.payoffs).to_json()
    # as if it had been shown at length that no repair ever helps
    useless = {
        (error, arm): Payoff(2000, 0, 200_000)
        for error in ErrorClass
        for arm in (Arm.REPAIR, Arm.REASONED_REPAIR)
    }
    learned = Payoffs({**known.payoffs.table, **useless})
    made = []
    for name, concurrency in (("one", 1), ("many", 12)):
        records, _ = await synthesize(
            teacher(),
            folder=tmp_path / name,
            payoffs=learned,
            concurrency=concurrency,
            **settings,
        )
        made.append((tmp_path / name / "examples.jsonl").read_bytes())
    assert made[0] == made[1] != (tmp_path / "first" / "examples.jsonl").read_bytes()
    second = [one.arm for record in records for one in record.attempts if one.round == 1]
    assert len(second) > 5 and set(second) == {Arm.FRESH}


@pytest.mark.parametrize(("first", "kept"), [(RIGHT, "thought of a solution"), (UNUSED, "")])
async def test_what_was_thought_is_kept_of_a_first_answer_and_not_of_a_repair(
    synthesize, scripted, first, kept
):
    class Thinking(scripted):
        async def complete(self, request):
            (reply,) = await super().complete(request)
            return (replace(reply, reasoning=f"thought of a {request.purpose}"),)

    def solve(request):
        return f"```python\n{first if request.purpose == 'solution' else RIGHT}```"

    (record,), _ = await synthesize(Thinking(solve))
    (example,) = record.examples
    assert example.messages[-1].reasoning == kept
