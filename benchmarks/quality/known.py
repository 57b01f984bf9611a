"""What the builtin teacher knows of its own problems, asked after a run: the pipeline never is.

Not here: whether a program is right, which its execution says (`benchmarks.quality.executed`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from codegen.language import get
from codegen.model.builtin import texts
from codegen.model.builtin.conversation import Task, read_solution_prompt
from codegen.model.builtin.family import Family, Parameters
from codegen.model.builtin.knowledge import draw_inputs, recognise
from codegen.model.builtin.validity import is_valid
from codegen.prompt import solution_prompt
from codegen.records import Case, Comparator, Json, Problem
from codegen.types import parse
from codegen.verify.compare import matches

FRESH = 64
"""Inputs that no run has seen, the family's edges among them."""
_COMPARED = 300
"""Inputs on which two sets of parameters must answer alike to mean the same function."""
_SIGNS = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Known:
    """One of the teacher's problems, with the family and the parameters that it is made from."""

    problem: Problem
    family: Family
    parameters: Parameters

    def truth(self, arguments: Sequence[Json]) -> Json:
        """Return the right answer to a valid input."""
        return self.family.reference(self.parameters, *arguments)

    def is_valid(self, case: Case) -> bool:
        """Whether an input keeps to the constraints."""
        return self.allows(case.arguments)

    def allows(self, arguments: Sequence[Json]) -> bool:
        """Whether arguments keep to the constraints."""
        return is_valid(self.family.name, self.parameters, arguments)

    def is_true(self, case: Case) -> bool:
        """Whether the expected value of a valid input is the right one."""
        return self.same(self.truth(case.arguments), case.expected)

    def same(self, one: Json, other: Json) -> bool:
        """Whether two values are the same under the problem's comparator."""
        kind = parse(self.problem.signature.returns)
        return matches(one, other, kind, Comparator(self.problem.comparator))

    def wrong_cases(self, cases: Iterable[Case]) -> list[Case]:
        """Return the valid cases whose expected value is not the truth."""
        return [case for case in cases if self.is_valid(case) and not self.is_true(case)]

    def true_cases(self, cases: Iterable[Case]) -> tuple[Case, ...]:
        """Return the valid ones with their true values."""
        valid = [case for case in cases if self.is_valid(case)]
        return tuple(
            replace(case, expected=self.truth(case.arguments), known_from="reference")
            for case in valid
        )

    def fresh(self, count: int = FRESH) -> tuple[Case, ...]:
        """Return inputs that the run did not draw, with their true values."""
        drawn = draw_inputs(self.family, self.parameters, count, Random(987_654))
        cases = (Case(f"fresh-{n}", tuple(one)) for n, one in enumerate(drawn, 1))
        return self.true_cases(cases)

    def right_code(self, language: str) -> str:
        """Return the teacher's own program."""
        return texts.right_code(task_of(self.problem, language))


@lru_cache(maxsize=4096)
def _of_statement(statement: str) -> tuple[Family, dict[str, Json]] | None:
    return recognise(statement)


def known(problem: Problem) -> Known:
    """Return what is known of a problem; the teacher writes no others."""
    found = _of_statement(problem.statement)
    assert found is not None, f"{problem.title}: not one of the builtin teacher's"
    return Known(problem, *found)


def task_of(problem: Problem, language: str) -> Task:
    """Return a problem as the teacher reads it out of a prompt."""
    task = read_solution_prompt(solution_prompt(problem, get(language)).text)
    assert task is not None, f"{problem.title}: no program in {language}"
    return task


def is_faithful(one: Known, language: str, code: str, text: str) -> bool:
    """Whether a text describes the program that it is about.

    The teacher reads its own texts: statement and parameters, and where a program departs from
    them. Other parameters that give the same answers describe the same function.
    """
    found = recognise(texts.plain(text))
    if found is None or found[0] is not one.family:
        return False
    task = task_of(one.problem, language)
    told = replace(task, values=tuple(sorted(found[1].items())))
    described = texts.program_of(told, text).strip()
    if told.values == task.values:
        return described == code.strip()
    own = texts.right_code(told).strip() == described
    right = texts.right_code(task).strip() == code.strip()
    return own and right and alike(one, found[1])


def alike(one: Known, parameters: Parameters) -> bool:
    """Whether other parameters give the same answers on the problem's own inputs."""
    inputs = draw_inputs(one.family, one.parameters, _COMPARED, Random(4321))
    try:
        return all(one.same(one.truth(x), one.family.reference(parameters, *x)) for x in inputs)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return False


def quotes(text: str, code: str) -> bool:
    """Whether the whole program stands in a text, marks and line breaks aside."""
    return _SIGNS.sub("", code) in _SIGNS.sub("", text)
