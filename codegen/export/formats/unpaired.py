"""Answers with a label each, for training without pairs (KTO): right or wrong by execution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codegen.export.answers import KINDS, Answer, answers_of
from codegen.export.chats import answer, chat
from codegen.export.columns import CHAT, FLAG, TEXT
from codegen.export.format import Choices, Format, Made, Outcome, Source, Unfit
from codegen.records import Json


def _rows(group: Sequence[Source], _: Choices) -> Iterator[Outcome]:
    for one in answers_of(group):
        yield one if isinstance(one, Unfit) else _row(one)


def _row(one: Answer) -> Made:
    values: dict[str, Json] = {
        "prompt": chat(one.prompt),
        "completion": answer(one.content),
        "label": one.right,
        "outcome": str(one.outcome),
    }
    reading = values["prompt"] + values["completion"]
    return Made(one.source, values, (reading,), part="" if one.right else one.content)


STYLES = (
    Format(
        name="unpaired",
        style="labels",
        summary="answers that are right or wrong by execution",
        kinds=KINDS,
        columns={"prompt": CHAT, "completion": CHAT, "label": FLAG, "outcome": TEXT},
        make=_rows,
    ),
)
