"""Pairs for preference training (DPO and its kin): a prompt, a better answer and a worse one."""

from __future__ import annotations

from codegen.export.chats import EMPTY_TURN, answer, answered, chat
from codegen.export.columns import CHAT, NUMBER, TEXT
from codegen.export.format import Format, Made, Outcome, Source, Unfit, one_by_one
from codegen.records import Example, Json


def pair_of(example: Example) -> dict[str, Json]:
    """Return the columns of a pair.

    `margin` is the share of the cases that the better answer passes and the worse does not; 0 where
    a judge decided.

    Raises:
        ValueError: the example is no pair.
    """
    if example.alternative is None:
        raise ValueError(f"example {example.id} is no pair")
    *prompt, chosen = example.messages
    return {
        "prompt": chat(prompt),
        "chosen": chat([chosen]),
        "rejected": answer(example.alternative.content),
        "margin": float(example.alternative.margin),
        "decided_by": "judge" if example.judgements else "execution",
    }


def _row(source: Source) -> Outcome:
    example = source.example
    found = answered(source)
    if isinstance(found, Unfit):
        return found
    if example.alternative is None:
        return Unfit(source, "no_worse_side")
    if not example.alternative.content.strip():
        return Unfit(source, EMPTY_TURN)
    if example.alternative.content == found[1]:
        return Unfit(source, "both_sides_alike")
    values = pair_of(example)
    prompt = values["prompt"]
    return Made(source, values, (prompt + values["chosen"], prompt + values["rejected"]))


STYLES = (
    Format(
        name="preference",
        style="pairs",
        summary="a better and a worse answer to the same prompt",
        kinds=("preference",),
        columns={
            "prompt": CHAT,
            "chosen": CHAT,
            "rejected": CHAT,
            "margin": NUMBER,
            "decided_by": TEXT,
        },
        make=one_by_one(_row),
    ),
)
