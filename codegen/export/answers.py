"""Answers to one prompt, right and wrong, as far as execution knows: what judges are trained on.

The right one is the example's own. Wrong ones are its history's answers to the very same prompt
that were executed and failed, and the worse sides of pairs. Not among them are answers that only a
linter refused, since they may be right, repairs, which answer another prompt, and answers that
passed and were not accepted, of which nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codegen.export.chats import answered, in_block
from codegen.export.format import Source, Unfit
from codegen.records import ChatMessage, Outcome

KINDS = ("solution", "translation", "preference")
_FAILED = frozenset(
    (
        *(Outcome.WRONG_ANSWER, Outcome.COMPILE_ERROR, Outcome.RUNTIME_ERROR, Outcome.TIME_LIMIT),
        *(Outcome.MEMORY_LIMIT, Outcome.OUTPUT_LIMIT),
    )
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer and what is known of it.

    `share` is the share of the cases that it passes, 0 to 1, or None where they were not counted.
    """

    source: Source
    prompt: Sequence[ChatMessage]
    content: str
    right: bool
    share: float | None
    outcome: Outcome


def answers_of(group: Sequence[Source]) -> Iterator[Answer | Unfit]:
    """Yield the answers in the examples of one problem, each once, with the best that is known."""
    found: dict[tuple[Sequence[ChatMessage], str], Answer] = {}
    unfit: list[Unfit] = []
    for source in group:
        asked = answered(source)
        if isinstance(asked, Unfit):
            unfit.append(asked)
        elif source.example.judgements:
            unfit.append(Unfit(source, "decided_by_a_judge"))
        else:
            for one in _of(source, *asked):
                key = (tuple(one.prompt), one.content)
                found[key] = _better_known(found.get(key), one)
    yield from found.values()
    yield from unfit
    used = {id(one.source) for one in found.values()} | {id(one.source) for one in unfit}
    yield from (Unfit(one, "same_answers_as_another") for one in group if id(one) not in used)


def _better_known(known: Answer | None, other: Answer) -> Answer:
    """Return the one to believe of two findings about the same answer; accepted is accepted."""
    if known is None:
        return other
    if known.right or other.right:
        return known if known.right else other
    return other if known.share is None else known


def _of(source: Source, prompt: Sequence[ChatMessage], content: str) -> Iterator[Answer]:
    example = source.example
    worse = example.alternative
    yield Answer(source, prompt, content, True, 1.0, Outcome.PASSED)
    if worse is not None and worse.outcome in _FAILED:
        share = worse.cases_passed / worse.cases if worse.cases else None
        yield Answer(source, prompt, worse.content, False, share, worse.outcome)
    for attempt in example.history:
        if attempt.kind != "repair" and attempt.code.strip() and attempt.outcome in _FAILED:
            # a program that does not compile passes no case; of others nobody has counted
            share = 0.0 if attempt.outcome is Outcome.COMPILE_ERROR else None
            block = in_block(attempt.language, attempt.code)
            yield Answer(source, prompt, block, False, share, attempt.outcome)
