"""Which inputs the teacher takes for valid is what its statements say."""

from random import Random

import pytest

from codegen.answer import extract_json
from codegen.model.builtin import BuiltinTeacher, Mistakes, lines
from codegen.model.builtin.knowledge import (
    all_families,
    class_families,
    draw_inputs,
    plays,
    printed,
)
from codegen.model.builtin.validity import is_valid
from codegen.model.contract import Message, Request, Sampling
from codegen.prompt import render_for
from codegen.records import PROGRAM, Case, Problem
from codegen.verify.perturb import perturbed

FAMILIES = {one.name: one for one in (*all_families(), *class_families())}


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_what_a_family_draws_is_valid_and_what_it_breaks_is_not(name: str) -> None:
    family = FAMILIES[name]
    for seed in range(40):
        rng = Random(seed)
        parameters = family.draw(rng)
        for arguments in draw_inputs(family, parameters, 20, rng):
            assert is_valid(name, parameters, arguments), arguments
        if family.invalid is not None:
            arguments = family.invalid(rng, parameters)
            assert not is_valid(name, parameters, arguments), arguments


@pytest.mark.parametrize(
    ("name", "parameters", "arguments"),
    [
        ("boats", {}, [[0]]),
        ("bracket_depth", {}, ["a\nb"]),
        ("first_reaching", {}, [[2, 1], 0]),
        ("grid_paths", {}, [[".", ".."]]),
        ("parse_settings", {"between": "commas", "equals": "="}, ["a=1;b=2"]),
        ("parse_settings", {"between": "commas", "equals": "="}, ["a=1234567890"]),
        ("postfix_value", {}, ["1  2 +"]),
        ("rate_limiter", {}, [3, [["allow", ["a", 5]], ["remaining", ["a", 4]]]]),
        ("reach_distance", {}, [2, [[0, 2]]]),
        ("shift_date", {}, [[2023, 2, 29]]),
        ("smoothing", {}, [["NaN"]]),
        ("text_editor", {}, ["", [["insert", ["A"]]]]),
        ("top_scores", {}, [[["", 1]]]),
        ("word_counts", {}, ["it is 1"]),
    ],
)
def test_what_a_constraint_excludes_is_not_valid(name, parameters, arguments) -> None:
    assert not is_valid(name, parameters, arguments)


def problems(name: str, rng: Random):
    """Yield what a family's problem may be (a function or class, a program), inputs, an answer."""
    family = FAMILIES[name]
    parameters = family.draw(rng)
    statement = family.text("statement", parameters)
    inputs = draw_inputs(family, parameters, 8, rng)
    signature = family.signature()
    answer = family.reference(parameters, *inputs[0])
    cases = [Case("c", tuple(one)) for one in inputs]
    yield Problem("p", "t", statement, signature, ()), cases, answer
    if not signature.methods and plays(family, ["python", "rust", "go"]):
        kinds = [one.type for one in signature.parameters]
        texts = [lines.written(one, kinds) for one in inputs]
        cases = [Case("c", (one,)) for one in texts]
        yield (
            Problem("p", "t", statement, PROGRAM, ()),
            cases,
            printed(family, parameters, texts[0]),
        )


@pytest.mark.parametrize("name", sorted(FAMILIES))
async def test_the_teacher_has_an_answer_to_every_input_nearby(name: str) -> None:
    teacher = BuiltinTeacher(mistakes=Mistakes.none())
    for problem, known, answer in problems(name, Random(7)):
        for case in perturbed(known, problem.signature, count=24, seed=3):
            shown = {"problem": problem, "arguments": case.arguments, "outputs": [("A", answer)]}
            prompt = render_for(problem.interface, "arbitration", **shown)
            asked = Request("arbitration", (Message("user", prompt.text),), Sampling(seed=1))
            (reply,) = await teacher.complete(asked)
            assert extract_json(reply.text)["decision"] in ("A", "none", "invalid"), case
