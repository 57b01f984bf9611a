"""Native unit tests in two ways: rendered from the cases, and written by the model.

Both are executed. The model sees the statement alone; its tests are accepted only when they pass
the accepted solutions, fail the stubs and kill the mutants. Rendered ones must pass the solution
whose cases they are, and fail the stubs: they say what the cases say, in the language's own form.
"""

from __future__ import annotations

from functools import partial

from codegen.answer import AnswerError
from codegen.answer.tests import extract_tests
from codegen.language import Language
from codegen.model.contract import Message
from codegen.prompt import Prompt, native_tests_prompt
from codegen.records import Example, Lineage, Problem
from codegen.synthesis.candidate import State
from codegen.synthesis.derivation.made import Made, Parent, in_block, taught
from codegen.synthesis.derivation.workshop import Workshop
from codegen.verify.native.gate import Programs, gate
from codegen.verify.native.objects import renders
from codegen.verify.native.render import render_tests
from codegen.verify.stubs import stubs_of

_REASONS = {
    "program": "Native tests call a function; a whole program has none that could be called.",
    "class": "A result does not compare exactly, or the language has no such tests.",
}
MOST_SHOWN = 12
"""Cases that a rendered file holds: more than a person would write is no example of it."""


async def native_tests(workshop: Workshop) -> tuple[Example, ...]:
    """Make a file of tests for one solution, in the one way or the other."""
    parent = workshop.chosen("tests")
    interface = workshop.problem.interface
    if not _applies(workshop.problem, parent.language):
        reason = "not_for_programs" if interface == "program" else "not_for_classes"
        workshop.refuse("tests", parent.language, reason, Made(text=_REASONS[interface]))
        return ()
    if parent.language.native is None:
        return ()
    prompt = native_tests_prompt(workshop.problem, parent.language)
    if workshop.turn("way of testing", 2):
        return await _written(workshop, parent, prompt)
    text = render_tests(parent.language, workshop.problem, workshop.cases[:MOST_SHOWN])
    return await _gated(workshop, parent, _made(parent, prompt, text, ()), 0.0)


def _applies(problem: Problem, language: Language) -> bool:
    if problem.interface == "class":
        return renders(language, problem)
    return problem.interface == "function"


async def _written(workshop: Workshop, parent: Parent, prompt: Prompt) -> tuple[Example, ...]:
    reply = await workshop.ask("native_tests", [Message("user", prompt.text)], prompt)
    try:
        text = extract_tests(parent.language, reply.text)
    except AnswerError:
        made = Made(text=reply.text, calls=(reply.call,))
        workshop.refuse("tests", parent.language, "unusable", made)
        return ()
    made = _made(parent, prompt, text, (reply.call,))
    return await _gated(workshop, parent, made, workshop.world.strictness.threshold)


async def _gated(
    workshop: Workshop, parent: Parent, made: Made, threshold: float
) -> tuple[Example, ...]:
    language = parent.language
    solutions = [
        (f"{one.purpose} {one.number}", one.code)
        for one in workshop.candidates
        if one.state is State.CLEAN and one.language.name == language.name
    ]
    mutants = [
        (f"{number}: {one.operator}", code) for number, (one, code) in enumerate(parent.killed)
    ]
    programs = Programs(solutions, stubs_of(language, workshop.problem.signature), mutants)
    judge = partial(workshop.tested, language)
    result = await gate(judge, made.text, programs, threshold=threshold)
    if not result.accepted:
        workshop.refuse("tests", language, f"tests_{result.reason}", made)
        return ()
    lineage = Lineage("tests_of", parent.example.id, language.name)
    return (workshop.example("tests", parent, lineage, made, tests=result),)


def _made(parent: Parent, prompt: Prompt, text: str, calls: tuple[str, ...]) -> Made:
    return Made(
        messages=taught(prompt.text, in_block(parent.language, text)),
        text=text,
        prompts={"native_tests": prompt.sha256},
        calls=calls,
    )
