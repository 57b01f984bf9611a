"""A disputed value goes before the model last, and blind."""

import itertools
import json

import pytest

from tests.synthesis.test_life import RIGHT, WRONG_ON_LONG, answers

SAID = {
    "none": "arbitrated",
    "ambiguous": "ambiguous_statement",
}


def saying(*decisions):
    order = itertools.cycle(decisions)
    return lambda _: f"```json\n{json.dumps({'reason': 'so', 'decision': next(order)})}\n```"


def asked(model):
    return [r.messages[0].content for r in model.requests if r.purpose == "arbitration"]


async def test_the_arbiter_sees_the_specification_and_the_values_and_nothing_else(
    synthesize, scripted
):
    model = scripted(answers(WRONG_ON_LONG, RIGHT, RIGHT, RIGHT))
    (record,), _ = await synthesize(model)
    assert record.status == "accepted"
    first, second = asked(model)
    for prompt in (first, second):
        assert "greater than zero" in prompt and "[[0,1,0,2]]" in prompt
        assert "def count_positive" not in prompt and "votes" not in prompt
    (made,) = record.arbitrations
    assert made.values == (2, 1) and made.decision == "0" and len(made.calls) == 2


async def test_the_order_of_the_values_is_drawn(synthesize, scripted, tmp_path):
    seen = set()
    for seed in range(4):
        model = scripted(answers(WRONG_ON_LONG, RIGHT, RIGHT, RIGHT))
        await synthesize(model, folder=tmp_path / str(seed), seed=seed)
        seen |= {prompt.split("## Outputs")[1].split("##")[0] for prompt in asked(model)}
    assert len(seen) == 2


@pytest.mark.parametrize("decision", sorted(SAID))
async def test_a_majority_that_is_not_confirmed_is_no_label(synthesize, scripted, decision):
    model = scripted(answers(WRONG_ON_LONG, RIGHT, RIGHT, RIGHT), arbitrate=saying(decision))
    (record,), _ = await synthesize(model)
    assert (record.status, record.reason) == ("rejected", SAID[decision])
    assert record.arbitrations == () and record.examples == ()


async def test_an_arbiter_of_two_minds_settles_nothing(synthesize, scripted):
    model = scripted(
        answers(WRONG_ON_LONG, RIGHT, RIGHT, RIGHT), arbitrate=saying("none", "invalid", "?")
    )
    (record,), _ = await synthesize(model)
    assert record.reason == "arbitrated" and "undecided" in record.detail
    assert len(asked(model)) == 3


async def test_an_input_that_the_specification_forbids_is_struck(synthesize, scripted):
    model = scripted(answers(WRONG_ON_LONG, RIGHT, RIGHT, RIGHT), arbitrate=saying("invalid"))
    (record,), _ = await synthesize(model)
    assert record.status == "accepted"
    (example,) = record.examples
    assert [0, 1, 0, 2] not in [case.arguments[0] for case in example.cases]


async def test_where_nothing_is_disputed_nobody_is_asked(synthesize, scripted):
    model = scripted(answers(RIGHT))
    await synthesize(model)
    assert not asked(model)
