"""A later round over real runs: what failed comes first, as it was, and then what is new."""

import json

import pytest

from codegen.errors import JournalError, UsageError
from codegen.language import get
from codegen.records import Retry
from codegen.synthesis.quotas import dimension_values, parse_quotas
from codegen.synthesis.rounds import read_round
from codegen.synthesis.settings import Settings
from codegen.synthesis.tasks import tasks_of
from codegen.synthesis.taxonomy import taxonomy

RIGHT = "```python\ndef count_positive(values: list[int]) -> int:\n    return {}\n```"
SUM = RIGHT.format("sum(value > 0 for value in values)")
LENGTH = RIGHT.format("len([value for value in values if value > 0])")
BROKEN = RIGHT.format("None +")


def told(text, **more):
    return {"title": text, "statement": f"Return how many of `values` are {text}.", **more}


class Numbered:
    """A model whose n-th problem is the n-th of a list, and the last one ever after."""

    def __new__(cls, scripted, problems, answers, revision):
        model = scripted(lambda _: next(turns))
        turns = iter(lambda: answers[len(model.requests) % len(answers)], None)
        listed = iter(problems)
        model.revision = revision

        def answer(request, last=[None], given=model._answer):  # noqa: B006 - its memory
            if request.purpose == "problem":
                last[0] = next(listed, last[0])
                model.problem = {**model.PROBLEM, **last[0]}
            return given(request)

        model._answer = answer
        return model


def settings(**more):
    return Settings(languages=(get("py"),), **more)


def after(number, folder, **more):
    return read_round(number, folder, settings(**more).fingerprint("", "", ""))


@pytest.fixture
async def first(synthesize, scripted, tmp_path):
    """Numbers 0 and 2 fail for their solutions; 1 for its statement; 3 is 0 once more."""
    disputed = told("above zero", examples=[{"arguments": [[1, 2]], "expected": 7}])
    problems = [told("positive"), disputed, told("over naught"), told("positive")]
    failing = Numbered(scripted, problems, [BROKEN], "1")
    right = failing.solve

    def solve(request):
        asked = request.messages[0].content
        return (SUM, LENGTH)[len(failing.requests) % 2] if "above zero" in asked else right(request)

    failing.solve = solve
    folder = tmp_path / "first"
    records, _ = await synthesize(failing, folder=folder, limit=4, concurrency=1, critic=False)
    reasons = [record.reason for record in records]
    assert reasons == [
        "too_few_solutions",
        "example_disputed",
        "too_few_solutions",
        "duplicate_problem",
    ]
    return folder, records


@pytest.mark.slow
async def test_what_failed_comes_first_as_it_was_and_then_the_new(
    first, synthesize, scripted, tmp_path
):
    folder, earlier = first
    made = after(2, folder)
    better = Numbered(scripted, [told("not small"), told("above zero")], [SUM, LENGTH], "2")
    given = {
        "folder": tmp_path / "second",
        "limit": 4,
        "concurrency": 1,
        "critic": False,
        "round": made,
        "quotas": parse_quotas(["difficulty=hard:50%"], dimension_values(taxonomy())),
        "window": 1,
    }
    records, _ = await synthesize(better, **given)
    assert [record.status for record in records] == ["accepted"] * 4
    for record, number in zip(records[:2], (0, 2), strict=True):
        before = earlier[number]
        retry = record.seed.retry
        assert retry == Retry(1, made.run, number, "too_few_solutions")
        assert record.problem == before.problem and record.seed.text == before.seed.text
        assert [c.arguments for c in record.cases] == [c.arguments for c in before.cases]
        assert {example.seed.retry for example in record.examples} == {retry}
    assert {e.generation.round for r in records for e in r.examples} == {2}
    assert {e.generation.revision for r in records for e in r.examples} == {"2"}
    assert [record.seed.retry for record in records[2:]] == [None, None]
    used = {record.seed.sha256 for record in earlier}
    assert used.isdisjoint(record.seed.sha256 for record in records[2:])
    assert better.count("problem") == 2 and better.count("tests") == 2
    with pytest.raises(UsageError, match="round"):
        await synthesize(better, **{**given, "round": None})
    third = after(3, tmp_path / "second")
    assert third.again == () and third.first_new == made.first_new + 2


@pytest.mark.slow
async def test_a_round_is_of_the_one_before_it_and_of_a_run_that_has_something(first, tmp_path):
    folder, earlier = first
    made = after(2, folder)
    assert made.again == (0, 2) and made.known == {earlier[1].problem.id}
    assert (made.first_new, after(2, folder, seed=1).first_new) == (4, 0)
    with pytest.raises(UsageError, match="is round 1, after which comes round 2, not 4"):
        after(4, folder)
    with pytest.raises(JournalError, match="no journal"):
        after(2, tmp_path / "nowhere")


@pytest.mark.slow
async def test_given_problems_keep_their_native_tests_and_cases_and_the_unused_rows_follow(
    synthesize, scripted, tmp_path
):
    rows = tmp_path / "rows.jsonl"
    given = {
        **scripted.PROBLEM,
        "cases": [{"arguments": [[5]], "expected": 1}],
        "tests": {"python": "assert count_positive([1]) == 1\n"},
        "licence": "MIT",
    }
    other = {**scripted.PROBLEM, "statement": "Return how many of `values` are positive."}
    rows.write_text("".join(json.dumps(row) + "\n" for row in (given, other)))
    folder = tmp_path / "first"
    await synthesize(scripted(lambda _: BROKEN), folder=folder, problems=rows)
    made = after(2, folder, problems=rows)
    again, new, *more = tasks_of(settings(problems=rows, round=made)).listed
    assert (again.index, new.index, more) == (0, 1, [])
    assert again.tests == given["tests"] and again.seed.licence == "MIT"
    assert [(c.arguments, c.expected, c.known_from) for c in again.cases] == [
        (([5],), 1, "reference")
    ]
    assert again.seed.retry == Retry(1, made.run, 0, "too_few_solutions")
    assert new.seed.line == 2 and new.seed.retry is None
