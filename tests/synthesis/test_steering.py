"""The mix of accepted problems comes to the quotas, and no draw depends on when anything ended."""

import json
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.errors import UsageError
from codegen.language import get
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.prompt import problem_prompt
from codegen.records import ProblemRecord, Seed, Traits, Usage
from codegen.synthesis.allowance import Allowance
from codegen.synthesis.finished import Finished
from codegen.synthesis.quotas import dimension_values, parse_quotas, shares_of
from codegen.synthesis.steering import Steering
from codegen.synthesis.taxonomy import taxonomy

VALUES = dimension_values(taxonomy())


def quotas(*texts):
    return parse_quotas(texts, VALUES)


def steering(*texts, window=32, free=None):
    return Steering(3, shares_of(quotas(*texts), VALUES), free or {}, window)


def record(index, accepted):
    status = "accepted" if accepted else "rejected"
    seed = Seed("taxonomy", "")
    return ProblemRecord(index, status, "", seed, None, (), (), (), Usage())


def simulate(one, rates, *, concurrency, order, count=400):
    """Draw `count` tasks that end in a random order; return the points and which were accepted."""
    chance = random.Random(order)
    points, living, ended = [], [], {}
    while len(ended) < count:
        while len(living) < concurrency and len(points) < count and one.ready(len(points)):
            living.append(len(points))
            points.append(one.draw(len(points)))
        index = living.pop(chance.randrange(len(living)))
        luck = random.Random(f"luck {index}").random()
        ended[index] = luck < rates.get(points[index].get("difficulty"), 0.8)
        one.note(Finished.of(record(index, ended[index])))
    return points, [ended[n] for n in range(count)]


def share(points, accepted, dimension, value):
    kept = [point for point, ok in zip(points, accepted, strict=True) if ok]
    return sum(point[dimension] == value for point in kept) / len(kept)


def test_the_accepted_mix_meets_the_quotas_although_one_value_is_rejected_more():
    one = steering("difficulty=hard:30%", "register=typos:10%", "topic=graphs:25%")
    rates = {"hard": 0.3, "medium": 0.9, "easy": 0.95}
    points, accepted = simulate(one, rates, concurrency=16, order=1)
    assert share(points, accepted, "difficulty", "hard") == pytest.approx(0.30, abs=0.03)
    assert share(points, accepted, "difficulty", "easy") == pytest.approx(0.35, abs=0.03)
    assert share(points, accepted, "register", "typos") == pytest.approx(0.10, abs=0.02)
    assert share(points, accepted, "register", "") == pytest.approx(0.90, abs=0.02)
    assert share(points, accepted, "topic", "graphs") == pytest.approx(0.25, abs=0.02)
    assert sum(point["difficulty"] == "hard" for point in points) / len(points) > 0.45


def test_the_mix_is_close_from_the_first_problems_on():
    points, _ = simulate(steering("difficulty=hard:50%"), {}, concurrency=4, order=2, count=10)
    assert sum(point["difficulty"] == "hard" for point in points) == 5


def test_a_value_that_is_never_accepted_does_not_take_the_whole_run():
    one = steering("difficulty=hard:20%")
    _, accepted = simulate(one, {"hard": 0.0}, concurrency=8, order=3)
    assert sum(accepted) > 50


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(0, 9999), st.sampled_from([1, 8, 32]))
def test_neither_concurrency_nor_order_changes_a_draw(concurrency, order, window):
    texts = ("difficulty=hard:30%", "length=short:60%", "audience=student:40%")
    rates = {"hard": 0.4}
    usual = simulate(steering(*texts, window=window), rates, concurrency=1, order=0, count=80)
    other = simulate(
        steering(*texts, window=window), rates, concurrency=concurrency, order=order, count=80
    )
    assert other == usual


