"""What earlier runs have measured, read from their journals before a new run begins.

It is fixed then: a run that read its own figures as they grow would decide by who was quicker.
Not here: what is decided by it (`codegen.synthesis.policy`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codegen.errors import UsageError
from codegen.journal import Journal
from codegen.journal.place import Named
from codegen.synthesis.finished import problem_records
from codegen.synthesis.payoffs import Payoffs, payoffs_of


@dataclass(frozen=True, slots=True)
class Experience:
    """The payoffs of earlier runs, and the models that they were measured on, sorted."""

    payoffs: Payoffs
    models: tuple[str, ...]


def read_experience(folders: Sequence[Named]) -> Experience:
    """Add up what the finished problems of other runs' folders tell.

    Raises:
        JournalError: one of them is no run, or cannot be read.
        UsageError: none of them holds a finished answer.
    """
    payoffs, models = Payoffs(), set()
    for folder in folders:
        with Journal.open(folder, read_only=True) as journal:
            models.add(str((journal.configuration() or {}).get("model", "")))
            for record in problem_records(journal):
                payoffs += payoffs_of(record.attempts)
    if folders and not payoffs.table:
        raise UsageError(f"--policy-from {folders[0]}: no finished answer to learn from")
    return Experience(payoffs, tuple(sorted(models)))
