"""A dataset that is being made: examples go in, and filters say of each what becomes of it.

It is written beside its place and moved there as a whole. What a draft is told is seen at once by
those that read it.

Not here: what is dropped and why (the passes), where examples come from
(`codegen.curate.collect`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from codegen.curate import tables
from codegen.curate.columns import Rows, rows_from, storable
from codegen.curate.dataset import FILE, MANIFEST, Dataset
from codegen.files import appearing, replacing
from codegen.journal import codec
from codegen.journal.place import Named, lasting
from codegen.records import Example, Json, ProblemRecord, canonical, from_json, to_json

_BATCH = 500
_APPLICATION_AT = 68  # where SQLite's header says whose a file is


class Draft(Dataset):
    """A dataset that can be written to; `drafted` makes one and moves it to its place."""

    def __init__(self, folder: Path) -> None:
        """Make the tables in an empty folder."""
        super().__init__(folder, read_only=False)
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        self._next = 0
        with self._failures():
            connection = self._connection
            connection.exec_driver_sql(f"PRAGMA application_id={tables.APPLICATION}")
            connection.exec_driver_sql(f"PRAGMA user_version={tables.VERSION}")
            for table in tables.metadata.sorted_tables:
                table.create(connection, checkfirst=True)
            for index in tables.INDEXES:
                index.drop(connection, checkfirst=True)
            connection.commit()

    def add_run(
        self,
        number: int,
        folder: Named,
        configuration: Json,
        models: Iterable[tuple[str, str]],
        times: tuple[float | None, float | None] = (None, None),
    ) -> None:
        """Add a run. `times` are the beginning of its first call and the end of its last."""
        values = {
            "number": number,
            "folder": lasting(folder),
            "configuration": codec.pack(configuration),
            "models": codec.pack([list(one) for one in models]),
            "started": times[0],
            "ended": times[1],
        }
        self._do(tables.runs.insert().values(values))

    def add(self, run: int, record: ProblemRecord) -> None:
        """Add a problem and its examples, kept until something drops them."""
        self.add_rows(run, rows_from(to_json(record)))

    def add_rows(self, run: int, rows: Rows) -> None:
        """Add a problem and its examples as the tables hold them."""
        self._later("problems", {"run": run, **rows.problem})
        for columns in rows.examples:
            self._later("examples", {"position": self._next, "run": run, **columns})
            self._next += 1

    def _later(self, table: str, columns: dict[str, Any]) -> None:
        waiting = self._waiting.setdefault(table, [])
        waiting.append(columns)
        if len(waiting) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits to be written."""
        waiting, self._waiting = self._waiting, {}
        for name, rows in waiting.items():
            table = tables.metadata.tables[name]
            self._do(insert(table).on_conflict_do_nothing(), rows)

    def drop(self, positions: Iterable[int], reason: str, details: Iterable[str]) -> None:
        """Drop examples for a filter's reason, a detail for each. Who is dropped stays so."""
        table = tables.examples.c
        statement = (
            update(tables.examples)
            .where(table.position == bindparam("at"), table.status == "kept")
            .values(status="dropped", reason=reason, detail=bindparam("why"))
        )
        pairs = zip(positions, details, strict=True)
        self._do(statement, [{"at": at, "why": storable(why)} for at, why in pairs])

    def find(self, position: int, by: str, detail: str) -> None:
        """Record what the filter `by` noticed about an example."""
        columns = {"position": position, "filter": by, "detail": storable(detail)}
        self._later("findings", columns)

    def set(self, column: str, values: Mapping[int, str]) -> None:
        """Set a column (`split`, `family`) of examples, by position."""
        table = tables.examples
        statement = update(table).where(table.c.position == bindparam("at"))
        pairs = [{"at": at, "value": value} for at, value in values.items()]
        self._do(statement.values({column: bindparam("value")}), pairs)

    def set_example(self, position: int, example: Example) -> None:
        """Put a changed example (one that was redacted, say) in the place of the one there."""
        table = tables.examples
        statement = update(table).where(table.c.position == position)
        self._do(statement.values(example=codec.pack(example), level=example.verification.level))

    def change_problem(self, run: int, index: int, change: Callable[[Json], Json]) -> None:
        """Put what `change` makes of a problem's record, in its JSON form, in that one's place."""
        table = tables.problems
        same = (table.c.run == run, table.c.index == index)
        for (data,) in self._all(select(table.c.record).where(*same)):
            changed = from_json(ProblemRecord, change(codec.unpack(data)))
            self._do(update(table).where(*same).values(record=codec.pack(changed)))

    def finish(self, manifest: Json) -> None:
        """Write what waits, the indexes and `curation.json`."""
        self.flush()
        with self._failures():
            for index in tables.INDEXES:
                index.create(self._connection, checkfirst=True)
            self._connection.exec_driver_sql("ANALYZE")
            self._connection.commit()
        with replacing(self.folder / MANIFEST) as handle:
            text = json.dumps(json.loads(canonical(manifest)), indent=2, ensure_ascii=False)
            handle.write(text + "\n")

    def _all(self, statement: Executable) -> list[Any]:
        if self._waiting:
            self.flush()
        return super()._all(statement)

    def _do(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> None:
        if rows is not None and not rows:
            return
        with self._failures():
            self._connection.execute(statement, None if rows is None else list(rows))
            # what is not committed is in memory, page by page
            self._connection.commit()


@contextmanager
def drafted(out: Path, *, force: bool = False) -> Iterator[Draft]:
    """Make a draft that takes its place at `out` when the block ends well, whole or not at all.

    Files in the folder of an earlier dataset that are no part of it stay where they are.

    Raises:
        UsageError: something else than a dataset is at `out`, or a dataset without `force`; or the
            disk is full.
    """
    with appearing(out, mark=FILE, own=_own, force=force) as folder:
        draft = Draft(folder)
        try:
            yield draft
            draft.flush()
        finally:
            draft.close()


def _own(folder: Path) -> tuple[str, ...] | None:
    """Return the files of a dataset, whichever version made it; None where it is no dataset."""
    with (folder / FILE).open("rb") as file:
        head = file.read(_APPLICATION_AT + 4)
    if head[_APPLICATION_AT:] != tables.APPLICATION.to_bytes(4, "big"):
        return None
    return (MANIFEST, *(f"{FILE}{end}" for end in ("", "-journal", "-wal", "-shm")))
