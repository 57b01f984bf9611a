"""The programs that were written again from a text alone, read out of the run's journal.

An example says how many of them passed; the programs themselves are answers in the journal, which
may have been moved away since: then there are none.

Not here: how they are asked for and judged (`codegen.synthesis.derivation.explanation`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from codegen.answer import AnswerError, extract_solution
from codegen.errors import CodegenError
from codegen.journal import Journal
from codegen.journal.place import Named, is_there
from codegen.language import get
from codegen.records import Problem

_MOST = 12


@dataclass(frozen=True, slots=True)
class Regenerated:
    """A program that a reader of a text wrote; `of_mutant` where the text was about a mutant."""

    code: str
    call: str
    of_mutant: bool


def regenerated(
    run: Named, calls: tuple[str, ...], text: str, problem: Problem, language: str
) -> tuple[Regenerated, ...]:
    """Return the programs written from a text, those from the text about the mutant last."""
    if not text.strip() or not is_there(run):
        return ()
    try:
        with Journal.open(run, read_only=True) as journal:
            found = asyncio.run(_found(journal, calls, text.strip()))
    except CodegenError:
        return ()  # a journal that cannot be read is no reason not to show the record
    programs = [
        Regenerated(_code(answer, problem, language), call, of_mutant)
        for answer, call, of_mutant in found
    ]
    return tuple(sorted(programs, key=lambda one: one.of_mutant))


async def _found(
    journal: Journal, calls: tuple[str, ...], text: str
) -> list[tuple[str, str, bool]]:
    found = []
    requests = await asyncio.gather(*map(journal.find_request, calls))
    asked = [
        (call, request)
        for call, request in zip(calls, requests, strict=True)
        if request is not None and request.purpose == "regeneration"
    ]
    for call, request in asked[:_MOST]:
        told = any(text in message.content for message in request.messages)
        replies = await journal.find_call(call) or ()
        found += [(reply.text, call, not told) for reply in replies]
    return found


def _code(answer: str, problem: Problem, language: str) -> str:
    try:
        spoken = get(language)
        return extract_solution(spoken, answer, problem.signature)
    except (AnswerError, CodegenError):
        return answer
