"""Writes a run's datasets from its records, in the order of the problems, one line in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from codegen.export.sft import sft_row
from codegen.files import replacing
from codegen.records import ProblemRecord, canonical


@dataclass(frozen=True, slots=True)
class Dataset:
    """What was written: the two files and the number of examples in each."""

    examples: Path
    sft: Path
    rows: int


def write_dataset(records: Iterable[ProblemRecord], folder: Path) -> Dataset:
    """Write `examples.jsonl` and `sft.jsonl`; each is replaced whole or left as it was.

    Raises:
        UsageError: the folder cannot be written or the disk is full.
    """
    made = Dataset(folder / "examples.jsonl", folder / "sft.jsonl", 0)
    rows = 0
    with replacing(made.examples) as full, replacing(made.sft) as chat:
        for record in records:
            for example in record.examples:
                full.write(canonical(example) + "\n")
                chat.write(canonical(sft_row(example)) + "\n")
                rows += 1
    return Dataset(made.examples, made.sft, rows)
