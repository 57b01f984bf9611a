"""The problems of a run that have come to their end, read from its journal."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.journal import Journal
from codegen.records import ProblemRecord, from_json


def problem_records(journal: Journal) -> Iterator[ProblemRecord]:
    """Yield the finished problems of a journal in the order of their numbers, one in memory."""
    for entry in journal.records():
        yield from_json(ProblemRecord, entry.record)
