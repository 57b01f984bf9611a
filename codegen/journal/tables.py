"""Reading and writing the journal's file: batches of entries in, batches of lookups answered.

Not here: threads and locks (`codegen.journal.store`).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Executable, Table, inspect, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from codegen.errors import JournalError
from codegen.journal import codec, entries, schema
from codegen.journal.failures import explained

_KNOWN_FILES = 4096


@dataclass(frozen=True, slots=True)
class Lookup:
    """Asks for the value of `column` in the row of `key`, as `decode` makes it of its JSON."""

    column: Column[Any]
    key: str
    decode: Callable[[Any, str], Any]


class Tables:
    """One journal file, through one connection for writing and one for reading."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        """Open the connections.

        Raises:
            JournalError: the file cannot be opened.
        """
        self._path = path
        self._known_files: dict[str, None] = {}
        with self._failures():
            self._writing = None if read_only else schema.engine(path, read_only=False).connect()
            self._engine = schema.engine(path, read_only=True)
            self._reading = self._engine.connect()

    def write(self, batch: Sequence[entries.Entry]) -> Sequence[JournalError | None]:
        """Write entries in one transaction that has reached the disk on return.

        A call, an execution or a vector that is there already is left as it is. The answer for a
        record whose index holds another record, or for an entry without a JSON form, is an error;
        the others are written.

        Raises:
            JournalError: the file cannot be written; none of them is.
        """
        if self._writing is None:
            raise JournalError(f"{self._path} was opened for reading only")
        answers, rows = self._encoded(batch)
        with self._failures(), self._writing.begin():
            for table, values in rows.items():
                self._writing.execute(insert(table).on_conflict_do_nothing(), values)
            differing = _differing(self._writing, rows.get(schema.records, []))
        for at, entry in enumerate(batch):
            if isinstance(entry, entries.Recorded) and entry.index in differing:
                answers[at] = JournalError(
                    f"{self._path}: problem {entry.index} is already recorded, with another result"
                )
        return answers

    def _encoded(
        self, batch: Sequence[entries.Entry]
    ) -> tuple[list[JournalError | None], dict[Table, list[dict[str, Any]]]]:
        answers: list[JournalError | None] = []
        rows: dict[Table, list[dict[str, Any]]] = {}
        if len(self._known_files) > _KNOWN_FILES:
            self._known_files.clear()
        for entry in batch:
            try:
                made = list(entries.rows(entry, self._known_files))
            except (ValueError, TypeError, RecursionError) as error:
                answers.append(JournalError(f"{self._path}: this has no JSON form: {error}"))
                continue
            for table, values in made:
                rows.setdefault(table, []).append(values)
            answers.append(None)
        return answers, rows

    def find(self, lookups: Sequence[Lookup]) -> Sequence[Any]:
        """Return the value, or None where there is no such row, or an error where it is damaged.

        Raises:
            JournalError: the file cannot be read.
        """
        found: dict[tuple[Column[Any], str], bytes] = {}
        with self._failures(), self._reading.begin():
            for column in {lookup.column for lookup in lookups}:
                keys = [lookup.key for lookup in lookups if lookup.column is column]
                key = column.table.c.key
                for row in self._reading.execute(select(key, column).where(key.in_(keys))):
                    found[column, row[0]] = row[1]
        return [self._decoded(lookup, found.get((lookup.column, lookup.key))) for lookup in lookups]

    def _decoded(self, lookup: Lookup, data: bytes | None) -> Any:
        if data is None:
            return None
        try:
            return lookup.decode(codec.unpack(data), lookup.key)
        except (ValueError, TypeError, KeyError) as error:
            return JournalError(
                f"{self._path}: the row {lookup.key[:12]} of {lookup.column.table.name} "
                f"is damaged ({error})"
            )

    def select(self, statement: Executable) -> Sequence[Any]:
        """Return all rows of a query, over a connection of its own."""
        with self._failures(), self._engine.connect() as connection:
            return connection.execute(statement).all()

    def has(self, table: Table) -> bool:
        """Return whether the file has a table: one that was made before it was thought of lacks it.

        Raises:
            JournalError: the file cannot be read.
        """
        with self._failures(), self._engine.connect() as connection:
            return inspect(connection).has_table(table.name)

    def close(self) -> None:
        """Close the connections, and fold the log into the file if nobody else reads it."""
        self._reading.close()
        if self._writing is not None:
            with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
                schema.leave_log(self._writing)
            self._writing.close()

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise explained(self._path, error) from error


def _differing(connection: Connection, written: Sequence[dict[str, Any]]) -> set[int]:
    if not written:
        return set()
    table = schema.records.c
    there = connection.execute(
        select(table.index, table.status, table.record).where(
            table.index.in_([row["index"] for row in written])
        )
    )
    found = {row[0]: (row[1], row[2]) for row in there}
    return {
        row["index"] for row in written if found[row["index"]] != (row["status"], row["record"])
    }
