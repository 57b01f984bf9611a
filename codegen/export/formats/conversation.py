"""Conversations of several turns, with a mask: a faulty answer is shown, and never learned."""

from __future__ import annotations

from codegen.export.chats import chat_fault
from codegen.export.columns import CHAT, FLAG
from codegen.export.format import Format, Made, Outcome, Source, Unfit, one_by_one
from codegen.export.formats.sft import messages_of


def _row(source: Source) -> Outcome:
    reason = chat_fault(source.example.messages)
    if reason:
        return Unfit(source, reason)
    values = messages_of(source.example)
    return Made(source, values, (values["messages"],), learned=tuple(values["train"]))


STYLES = (
    Format(
        name="conversation",
        style="masked",
        summary="dialogues, with a mask of the turns to learn",
        kinds=("conversation",),
        columns={"messages": CHAT, "train": [FLAG]},
        make=one_by_one(_row),
        masked=True,
    ),
)
