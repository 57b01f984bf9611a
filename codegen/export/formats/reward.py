"""Graded answers for reward models: the share of the cases that an answer passes, by execution.

`graded` has a score from 0 to 1 for each answer; `graded-pairs` puts any two answers to the same
prompt together whose scores differ, with the difference as `margin`, as TRL's reward trainer reads
them.
An answer that failed, and whose cases nobody has counted, has no score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from codegen.export.answers import KINDS, Answer, answers_of
from codegen.export.chats import answer, chat
from codegen.export.columns import CHAT, NUMBER, TEXT
from codegen.export.format import Choices, Format, Made, Outcome, Source, Unfit
from codegen.records import Json


def _graded(group: Sequence[Source], _: Choices) -> Iterator[Outcome]:
    for one in _scored(group):
        if isinstance(one, Unfit):
            yield one
            continue
        values: dict[str, Json] = {
            "prompt": chat(one.prompt),
            "completion": answer(one.content),
            "score": _score(one),
            "outcome": str(one.outcome),
        }
        reading = values["prompt"] + values["completion"]
        yield Made(one.source, values, (reading,), part="" if one.right else one.content)


def _pairs(group: Sequence[Source], _: Choices) -> Iterator[Outcome]:
    answers: list[Answer] = []
    for one in _scored(group):
        if isinstance(one, Unfit):
            yield one
        else:
            answers.append(one)
    paired: set[int] = set()
    for first, second in combinations(answers, 2):
        if tuple(first.prompt) == tuple(second.prompt) and _score(first) != _score(second):
            paired |= {id(first), id(second)}
            yield _pair(*sorted((first, second), key=_score, reverse=True))
    yield from (Unfit(one.source, "nothing_worse") for one in answers if id(one) not in paired)


def _pair(better: Answer, worse: Answer) -> Made:
    values: dict[str, Json] = {
        "prompt": chat(better.prompt),
        "chosen": answer(better.content),
        "rejected": answer(worse.content),
        "margin": round(_score(better) - _score(worse), 4),
    }
    prompt = values["prompt"]
    readings = (prompt + values["chosen"], prompt + values["rejected"])
    return Made(worse.source, values, readings, part=f"{better.content}\n{worse.content}")


def _scored(group: Sequence[Source]) -> Iterator[Answer | Unfit]:
    for one in answers_of(group):
        unknown = isinstance(one, Answer) and one.share is None
        yield Unfit(one.source, "cases_not_counted") if unknown else one


def _score(one: Answer) -> float:
    assert one.share is not None, "answers without a share are left out"
    return round(one.share, 4)


STYLES = (
    Format(
        name="reward",
        style="graded",
        summary="answers with a score: the share of the cases that they pass",
        kinds=KINDS,
        columns={"prompt": CHAT, "completion": CHAT, "score": NUMBER, "outcome": TEXT},
        make=_graded,
    ),
    Format(
        name="reward",
        style="graded-pairs",
        summary="two answers to the same prompt and the difference of their scores",
        kinds=KINDS,
        columns={"prompt": CHAT, "chosen": CHAT, "rejected": CHAT, "margin": NUMBER},
        make=_pairs,
    ),
)
