"""Mistakes come at the set rates, and are what they are said to be."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random
from typing import Any

import pytest

from codegen import prompt as prompts
from codegen.answer import extract_json
from codegen.errors import UsageError
from codegen.language import get
from codegen.model.builtin import BuiltinTeacher, Mistakes, families, truth
from codegen.model.builtin.knowledge import all_families
from codegen.model.contract import Message, Purpose, Request, Sampling
from codegen.records import Case, Problem, Seed
from codegen.types import mismatch, parse

RIGHT = BuiltinTeacher(mistakes=Mistakes.none())
FAMILY_NAMES = [name for name, _ in families()]


def ask(
    teacher: BuiltinTeacher, purpose: Purpose, prompt: str, n: int = 1, seed: int = 0
) -> list[str]:
    request = Request(purpose, (Message("user", prompt),), Sampling(seed=seed), n)
    return [reply.text for reply in asyncio.run(teacher.complete(request))]


def problem_about(name: str, teacher: BuiltinTeacher = RIGHT) -> Problem:
    """Have the teacher write down one problem of a family, as one that exists already."""
    family = next(f for f in all_families() if f.name == name)
    statement = family.text("statement", family.draw(Random(0)))
    seed = Seed("problem", statement)
    prompt = prompts.problem_prompt(seed, [get("python")]).text
    content: dict[str, Any] = extract_json(ask(teacher, "problem", prompt)[0])
    examples = (Case("e", tuple(e["arguments"]), e["expected"]) for e in content["examples"])
    return Problem("p", content["title"], content["statement"], family.signature(), tuple(examples))


def test_mistakes_are_chances() -> None:
    assert Mistakes().total == pytest.approx(0.3)
    assert Mistakes.at(0.6).total == pytest.approx(0.6)
    assert Mistakes.at(0).total == 0 == Mistakes.none().total
    assert Mistakes.at(1).draw(Random(0))
    for wrong in ({"crash": -0.1}, {"syntax": 1.5}, {"syntax": 0.9, "crash": 0.5}):
        with pytest.raises(UsageError, match=r"mistake rate"):
            Mistakes(**wrong)


def test_solutions_are_wrong_at_the_set_rate() -> None:
    prompt = prompts.solution_prompt(problem_about("coin_change"), get("python")).text
    (right,) = ask(RIGHT, "solution", prompt)
    code = right.split("```")[1]
    teacher = BuiltinTeacher(mistakes=Mistakes.at(0.3))
    replies = ask(teacher, "solution", prompt, n=1500)
    assert sum(code not in r for r in replies) / 1500 == pytest.approx(0.3, abs=0.05)
    assert ask(teacher, "solution", prompt, seed=1, n=50) != replies[:50]


def test_chatter_adds_a_block_and_no_code_leaves_none() -> None:
    prompt = prompts.solution_prompt(problem_about("boats"), get("go")).text
    chatty = BuiltinTeacher(mistakes=Mistakes.at(0))
    counts = Counter(r.count("```") for r in ask(chatty, "solution", prompt, n=200))
    assert set(counts) == {2, 4}
    silent = BuiltinTeacher(mistakes=Mistakes(**dict.fromkeys(ZERO, 0.0), no_code=1.0))
    assert "```" not in ask(silent, "solution", prompt)[0]


ZERO = ("syntax", "undefined", "unused", "boundary", "wrong_type", "endless_loop", "crash")


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_a_wrong_example_is_wrong_and_well_typed(name: str) -> None:
    teacher = BuiltinTeacher(mistakes=Mistakes(wrong_example=1.0))
    problem = problem_about(name, teacher=teacher)
    wrong = [e for e in problem.examples if truth(problem, e.arguments) != e.expected]
    assert len(wrong) == 1
    assert not mismatch(wrong[0].expected, parse(problem.signature.returns))


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_an_invalid_input_comes_once_in_a_set(name: str) -> None:
    problem = problem_about(name)
    prompt = prompts.tests_prompt(problem, 12).text
    sloppy = BuiltinTeacher(mistakes=Mistakes(invalid_input=1.0, weak_inputs=0.0))
    wrong = extract_json(ask(sloppy, "tests", prompt)[0])["inputs"]
    assert len(wrong) == 12
    right = extract_json(ask(RIGHT, "tests", prompt)[0])["inputs"]
    assert wrong != right
