"""Examples out of runs' journals, into a draft: one problem in memory at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from codegen.curate.draft import Draft
from codegen.errors import UsageError
from codegen.journal import Journal
from codegen.synthesis.finished import problem_records


def collect(runs: Sequence[Path], draft: Draft) -> None:
    """Add all problems and examples of runs, finished or not, in the order in which they are named.

    Raises:
        JournalError: a folder holds no run.
        UsageError: a run is named twice.
    """
    seen: set[Path] = set()
    for number, folder in enumerate(runs):
        if folder.resolve() in seen:
            raise UsageError(f"{folder} is named twice")
        seen.add(folder.resolve())
        with Journal.open(folder, read_only=True) as journal:
            configuration = journal.configuration() or {}
            draft.add_run(number, folder, configuration, journal.models(), journal.times())
            for record in problem_records(journal):
                draft.add(number, record)
    draft.flush()
