"""The builtin teacher's native tests: good ones are accepted by the gate, its mistakes are not."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from codegen import language as languages
from codegen.answer import extract_tests
from codegen.model.builtin import BuiltinTeacher
from codegen.model.builtin.conversation import read_solution_prompt
from codegen.model.builtin.edits import variants
from codegen.model.builtin.knowledge import all_families
from codegen.model.builtin.mistakes import Mistakes
from codegen.model.contract import Message, Request, Sampling
from codegen.prompt import native_tests_prompt
from codegen.records import Comparator, GateResult, Problem
from codegen.verify.native.gate import Programs, gate
from codegen.verify.verifier import Verifier
from tests.verify.native import native_judge


def asked(family_name: str) -> Problem:
    family = next(one for one in all_families() if one.name == family_name)
    parameters = family.draw(Random(3))
    return Problem(
        family_name,
        family.text("title", parameters),
        family.text("statement", parameters),
        family.signature(),
        (),
        comparator=Comparator(family.comparator()),
    )


async def answer(problem: Problem, language: str, mistakes: Mistakes, seed: int = 0) -> str:
    prompt = native_tests_prompt(problem, languages.get(language))
    request = Request("native_tests", (Message("user", prompt.text),), Sampling(seed=seed))
    (reply,) = await BuiltinTeacher(mistakes=mistakes).complete(request)
    return reply.text


def judged(problem: Problem, language: str, mistakes: Mistakes) -> GateResult:
    task = read_solution_prompt(native_tests_prompt(problem, languages.get(language)).text)
    assert task is not None
    right, *others = variants(task)
    wrong = tuple((f"{v.kind} {i}", v.code) for i, v in enumerate(others) if v.kind == "boundary")
    programs = Programs((("right", right.code),), wrong[:1], wrong)

    async def run() -> GateResult:
        text = await answer(problem, language, mistakes)
        tests = extract_tests(languages.get(language), text)
        async with Verifier("local", slots=2) as verifier:
            return await gate(native_judge(verifier, language), tests, programs)

    return asyncio.run(run())


@pytest.mark.slow
@pytest.mark.parametrize("language", languages.names())
def test_good_tests_are_accepted_and_mistaken_ones_refused(language: str) -> None:
    problem = asked("merge_spans")
    assert judged(problem, language, Mistakes.none()).accepted
    wrong = judged(problem, language, Mistakes(wrong_native_test=1.0, weak_native_test=0.0))
    assert wrong.reason == "rejects_solution"
    weak = judged(problem, language, Mistakes(weak_native_test=1.0))
    assert weak.reason == "accepts_stub"


@pytest.mark.parametrize("language", languages.names())
def test_every_family_has_tests_in_every_language(language: str) -> None:
    for family in all_families():
        if family.speaks([language]):
            text = asyncio.run(answer(asked(family.name), language, Mistakes.none()))
            tests = extract_tests(languages.get(language), text)
            assert languages.get(language).function_name(family.signature()) in tests


def test_the_prompt_shows_no_solution_and_says_the_form() -> None:
    problem = asked("merge_spans")
    for language in map(languages.get, languages.names()):
        text = native_tests_prompt(problem, language).text
        name = language.function_name(problem.signature)
        assert language.native is not None
        assert problem.statement in text
        assert language.native.framework in text
        assert name in text.split("## Form")[1]
        assert language.declaration(problem.signature) in text


def test_the_same_request_gets_the_same_tests_and_another_seed_others() -> None:
    problem = asked("edit_cost")
    one, again, other = (
        asyncio.run(answer(problem, "python", Mistakes.none(), seed)) for seed in (0, 0, 1)
    )
    assert one == again
    assert one != other
