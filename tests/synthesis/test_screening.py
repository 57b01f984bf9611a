"""What a problem must get past before it is solved: likeness, benchmarks, leaks."""

import asyncio
import itertools
import json
import math
import random
from array import array
from dataclasses import replace

import pytest

from codegen.errors import ModelError, UsageError
from codegen.records import Problem, Seed, Signature
from codegen.similarity import NearDuplicates, NearVectors
from codegen.synthesis.council import Rejection
from codegen.synthesis.registry import Meanings, Registry
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
        await resumed.known(index, drifting[index] if not whole[index] else None)
    rest = [await resumed.claim(index, drifting[index]) for index in range(4, 8)]
    assert [one.reason if one else "" for one in rest] == whole[4:]


class Angles:
    """An embedder to which a statement means the angle, in degrees, with which it begins."""

    name, revision = "angles", "1"
    tokens = 0

    def __init__(self):
        self.asked = []
        self.fails = False

    async def embed(self, texts):
        self.asked += texts
        self.tokens += sum(len(text.split()) for text in texts)
        # later ones are quicker
        await asyncio.sleep(0.02 if texts[0].startswith("0 ") else 0)
        if self.fails:
            raise ModelError("the embedding server is away")
        turns = [math.radians(float(text.split()[0])) for text in texts]
        return [array("f", (math.cos(turn), math.sin(turn))) for turn in turns]

    def expect(self, dimension):
        assert dimension == 2

    async def close(self):
        pass


async def test_of_two_statements_that_mean_the_same_the_later_one_is_refused():
    registry = Registry(meanings=Meanings(Angles(), NearVectors(0.95)))
    # the cosine of 10 degrees is 0.985, of 20 degrees 0.940
    statements = ["0 degrees", "10 degrees", "20 degrees", "35 degrees", "50 degrees", "0 degrees "]
    waiting = [
        asyncio.ensure_future(registry.claim(n, problem(n, text)))
        for n, text in reversed(list(enumerate(statements)))
    ]
    found = [one.reason if one else "" for one in await asyncio.gather(*waiting)][::-1]
    # 10 is refused, so that it refuses neither 20 nor what comes after it
    near = "near_duplicate_problem"
    assert found == ["", near, "", near, "", near]
    resumed = Registry(meanings=Meanings(Angles(), NearVectors(0.95)))
    for index in range(3):
        await resumed.known(index, problem(index, statements[index]) if not found[index] else None)
    clash = await resumed.claim(3, problem(3, statements[3]))
    assert clash.detail == "Problem 3: problem 2 means the same, by 0.966"


def test_the_closest_vector_is_found_and_of_equal_ones_the_first():
    known = NearVectors(0.9)
    for number in range(3000):
        turn = number % 1000 / 1000
        known.add(number + 7, array("f", (math.cos(turn), math.sin(turn), 0)))
    assert known.find(array("f", (math.cos(0.5), math.sin(0.5), 0))) == (507, 1.0)
    assert known.find(array("f", (0, 0, 1))) is None


async def test_a_problem_that_means_an_earlier_one_costs_no_tests_and_no_solutions(
    synthesize, scripted
):
    texts = iter(["0 degrees are to be turned.", "1 degree is what is to be turned."])

    class Two(scripted):
        def _answer(self, request):
            if request.purpose == "problem":
                self.problem = {**self.PROBLEM, "statement": next(texts)}
            return super()._answer(request)

    model, angles = Two(lambda _: "no code"), Angles()
    records, _ = await synthesize(model, limit=2, concurrency=1, embedder=angles)
    assert [one.reason for one in records] == ["too_few_solutions", "near_duplicate_problem"]
    assert model.count("tests") == 1 and len(angles.asked) == 2
    # resumed, the statement's vector is the journal's
    texts = iter(["2 degrees would have to be turned."])
    records, _ = await synthesize(model, limit=3, concurrency=1, embedder=angles)
    assert records[2].reason == "near_duplicate_problem" and len(angles.asked) == 3
    with pytest.raises(UsageError, match="embedding"):
        await synthesize(model, limit=3)


async def test_a_run_stops_where_vectors_cannot_be_had_and_goes_on_later(synthesize, scripted):
    model, angles = scripted(lambda _: "no code"), Angles()
    model.problem = {**scripted.PROBLEM, "statement": "0 degrees are to be turned."}
    angles.fails = True
    with pytest.raises(ModelError, match="away"):
        await synthesize(model, embedder=angles)
    angles.fails = False
    (record,), _ = await synthesize(model, embedder=angles)
    assert record.reason == "too_few_solutions" and model.count("problem") == 1


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
        ("[" * 100_000, "line 1: is not usable JSON"),
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
