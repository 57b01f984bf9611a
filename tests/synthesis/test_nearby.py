"""Solutions that agree on every case are compared on inputs that nobody asked for."""

import pytest

from tests.synthesis.conftest import INPUTS, PROBLEM
from tests.synthesis.test_arbitration import asked, saying
from tests.synthesis.test_life import RIGHT, answers

WEAK = {
    "problem": {
        **PROBLEM,
        "examples": [
            {"arguments": [[3, -1, 2]], "expected": 2},
            {"arguments": [[5]], "expected": 1},
        ],
    },
    "inputs": {"inputs": [one for one in INPUTS["inputs"] if one != [[]]]},
}
WRONG_ON_NONE = RIGHT.replace(
    "    return sum", "    if not values:\n        return 1\n    return sum"
)
FAILS_ON_NONE = WRONG_ON_NONE.replace("return 1", "raise ValueError")
WRONG_ON_TWO = RIGHT.replace(
    "    return sum", "    if len(values) == 5:\n        return 9\n    return sum"
)
IN_JS = """function countPositive(values) {
  return values.filter((value) => value > 0).length;
}
"""
JS_WRONG = IN_JS.replace("  return values", "  if (!values.length) return 1;\n  return values")


def of_none(example):
    return [case for case in example.cases if case.arguments == ([],)]


@pytest.mark.parametrize("faulty", [WRONG_ON_NONE, FAILS_ON_NONE])
async def test_an_input_on_which_solutions_part_becomes_a_case_and_the_wrong_one_is_mended(
    synthesize, scripted, faulty
):
    model = scripted(answers(RIGHT, faulty, RIGHT), **WEAK)
    (record,), _ = await synthesize(model)
    assert record.status == "accepted"
    (case,) = of_none(record.examples[0])
    assert (case.expected, case.known_from) == (0, "consensus")
    (made,) = record.arbitrations
    assert made.arguments == ([],) and made.decision == "0" and made.values[0] == 0
    mended = [one for one in record.attempts if one.candidate == 1]
    assert [one.outcome for one in mended] == [
        "wrong_answer" if "1" in faulty else "runtime_error",
        "passed",
    ]


async def test_a_solution_that_stands_by_the_wrong_value_costs_the_problem(synthesize, scripted):
    def stubborn(request):
        return f"```python\n{WRONG_ON_NONE if request.purpose == 'repair' else next(order)}```"

    order = iter((RIGHT, WRONG_ON_NONE, RIGHT, *[WRONG_ON_NONE] * 9))
    (record,), _ = await synthesize(scripted(stubborn, **WEAK))
    assert (record.status, record.reason) == ("rejected", "no_consensus")


async def test_what_the_arbiter_takes_for_invalid_is_no_case(synthesize, scripted):
    model = scripted(answers(RIGHT, WRONG_ON_NONE, RIGHT), arbitrate=saying("invalid"), **WEAK)
    (record,), _ = await synthesize(model)
    assert record.status == "accepted" and not of_none(record.examples[0])
    assert {one.decision for one in record.arbitrations} == {"invalid"}
    assert not model.count("repair")


async def test_an_input_to_which_every_solution_is_wrong_rejects_the_problem(synthesize, scripted):
    model = scripted(answers(RIGHT, WRONG_ON_NONE, RIGHT), arbitrate=saying("none"), **WEAK)
    (record,), _ = await synthesize(model)
    assert (record.status, record.reason) == ("rejected", "arbitrated")


async def test_who_parts_on_invalid_inputs_only_is_soon_left_alone(synthesize, scripted):
    model = scripted(answers(RIGHT, WRONG_ON_TWO, RIGHT), arbitrate=saying("invalid"), **WEAK)
    (record,), _ = await synthesize(model)
    assert record.status == "accepted" and len(record.arbitrations) == 2
    assert len(asked(model)) == 4


async def test_where_none_parts_nobody_is_asked(synthesize, scripted):
    model = scripted(answers(RIGHT), **WEAK)
    (record,), _ = await synthesize(model)
    assert record.status == "accepted" and not record.arbitrations and not asked(model)


def translating(translation):
    """Answer solutions as they should be, and each translation as is said by its language."""

    def solve(request):
        signature = request.messages[0].content.split("## Signature")[1].split("##")[0]
        name = "javascript" if "javascript" in signature else "python"
        right = {"javascript": IN_JS, "python": RIGHT}[name]
        return f"```{name}\n{translation[name] if request.purpose == 'translation' else right}```\n"

    return solve


@pytest.mark.parametrize(
    ("translation", "outcomes"),
    [
        ({"javascript": JS_WRONG, "python": WRONG_ON_NONE}, ["wrong_answer", "passed"]),
        (
            {
                "javascript": JS_WRONG.replace("return 1;", "while (values);"),
                "python": WRONG_ON_NONE.replace("return 1", "while True:\n            pass"),
            },
            ["time_limit", "passed"],
        ),
        (  # slow, and right: all of these inputs together take longer than a program may
            {
                "javascript": IN_JS.replace(
                    "  return",
                    "  const end = performance.now() + 150;\n"
                    "  while (performance.now() < end);\n  return",
                ),
                "python": '"""Counting."""\n\nimport time\n'
                + RIGHT.split('"""', 2)[2].replace(
                    "    return",
                    "    end = time.process_time() + 0.15\n"
                    "    while time.process_time() < end:\n        pass\n    return",
                ),
            },
            ["passed"],
        ),
    ],
    ids=["wrong", "endless", "slow"],
)
async def test_a_translation_answers_inputs_nearby_as_the_solutions_do(
    synthesize, scripted, translation, outcomes
):
    model = scripted(translating(translation), **WEAK)
    (record,), _ = await synthesize(model, langs="py,js", derive=("translation",))
    (made,) = [one for one in record.examples if one.kind == "translation"]
    assert [attempt.outcome for attempt in made.history] == outcomes
    assert not of_none(made), "an input that nobody has called valid is no case"
