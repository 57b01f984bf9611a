"""A second look at a statement before it is solved: does it decide every answer?

A critic who sees no solution lists what two careful readers would answer differently. What it finds
goes back to be revised, once; the revised statement is looked at again, and a problem in which
something is still open is rejected as `ambiguous_problem`.

Not here: whether the critic is right. A problem that it lets pass must still come to agreement
(`codegen.synthesis.council`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

from codegen.answer.blocks import AnswerError
from codegen.answer.values import extract_json
from codegen.model.contract import Purpose
from codegen.prompt import Prompt, render, render_for
from codegen.records import Json, Problem, to_json
from codegen.synthesis.council import Rejection
from codegen.synthesis.problems import parse_problem
from codegen.template import schema_of

MOST_AMBIGUITIES = 8
_MOST_TEXT = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """What a statement leaves open, and the answers that are possible."""

    about: str
    readings: tuple[str, ...] = ()


class Ask(Protocol):
    """Asks the model in a life and reads its answer, as `codegen.synthesis.life` does."""

    async def __call__(
        self, purpose: Purpose, prompt: Prompt, parse: Callable[[str], T], turn: int = 0
    ) -> T:
        """Return what `parse` makes of the answer; Rejection when two cannot be used."""


async def criticised(problem: Problem, ask: Ask) -> Problem:
    """Return a problem in which nothing is open, as far as the critic sees, revised if need be.

    Raises:
        Rejection: something stays open, or an answer cannot be used.
    """
    found = await ask("critic", critic_prompt(problem), parse_critique)
    if not found:
        return problem
    parse = partial(parse_problem, interface=problem.interface)
    revised = await ask("revision", revision_prompt(problem, found), parse)
    revised = replace(revised, traits=problem.traits)
    left = await ask("critic", critic_prompt(revised), parse_critique, 1)
    if left:
        what = "; ".join(one.about for one in left)
        raise Rejection("ambiguous_problem", f"{problem.title}: {what}")
    return revised


def critic_prompt(problem: Problem) -> Prompt:
    """Ask what a statement leaves open; no solution is shown."""
    return render_for(problem.interface, "critic", problem=problem)


def revision_prompt(problem: Problem, found: tuple[Ambiguity, ...]) -> Prompt:
    """Ask for a problem again, with what was found in it decided.

    The schema is the one that it was asked for under. That of a whole program has input and output
    apart, which are in the statement by now.
    """
    content = {
        "title": problem.title,
        "statement": problem.statement,
        "constraints": problem.constraints,
        **_uses(problem),
        "tags": list(problem.tags),
        "comparator": problem.comparator.value,
    }
    asked = render("revise", content=content, ambiguities=found)
    if problem.interface == "program":
        return asked
    form = "class/problem" if problem.interface == "class" else "problem"
    return replace(asked, schema=schema_of(form))


def _uses(problem: Problem) -> Mapping[str, Json]:
    """Return how a solution is used, in the form in which problems are asked for."""
    if problem.interface == "program":
        runs = [{"stdin": one.arguments[0], "expected": one.expected} for one in problem.examples]
        return {"interface": "program", "examples": runs}
    calls = [
        {"arguments": list(one.arguments), "expected": one.expected} for one in problem.examples
    ]
    return {"signature": to_json(problem.signature), "examples": calls}


def parse_critique(text: str) -> tuple[Ambiguity, ...]:
    """Read a critic's answer: the first eight of what it found.

    Raises:
        AnswerError: it is no JSON of that form.
    """
    value = extract_json(text)
    listed = value.get("ambiguities") if isinstance(value, Mapping) else None
    if not isinstance(listed, list):
        raise AnswerError('the answer must be {"ambiguities": […]}, empty where there is none')
    return tuple(_ambiguity(one, n) for n, one in enumerate(listed[:MOST_AMBIGUITIES]))


def _ambiguity(value: Json, number: int) -> Ambiguity:
    about = value.get("about") if isinstance(value, Mapping) else value
    if not isinstance(about, str) or not about.strip():
        raise AnswerError(f'ambiguities[{number}] must be an object with "about", a string')
    readings = value.get("readings", []) if isinstance(value, Mapping) else []
    if not isinstance(readings, list) or not all(isinstance(one, str) for one in readings):
        raise AnswerError(f"ambiguities[{number}].readings must be an array of strings")
    return Ambiguity(_short(about), tuple(_short(one) for one in readings[:MOST_AMBIGUITIES]))


def _short(text: str) -> str:
    return " ".join(text.split())[:_MOST_TEXT]
