"""The builtin teacher's families whose solutions are classes."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from codegen import prompt as prompts
from codegen.answer import AnswerError
from codegen.language import get, names
from codegen.model.builtin import BuiltinTeacher, Mistakes, families
from codegen.model.builtin.conversation import read_solution_prompt
from codegen.model.builtin.edits import Variant, variants
from codegen.model.builtin.family import Family
from codegen.model.builtin.knowledge import class_families, draw_inputs, recognise, truth
from codegen.model.contract import Message, Purpose, Request, Sampling
from codegen.operations import unfit
from codegen.records import Case, Limits, Outcome, Problem, Seed, Traits, canonical
from codegen.synthesis.problems import parse_inputs, parse_problem
from codegen.verify.verifier import Verifier

LANGUAGES = names()
COSTLY = ("java", "cpp")  # to compile
NAMES = [family.name for family in class_families()]
RIGHT = BuiltinTeacher(mistakes=Mistakes.none())


def ask(purpose: Purpose, prompt: str, teacher: BuiltinTeacher = RIGHT, seed: int = 0) -> str:
    request = Request(purpose, (Message("user", prompt),), Sampling(seed=seed), 1)
    (reply,) = asyncio.run(teacher.complete(request))
    return reply.text


def problem(name: str, seed: int = 0, teacher: BuiltinTeacher = RIGHT) -> Problem:
    family = next(one for one in class_families() if one.name == name)
    topics = " ".join((family.name, *family.topics))
    wanted = Seed("taxonomy", "", topic=topics, traits=Traits(interface="class"))
    prompt = prompts.problem_prompt(wanted, [get(one) for one in LANGUAGES])
    for number in range(seed, seed + 400):
        found = parse_problem(ask("problem", prompt.text, teacher, number), "class")
        if found.signature.name == name:
            return found
    raise AssertionError(f"{name} was never drawn")


def programs(family: Family, language: str, seed: int = 0) -> list[Variant]:
    made = problem(family.name, seed)
    task = read_solution_prompt(prompts.solution_prompt(made, get(language)).text)
    assert task is not None
    return list(variants(task))


def cases_of(made: Problem, count: int = 16) -> tuple[Case, ...]:
    known = recognise(made.statement)
    assert known is not None
    family, parameters = known
    inputs = draw_inputs(family, parameters, count, Random(1))
    return tuple(
        Case(str(n), tuple(one), truth(made, one), "reference") for n, one in enumerate(inputs)
    )


def test_there_are_families_with_state() -> None:
    assert len(NAMES) >= 4
    assert not set(NAMES) & {name for name, _ in families()}
    for family in class_families():
        assert family.size >= 20
        assert family.speaks(LANGUAGES)


@pytest.mark.parametrize("name", NAMES)
def test_a_problem_asks_for_a_class_and_its_examples_are_right(name: str) -> None:
    for seed in range(0, 30, 10):
        made = problem(name, seed)
        assert made.interface == "class"
        assert len(made.examples) >= 2
        for example in made.examples:
            assert canonical(truth(made, example.arguments)) == canonical(example.expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_example_is_of_the_right_types(name: str) -> None:
    erring = BuiltinTeacher(mistakes=Mistakes(wrong_example=1.0))
    made = problem(name, teacher=erring)
    wrong = [
        one
        for one in made.examples
        if canonical(truth(made, one.arguments)) != canonical(one.expected)
    ]
    assert len(wrong) == 1


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_operations_that_fit(name: str) -> None:
    made = problem(name)
    inputs = parse_inputs(ask("tests", prompts.tests_prompt(made, 12).text), made)
    assert len(inputs) >= 10
    assert not any(unfit(one.arguments, made.signature, "") for one in inputs)


def test_functions_are_drawn_where_no_class_is_asked_for() -> None:
    seed = Seed("taxonomy", "", topic="classes, stacks, state, caches")
    prompt = prompts.problem_prompt(seed, [get("python")])
    for number in range(20):
        assert parse_problem(ask("problem", prompt.text, seed=number)).interface == "function"
    wanted = prompts.problem_prompt(
        Seed("taxonomy", "", traits=Traits(interface="class")), [get("py")]
    )
    with pytest.raises(AnswerError, match="about a class"):
        parse_problem(ask("problem", wanted.text))


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
async def test_right_classes_are_right_and_wrong_ones_wrong(name: str, language: str) -> None:
    family = next(one for one in class_families() if one.name == name)
    made = await asyncio.to_thread(problem, name)
    known = await asyncio.to_thread(programs, family, language)
    tried = [one for one in known if one.kind not in ("endless_loop", "unused")]
    assert {one.kind for one in tried} >= {"", "syntax", "boundary", "wrong_type"}
    if language in COSTLY:
        tried = tried[:3]
    cases = cases_of(made)
    async with Verifier("local", slots=2) as verifier:
        verdicts = [
            await verifier.averify(
                language,
                one.code,
                cases=cases,
                signature=made.signature,
                lint="off" if one.kind else "strict",
                limits=Limits(cpu_s=5),
            )
            for one in tried
        ]
    right = [one.kind for one, verdict in zip(tried, verdicts, strict=True) if verdict.passed]
    assert right == [""], verdicts[0]
    assert verdicts[0].outcome is Outcome.PASSED
