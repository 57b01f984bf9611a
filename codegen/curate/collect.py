"""Examples out of runs' journals, into a draft, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence

from codegen.curate.columns import rows_of
from codegen.curate.draft import Draft
from codegen.curate.parallel import mapped
from codegen.errors import UsageError
from codegen.journal import Journal
from codegen.journal.place import Named, same

_CHUNK = 64  # problems, which are larger than examples


def collect(runs: Sequence[Named], draft: Draft, workers: int = 1) -> None:
    """Add all problems and examples of runs, finished or not, in the order in which they are named.

    So many processes read the records.

    Raises:
        JournalError: a folder holds no run.
        UsageError: a run is named twice.
    """
    for number, folder in enumerate(runs):
        if any(same(folder, earlier) for earlier in runs[:number]):
            raise UsageError(f"{folder} is named twice")
        with Journal.open(folder, read_only=True) as journal:
            configuration = journal.configuration() or {}
            draft.add_run(number, folder, configuration, journal.models(), journal.times())
            for rows in mapped(rows_of, journal.packed_records(), workers, chunk=_CHUNK):
                draft.add_rows(number, rows)
    draft.flush()
