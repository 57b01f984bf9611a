"""What a problem must get past before it is solved: likeness, benchmarks, leaks."""

import asyncio
import itertools
import json
import random
from dataclasses import replace

import pytest

from codegen.errors import UsageError
from codegen.records import Problem, Seed, Signature
from codegen.similarity import NearDuplicates
from codegen.synthesis.council import Rejection
from codegen.synthesis.registry import Registry
from codegen.synthesis.screening import Screen, load_benchmarks

STATEMENT = (
    "Given the arrival times of parcels at a depot and the number of doors, return the earliest"
    " time at which every parcel has been unloaded. A door unloads one parcel at a time and needs"
    " ten minutes for each. Parcels that arrive together are taken in the order of the list."
)
NEAR = STATEMENT.replace("ten minutes", "10 minutes").replace("depot", "DEPOT,")
OTHER = (
    "Return the longest word of the text that reads the same from both ends; of several the first"
    " one. A word is a run of letters, and case does not matter. Return the empty text for none."
)


def problem(number, statement):
    return Problem(str(number), f"Problem {number}", statement, Signature("f", (), "int"), ())


def rows(tmp_path, *values):
    path = tmp_path / "bench.jsonl"
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return [path]


def test_a_near_duplicate_is_found_whatever_its_marks_and_case():
    known = NearDuplicates(0.8)
    known.add(7, STATEMENT)
    known.add(8, OTHER)
    number, likeness = known.find(NEAR)
    assert number == 7 and 0.8 <= likeness < 1
    assert known.find(STATEMENT.upper()) == (7, 1.0)
    assert known.find("Return the sum of the even values; 0 if there are none.") is None
    assert NearDuplicates(0.8).find(STATEMENT) is None


async def claims(problems, order):
    """Claim by number, in another order; return the reasons by number."""
    registry = Registry(NearDuplicates(0.8))
    waiting = {}
    for index in order:
        waiting[index] = asyncio.ensure_future(registry.claim(index, problems[index]))
        await asyncio.sleep(0)
    found = {index: await future for index, future in waiting.items()}
    return [found[index].reason if found[index] else "" for index in range(len(problems))]


async def test_the_later_one_is_the_duplicate_whoever_was_quicker():
    statements = [STATEMENT, OTHER, NEAR, STATEMENT, OTHER + " Letters are those of English."]
    problems = [problem(n, text) for n, text in enumerate(statements)]
    problems[3] = replace(problems[0])
    problems.append(None)
    expected = ["", "", "near_duplicate_problem", "duplicate_problem", "near_duplicate_problem", ""]
    for order in itertools.islice(itertools.permutations(range(6)), 0, 720, 37):
        assert await claims(problems, order) == expected


async def test_what_was_refused_refuses_no_other_and_a_resumed_run_decides_alike():
    chance = random.Random(4)
    vocabulary = [f"word{n}" for n in range(60)]
    first = [chance.choice(vocabulary) for _ in range(60)]
    drifting = []
    for step in range(8):
        drifting.append(problem(step, " ".join(first)))
        first[step * 7 : step * 7 + 3] = chance.sample(vocabulary, 3)
    whole = await claims(drifting, range(8))
    assert "near_duplicate_problem" in whole and whole.count("") > 1
    resumed = Registry(NearDuplicates(0.8))
    for index in range(4):
        resumed.known(index, drifting[index] if not whole[index] else None)
    rest = [await resumed.claim(index, drifting[index]) for index in range(4, 8)]
    assert [one.reason if one else "" for one in rest] == whole[4:]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"You work at a post office. {STATEMENT[:140]} Mind the doors.", "has the words"),
        (NEAR, "bench.jsonl, line 2"),
    ],
)
def test_a_statement_out_of_a_benchmark_is_refused_with_its_place(tmp_path, statement, said):
    screen = Screen(load_benchmarks(rows(tmp_path, {"prompt": OTHER}, {"text": STATEMENT})))
    with pytest.raises(Rejection, match="contaminated_problem") as caught:
        screen(Seed("taxonomy", ""), problem(0, statement))
    assert said in caught.value.detail
    screen(Seed("taxonomy", ""), problem(1, "Return the sum of the even values; 0 for none."))


def test_short_benchmarks_are_known_as_a_whole(tmp_path):
    screen = Screen(load_benchmarks(rows(tmp_path, {"question": "Add two given numbers."})))
    with pytest.raises(Rejection):
        screen(Seed("taxonomy", ""), problem(0, "ADD two given numbers"))
    screen(Seed("taxonomy", ""), problem(0, "Multiply two given numbers that are positive."))


CODE = (
    'def clamp(x, low, high):\n    """Keep x."""\n    return max(low, min(x, high)) if x else low\n'
)


def test_a_statement_that_repeats_its_seed_s_code_is_refused():
    seed = Seed("code", CODE)
    leaking = "Do what this does: `return max(low, min(x, high)) if x else low`, for integers."
    with pytest.raises(Rejection, match="seed_leaked"):
        Screen()(seed, problem(0, leaking))
    Screen()(seed, problem(0, "Keep `x` between `low` and `high`, which `min` and `max` can do."))
    Screen()(replace(seed, kind="problem"), problem(0, leaking))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "holds no text"),
        ("{", "line 1: is not JSON"),
        ('{"text": "a"}\n[]', "line 2: needs a text in one of"),
        ('{"answer": "a"}', "needs a text"),
        ('{"text": 3}', "needs a text"),
    ],
)
def test_a_file_that_is_no_benchmark_is_refused(tmp_path, content, complaint):
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(UsageError, match=complaint):
        load_benchmarks([tmp_path / "a.jsonl"])
    with pytest.raises(UsageError, match="cannot be read"):
        load_benchmarks([tmp_path / "none.jsonl"])


async def test_nothing_is_spent_on_a_problem_that_is_refused(synthesize, scripted, tmp_path):
    bench = rows(tmp_path, {"statement": scripted.PROBLEM["statement"]})
    model = scripted(lambda _: "")
    (record,), statistics = await synthesize(model, decontaminate=tuple(bench))
    assert record.reason == "contaminated_problem" and "line 1" in record.detail
    assert {request.purpose for request in model.requests} == {"problem"}
    assert statistics.rejected == {"contaminated_problem": 1}