def test_what_has_no_quota_is_met_equally_often_and_waits_for_nothing():
    free = {"difficulty": VALUES["difficulty"], "audience": VALUES["audience"]}
    one = steering(free=free)
    points = [one.draw(index) for index in range(1500) if one.ready(index)]
    assert len(points) == 1500
    cells = {(point["difficulty"], point["audience"]) for point in points}
    assert len(cells) == len(VALUES["difficulty"]) * len(VALUES["audience"])
    assert sum(point["difficulty"] == "hard" for point in points) == 500


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        (["hard:30%"], "expected such as"),
        (["difficulty=hard"], "expected such as"),
        (["difficulty=hard:-3%"], "expected such as"),
        (["colour=red:30%"], "unknown dimension 'colour'"),
        (["difficulty=fiendish:30%"], "unknown difficulty 'fiendish'.*easy, medium, hard"),
        (["difficulty=hard:101%"], "more than 100%"),
        (["difficulty=hard:60%", "difficulty=easy:40.5%"], "sum to 100.5%"),
        (["difficulty=hard:60%", "difficulty=hard:10%"], "already"),
        ([f"difficulty={x}:10%" for x in ("easy", "medium", "hard")], "less than 100%"),
        (["natural_language=tlh:5%"], "unknown natural_language 'tlh'"),
        (["interface=function:50%"], "name function, which the rest would be"),
    ],
)
def test_quotas_that_cannot_be_met_are_refused(texts, complaint):
    with pytest.raises(UsageError, match=complaint):
        quotas(*texts)


def test_the_rest_is_shared_by_the_other_values_or_left_free():
    texts = ("difficulty=hard:30%", "register=typos:5%", "interface=program:30%")
    shares = shares_of(quotas(*texts), VALUES)
    assert shares["difficulty"] == {
        "hard": Fraction(3, 10),
        "easy": Fraction(7, 20),
        "medium": Fraction(7, 20),
    }
    assert shares["register"] == {"typos": Fraction(1, 20), "": Fraction(19, 20)}
    assert shares["interface"] == {"program": Fraction(3, 10), "function": Fraction(7, 10)}


def test_the_prompt_says_what_is_wanted_and_nothing_of_what_is_free():
    traits = Traits("hard", "student", "rules", "short", "typos", "de")
    text = problem_prompt(Seed("taxonomy", "", traits=traits), [get("py")]).text
    for wanted in ("hard", "student", "numbered rules", "at most 60 words", "typing", "in German"):
        assert wanted in text.split("## What is wanted")[1]
    assert "## What is wanted" not in problem_prompt(Seed("taxonomy", ""), [get("py")]).text


@pytest.mark.slow
async def test_a_steered_run_is_the_same_in_pieces_and_says_its_mix(synthesize, tmp_path):
    teacher = BuiltinTeacher(mistakes=Mistakes.at(0.5), seed=6)
    asked = {
        "langs": "py",
        "limit": None,
        "target": 8,
        "inputs": 4,
        "window": 3,
        "derive": (),
        "mutants": 2,
        "quotas": quotas("difficulty=hard:50%", "topic=graphs:50%", "register=terse:25%"),
    }
    whole, statistics = await synthesize(teacher, folder=tmp_path / "whole", **asked)
    for tokens in (9_000, 20_000, 10**9):
        pieces, _ = await synthesize(
            teacher,
            folder=tmp_path / "pieces",
            concurrency=5,
            allowance=Allowance(tokens=tokens),
            **asked,
        )
    assert pieces == whole
    accepted = [one for one in whole if one.status == "accepted"]
    assert {one.problem.traits for one in accepted} == {one.seed.traits for one in accepted}
    summary = json.loads((tmp_path / "whole" / "summary.json").read_text())
    assert summary["mix"]["difficulty"]["hard"] == statistics.mix["difficulty"]["hard"]
    assert 3 <= summary["mix"]["difficulty"]["hard"] <= 5
    assert 3 <= summary["mix"]["topic"]["graphs"] <= 5
