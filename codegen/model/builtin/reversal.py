"""How the builtin teacher finds the problem that a function answers: it knows its own programs.

Comments do not count, so that documentation may have been put to one. Of any other function it says
that it cannot be expressed. Sometimes it tells another problem of the family: then the function
does not answer what it is said to.

Not here: writing the problem (`codegen.model.builtin.answers`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from random import Random

from codegen.language import get
from codegen.model.builtin import answers
from codegen.model.builtin.conversation import bare
from codegen.model.builtin.dialect import dialect
from codegen.model.builtin.family import Family, Parameters
from codegen.model.builtin.knowledge import all_families
from codegen.model.builtin.mistakes import Mistakes
from codegen.prompt import CODE_MARK


def answered(function: tuple[str, str], mistakes: Mistakes, rng: Random) -> str:
    """Answer a prompt for the problem of a function: a pair of its language and its code."""
    found = _recognised(*function)
    if found is None:
        return answers.not_reversible("It is none of the functions that I can tell a problem for.")
    family, parameters, wrapper = found
    if rng.random() < mistakes.unfaithful_explanation:
        parameters = family.draw(rng)
    wrong = rng.random() < mistakes.wrong_example
    return answers.problem(family, parameters, rng, wrong_example=wrong, wrapper=wrapper)


@cache
def _recognised(language: str, code: str) -> tuple[Family, Parameters, str] | None:
    """Return the family and parameters of a program that holds the function, and what is around."""
    wanted = [line for _, line in _plain(language, code)]
    for family in all_families():
        name = get(language).function_name(family.signature())
        if not family.speaks([language]) or not re.search(rf"\b{name}\b", code):
            continue
        for parameters in _parameters(family):
            program = program_of(family, language, parameters)
            place = _place(_plain(language, program), wanted)
            if place is not None:
                return family, parameters, _around(program, *place)
    return None


def program_of(family: Family, language: str, parameters: Parameters) -> str:
    """Return the right program of a family in a language."""
    declaration = bare(get(language).declaration(family.signature()))
    return family.programs(language, parameters, dialect(language).declared(declaration))[""]


def _parameters(family: Family) -> Iterator[Parameters]:
    names = list(family.domains)
    for values in product(*family.domains.values()):
        yield dict(zip(names, values, strict=True))


def _plain(language: str, code: str) -> list[tuple[int, str]]:
    """Return the lines that are no comments, with their numbers, and without their depth."""
    mark = dialect(language).comment
    lines = [(n, line.strip()) for n, line in enumerate(code.split("\n"))]
    return [(n, line) for n, line in lines if line and not line.startswith(mark)]


def _place(program: list[tuple[int, str]], wanted: list[str]) -> tuple[int, int] | None:
    """Return the numbers of the first and the last line that are wanted, where all follow."""
    size = len(wanted)
    for start in range(len(program) - size + 1 if wanted else 0):
        part = program[start : start + size]
        if [line for _, line in part] == wanted:
            return part[0][0], part[-1][0]
    return None


def _around(program: str, first: int, last: int) -> str:
    lines = program.split("\n")
    depth = len(lines[first]) - len(lines[first].lstrip())
    return "\n".join([*lines[:first], lines[first][:depth] + CODE_MARK, *lines[last + 1 :]])
