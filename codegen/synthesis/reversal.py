"""Problems out of code that exists: the instruction that a function would answer.

The model writes the problem, and a wrapper: a whole file in which one line stands for the function,
unchanged, and which gives it the signature's name and types. So the program that is executed holds
the code as it was found. It is judged like every solution and votes as one of them; nobody is asked
to mend it.

Not here: where functions are found (`codegen.synthesis.seeds`), what becomes of the program
(`codegen.synthesis.council`).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from codegen.answer.blocks import AnswerError
from codegen.answer.values import extract_json
from codegen.prompt import CODE_MARK
from codegen.records import Json, Problem, Seed
from codegen.synthesis.council import Rejection
from codegen.synthesis.problems import parse_problem

_LINE = re.compile(rf"^([ \t]*){CODE_MARK}[ \t]*$", re.MULTILINE)
_MOST_WRAPPER = 20_000
_MOST_REASON = 500


@dataclass(frozen=True, slots=True)
class Reversed:
    """A problem, and the given code as a program for it; empty where no wrapper can make it one."""

    problem: Problem
    program: str


def parse_reversed(text: str, seed: Seed) -> Reversed:
    """Read a model's answer to the prompt about a function.

    Raises:
        AnswerError: it is no usable problem, or its wrapper is none.
        Rejection: `not_reversible`, where the model says that there is no such problem.
    """
    value = extract_json(text)
    reason = value.get("not_reversible") if isinstance(value, Mapping) else None
    if isinstance(reason, str) and reason.strip():
        raise Rejection("not_reversible", " ".join(reason.split())[:_MOST_REASON])
    problem = parse_problem(text)
    return Reversed(problem, wrapped(value.get("wrapper"), seed.text))


def wrapped(wrapper: Json, code: str) -> str:
    """Return a wrapper with the code in its place, as deep as the mark; empty without a wrapper.

    Raises:
        AnswerError: it is no text, too long, or does not have the mark on one line of its own.
    """
    if wrapper in (None, ""):
        return ""
    if not isinstance(wrapper, str) or len(wrapper) > _MOST_WRAPPER:
        raise AnswerError(f"wrapper must be null or a text of at most {_MOST_WRAPPER:,} characters")
    wrapper = wrapper.replace("\r\n", "\n")
    places = _LINE.findall(wrapper)
    if len(places) != 1 or wrapper.count(CODE_MARK) != 1:
        raise AnswerError(
            f"wrapper must have the line {CODE_MARK} once, where the function stands; it is put"
            " there as it is, so do not repeat it"
        )
    inserted = textwrap.indent(code.rstrip("\n"), places[0])
    return _LINE.sub(lambda _: inserted, wrapper).strip("\n") + "\n"
