"""Rows for training: chat messages and the way back to the example.

The columns are those that trainers read without being told: `messages` with `role` and `content`,
and for pairs `prompt`, `chosen`, `rejected`.
"""

from __future__ import annotations

from collections.abc import Iterable

from codegen.records import ChatMessage, Example, Json


def sft_row(example: Example) -> Json:
    """Return the row of one example; `train` says of each message whether it is to be learned."""
    return {
        **_identity(example),
        "messages": _chat(example.messages),
        "train": [message.train for message in example.messages],
    }


def preference_row(example: Example) -> Json:
    """Return the row of one pair.

    Raises:
        ValueError: the example is no pair.
    """
    if example.alternative is None:
        raise ValueError(f"example {example.id} is no pair")
    *prompt, chosen = example.messages
    rejected = ChatMessage(chosen.role, example.alternative.content)
    return {
        **_identity(example),
        "prompt": _chat(prompt),
        "chosen": _chat([chosen]),
        "rejected": _chat([rejected]),
        "margin": example.alternative.margin,
        "decided_by": "judge" if example.judgements else "execution",
    }


def _identity(example: Example) -> dict[str, Json]:
    return {
        "id": example.id,
        "kind": example.kind,
        "language": example.language,
        "level": example.verification.level,
    }


def _chat(messages: Iterable[ChatMessage]) -> list[Json]:
    return [{"role": one.role, "content": one.content} for one in messages]
