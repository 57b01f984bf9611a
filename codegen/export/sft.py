"""Supervised fine-tuning rows: chat messages and the way back to the example.

The columns are those that trainers read without being told: `messages` with `role` and `content`.
"""

from __future__ import annotations

from codegen.records import Example, Json, to_json


def sft_row(example: Example) -> Json:
    """Return the row of one example."""
    return {
        "id": example.id,
        "language": example.language,
        "level": example.verification.level,
        "messages": to_json(example.messages),
    }
