"""Writes a run's datasets from its records, in the order of the problems, one line in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from codegen.export.formats.preference import pair_of
from codegen.export.formats.sft import messages_fault, messages_of
from codegen.files import replacing
from codegen.records import Example, Json, ProblemRecord, canonical
from codegen.verify.evidence import at_least

LEAST_LEVEL = "L3"
"""What is trained on: everything below is in `examples.jsonl` alone."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """What was written: the files, all examples, and those of them in the files to train on."""

    examples: Path
    sft: Path
    preference: Path
    rows: int
    chats: int = 0
    pairs: int = 0


def write_dataset(
    records: Iterable[ProblemRecord], folder: Path, *, least: str = LEAST_LEVEL
) -> Dataset:
    """Write all examples, and those of the level `least` and above as chats and as pairs.

    A conversation with an answer that is not to be learned is no such chat: it is for the format
    `conversation`. Each file is replaced whole or left as it was.

    Raises:
        UsageError: the folder cannot be written or the disk is full.
    """
    made = Dataset(folder / "examples.jsonl", folder / "sft.jsonl", folder / "preference.jsonl", 0)
    rows = chats = pairs = 0
    with (
        replacing(made.examples) as full,
        replacing(made.sft) as chat,
        replacing(made.preference) as pair,
    ):
        for example in (one for record in records for one in record.examples):
            full.write(canonical(example) + "\n")
            rows += 1
            if not at_least(example.verification.level, least):
                continue
            if example.alternative is not None:
                pair.write(canonical({**_identity(example), **pair_of(example)}) + "\n")
                pairs += 1
            elif not messages_fault(example):
                # whoever trains on the messages alone must not learn an answer that failed
                chat.write(canonical({**_identity(example), **messages_of(example)}) + "\n")
                chats += 1
    return Dataset(made.examples, made.sft, made.preference, rows, chats, pairs)


def _identity(example: Example) -> dict[str, Json]:
    return {
        "id": example.id,
        "kind": example.kind,
        "language": example.language,
        "level": example.verification.level,
    }
