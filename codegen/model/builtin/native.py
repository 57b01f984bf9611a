"""The teacher's native tests: inputs of a family, values of its reference, rendered as a file.

Not here: how a file is rendered (`codegen.verify.native.render`), the words around it
(`codegen.model.builtin.answers`).
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from codegen.declaration import maker
from codegen.language import get
from codegen.model.builtin.answers import distorted, distorted_results
from codegen.model.builtin.conversation import Task
from codegen.model.builtin.dialect import dialect
from codegen.model.builtin.knowledge import draw_inputs
from codegen.model.builtin.program import fill
from codegen.records import Case, Comparator, Problem
from codegen.verify.interface import same_answer
from codegen.verify.native.render import render_tests

_COUNT = 12


def written(task: Task, rng: Random, *, wrong: bool) -> str:
    """Return a file of tests; a `wrong` one has one expected value that is not the right one."""
    family, parameters = task.family, task.parameters
    inputs = draw_inputs(family, parameters, _COUNT, rng)
    cases = [
        Case(str(i), tuple(one), family.reference(parameters, *one), "reference")
        for i, one in enumerate(inputs)
    ]
    problem = _problem(task)
    if wrong:
        cases = _mistaken(problem, cases, rng)
    return render_tests(get(task.language), problem, cases)


def weak(task: Task) -> str:
    """Return a file of tests that asserts nothing of use."""
    function = maker(get(task.language), task.family.signature())
    return fill(dialect(task.language).weak_tests, {"function": function})


def _problem(task: Task) -> Problem:
    family = task.family
    return Problem(
        id=family.name,
        title=family.text("title", task.parameters),
        statement=family.text("statement", task.parameters),
        signature=family.signature(),
        examples=(),
        comparator=Comparator(family.comparator()),
    )


def _mistaken(problem: Problem, cases: list[Case], rng: Random) -> list[Case]:
    """Return the cases with one answer mistaken; not every answer can be, an absent one cannot."""
    slip = distorted_results if problem.signature.methods else distorted
    others = [replace(case, expected=slip(case.expected)) for case in cases]
    fit = [
        place
        for place, (case, other) in enumerate(zip(cases, others, strict=True))
        if not same_answer(
            case.expected,
            other.expected,
            problem.signature,
            problem.comparator,
            arguments=case.arguments,
        )
    ]
    if fit:
        place = rng.choice(fit)
        cases[place] = others[place]
    return cases
