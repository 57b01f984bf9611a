"""The rules of acceptance from outside: what the model says, and what becomes of the problem."""

import itertools
import json

import pytest

RIGHT = '''"""Counting."""


def count_positive(values: list[int]) -> int:
    """Count the values above zero."""
    return sum(value > 0 for value in values)
'''
COUNTS_ZERO = RIGHT.replace("value > 0", "value >= 0")
WRONG_ON_LONG = RIGHT.replace(
    "    return sum(value > 0 for value in values)",
    "    return 1 if len(values) == 4 else sum(value > 0 for value in values)",
)
CRASHES_ON_LONG = RIGHT.replace(
    "    return sum", "    if len(values) == 4:\n        raise ValueError\n    return sum"
)
SYNTAX = RIGHT.replace("-> int:", "-> int")
UNUSED = "import os\n\n" + RIGHT


def answers(*codes):
    """Solve the n-th new conversation with the n-th code; every repair gives RIGHT."""
    order = itertools.cycle(codes)

    def solve(request):
        code = RIGHT if request.purpose == "repair" else next(order)
        return f"I would write:\n\n```python\n{code}```\n"

    return solve


def feedback(model):
    return [r.messages[-1].content for r in model.requests if r.purpose == "repair"]


async def test_solutions_that_agree_make_an_example(synthesize, scripted, tmp_path):
    model = scripted(answers(RIGHT))
    (record,), statistics = await synthesize(model)
    assert record.status == "accepted" and len(record.examples) == 1
    (example,) = record.examples
    assert example.code.strip() == RIGHT.strip()
    assert [case.expected for case in example.cases] == [2, 0, 1, 0, 0, 2, 3, 1]
    known = [case.known_from for case in example.cases]
    assert known == ["specification"] * 2 + ["consensus"] * 6
    assert example.verification.verdict == "passed" and example.verification.agreeing_solutions == 3
    assert statistics.accepted == 1
    rows = [json.loads(line) for line in (tmp_path / "run" / "sft.jsonl").read_text().splitlines()]
    assert rows[0]["messages"][1]["content"].startswith("```python\n")


async def test_the_tests_turn_never_sees_a_solution_or_an_expected_value(synthesize, scripted):
    model = scripted(answers(RIGHT))
    await synthesize(model)
    (asked,) = [r for r in model.requests if r.purpose == "tests"]
    assert "def count_positive" not in asked.messages[0].content
    assert "expected" not in asked.messages[0].content.split("## Examples")[1].split("##")[0]


@pytest.mark.parametrize(
    ("broken", "outcome", "told"),
    [
        (SYNTAX, "compile_error", "does not compile"),
        (UNUSED, "lint_error", "os"),
        (COUNTS_ZERO.replace(">= 0", "!= 0"), "wrong_answer", "expected: 2"),
    ],
)
async def test_a_failure_goes_back_with_what_is_needed_and_comes_right(
    synthesize, scripted, broken, outcome, told
):
    model = scripted(answers(broken, RIGHT, RIGHT))
    (record,), statistics = await synthesize(model)
    assert record.status == "accepted"
    first, second = [a for a in record.attempts if a.candidate == 0]
    assert (first.outcome, second.outcome) == (outcome, "passed")
    assert second.feedback == feedback(model)[0] and told in second.feedback
    assert statistics.repaired == 1 and statistics.wrong_at_first == 1


async def test_a_dissenter_is_overruled_only_with_one_more_independent_vote(synthesize, scripted):
    model = scripted(answers(WRONG_ON_LONG, RIGHT, RIGHT, RIGHT))
    (record,), statistics = await synthesize(model)
    assert record.status == "accepted"
    assert model.count("solution") == 4
    overruled = next(a for a in record.attempts if a.candidate == 0)
    assert overruled.outcome == "wrong_answer"
    assert "consensus" in feedback(model)[0]
    assert statistics.wrong_at_first == 1


async def test_mended_answers_to_the_statements_examples_leave_nothing_to_be_decided(
    synthesize, scripted
):
    wrong = RIGHT.replace("value > 0", "value != 0")
    model = scripted(answers(wrong, wrong, RIGHT, RIGHT))
    (record,), _ = await synthesize(model, reference=True)
    assert record.status == "accepted"
    assert model.count("solution") == 3 and model.count("repair") == 2


async def test_a_disagreement_that_stands_rejects_the_problem(synthesize, scripted):
    codes = itertools.cycle([WRONG_ON_LONG, RIGHT, RIGHT, RIGHT])
    stubborn = {}

    def solve(request):
        opening = request.sampling.seed if request.purpose == "solution" else None
        if opening is not None:
            code = next(codes)
        else:
            code = request.messages[1].content.split("```python\n")[1].split("```")[0]
        stubborn[request.sampling.seed] = code
        return f"```python\n{code}```"

    (record,), _ = await synthesize(scripted(solve), budget=_no_fresh_start())
    assert (record.status, record.reason) == ("rejected", "no_consensus")
    assert record.attempts


async def test_an_example_that_all_contradict_rejects_the_problem_at_once(synthesize, scripted):
    problem = json.loads(json.dumps(scripted.PROBLEM))
    problem["examples"][0]["expected"] = 3
    model = scripted(answers(RIGHT), problem=problem)
    (record,), _ = await synthesize(model)
    assert record.reason == "example_disputed" and "2" in record.detail
    assert model.count("repair") == 0


async def test_an_input_on_which_all_fail_is_dropped(synthesize, scripted):
    (record,), _ = await synthesize(scripted(answers(CRASHES_ON_LONG)))
    assert record.status == "accepted"
    assert [case.arguments for case in record.cases].count(([0, 1, 0, 2],)) == 0
    assert len(record.cases) == 7


async def test_an_answer_without_code_is_an_attempt_like_any_other(synthesize, scripted):
    solve = answers(RIGHT)
    first = iter(["I would rather not."])
    model = scripted(lambda request: next(first, None) or solve(request))
    (record,), _ = await synthesize(model)
    assert record.status == "accepted"
    assert record.attempts[0].stage == "parse"


async def test_a_problem_that_cannot_be_used_goes_back_once(synthesize, scripted):
    model = scripted(answers(RIGHT), problem="No problem.")
    (record,), _ = await synthesize(model)
    assert record.reason == "unusable_problem" and record.problem is None
    assert model.count("problem") == 2


async def test_of_equal_problems_the_later_is_the_duplicate(synthesize, scripted):
    records, statistics = await synthesize(scripted(answers(RIGHT)), limit=3, concurrency=3)
    assert [record.status for record in records] == ["accepted", "rejected", "rejected"]
    assert statistics.rejected == {"duplicate_problem": 2}


def _no_fresh_start():
    from codegen.synthesis.policy import Budget

    return Budget(repairs=1, starts=1)
