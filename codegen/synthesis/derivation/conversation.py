"""Dialogues put together from what really happened, in the order in which it did.

Request, faulty answer, what its execution came to, correction, its execution, and then, as far as
they were made and hold: the explanation of that program and its translation. Executions speak in
messages of their own (the tool role). A model is to learn the turns that are right: never the
faulty answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from codegen.language import get
from codegen.records import Attempt, ChatMessage, Example, Lineage, Outcome
from codegen.synthesis.derivation.debugging import evidence_of
from codegen.synthesis.derivation.made import Made, Parent, in_block
from codegen.synthesis.derivation.workshop import Workshop

_EXPLAIN = {
    "walkthrough": "That works. Walk me through it, so that I could write it again myself.",
    "api": "That works. Write the reference documentation for it, for readers without the code.",
    "design": "That works. Write a design note about it for the team.",
    "docstrings": "That works. Put documentation into it, please.",
}


async def conversations(workshop: Workshop, made: Sequence[Example]) -> tuple[Example, ...]:
    """Assemble one dialogue for each solution that was wrong at first."""
    found = []
    for _, parent in sorted(workshop.parents.items()):
        part = workshop.apart()
        turns = await _dialogue(part, parent, made)
        if turns:
            lineage = Lineage("assembled_from", parent.example.id, parent.language.name)
            whole = Made(
                messages=turns,
                code=parent.code,
                history=tuple(parent.candidate.attempts),
                calls=parent.example.generation.calls,
            )
            found.append(part.example("conversation", parent, lineage, whole))
    return tuple(found)


async def _dialogue(
    workshop: Workshop, parent: Parent, made: Sequence[Example]
) -> tuple[ChatMessage, ...]:
    faulty = [one for one in _last_start(parent) if one.code]
    if not faulty:
        return ()
    turns = [ChatMessage("user", parent.candidate.prompt.text)]
    for attempt in faulty:
        verdict = await workshop.judge(parent.language, attempt.code, strict=True)
        if verdict.passed:
            # what failed it was another run than this one, and cannot be told from it
            return ()
        turns.append(ChatMessage("assistant", in_block(parent.language, attempt.code)))
        turns.append(ChatMessage("tool", evidence_of(workshop, verdict, attempt.code)))
    turns.append(ChatMessage("assistant", in_block(parent.language, parent.code), train=True))
    turns.append(ChatMessage("tool", _passed(len(workshop.cases), parent.language.linters)))
    turns += _explained(parent, made)
    turns += _translated(workshop, parent, made)
    return tuple(turns)


def _last_start(parent: Parent) -> list[Attempt]:
    """Return the failed attempts of the conversation that ended with the accepted program."""
    attempts = parent.candidate.attempts
    first = max(n for n, one in enumerate(attempts) if one.kind in ("solution", "given"))
    return [one for one in attempts[first:-1] if one.outcome is not Outcome.PASSED]


def _passed(cases: int, linters: str) -> str:
    return f"passed: {cases} of {cases} cases; no finding by {linters}."


def _explained(parent: Parent, made: Sequence[Example]) -> list[ChatMessage]:
    for one in made:
        proof = one.back_translation
        if proof and one.lineage.parent == parent.example.id:
            return [
                ChatMessage("user", _EXPLAIN[proof.form]),
                ChatMessage("assistant", one.messages[-1].content, train=True),
            ]
    return []


def _translated(workshop: Workshop, parent: Parent, made: Sequence[Example]) -> list[ChatMessage]:
    for one in made:
        if one.kind == "translation" and one.lineage.parent == parent.example.id:
            language = get(one.language)
            return [
                ChatMessage("user", f"Now I need the same in {language.title}."),
                ChatMessage("assistant", one.messages[-1].content, train=True),
                ChatMessage("tool", _passed(len(workshop.cases), language.linters)),
            ]
    return []
