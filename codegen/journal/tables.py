"""Reading and writing a journal's tables: batches of entries in, batches of lookups answered.

Not here: threads (`codegen.journal.store`), connections and their loss (`codegen.journal.database`
and what keeps its contract).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Column, Connection, Executable, Table, select

from codegen.errors import JournalError
from codegen.journal import codec, entries, schema
from codegen.journal.database import Database

_KNOWN_FILES = 4096

_Found = dict[tuple[Column[Any], str], bytes]


class Elsewhere(Enum):
    """The answer to a lookup whose row another process is at work on."""

    AT_WORK = "at work"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Asks for the value of `column` in the row of `key`, as `decode` makes it of its JSON.

    With `lease`, whoever asks will make what is not there, and is told if another process does.
    """

    column: Column[Any]
    key: str
    decode: Callable[[Any, str], Any]
    lease: bool = False


class Tables:
    """The tables of one journal, in a database that is open."""

    def __init__(self, database: Database) -> None:
        """Take over an open database; `close` closes it."""
        self.database = database
        self._known_files: dict[str, None] = {}

    def write(self, batch: Sequence[entries.Entry]) -> Sequence[bool | JournalError]:
        """Write entries in one transaction that has reached the disk on return.

        A call, an execution or a vector that is there already is left as it is; the answer is False
        where another process wrote it. The answer for a record whose index holds another record, or
        for an entry without a JSON form, is an error; the others are written.

        Raises:
            JournalError: nothing can be written; none of them is.
        """
        answers, rows = self._encoded(batch)
        done: set[str] = set()
        if self.database.shared:
            done = {one.key for one in batch if not isinstance(one, entries.Recorded)}

        def work(connection: Connection) -> tuple[Collection[str], set[int]]:
            there = self.database.insert(connection, rows)
            if done:
                self.database.release(connection, done)
            return there, _differing(connection, rows.get(schema.records, []))

        there, differing = self.database.write(work)
        if there or differing:
            for at, entry in enumerate(batch):
                answers[at] = self._answer_of(entry, answers[at], there, differing)
        return answers

    def _answer_of(
        self,
        entry: entries.Entry,
        answer: bool | JournalError,
        there: Collection[str],
        differing: Collection[int],
    ) -> bool | JournalError:
        if not isinstance(entry, entries.Recorded):
            return answer and entry.key not in there
        if entry.index not in differing:
            return answer
        return JournalError(
            f"{self.database.place}: problem {entry.index} is already recorded, with another result"
        )

    def _encoded(
        self, batch: Sequence[entries.Entry]
    ) -> tuple[list[bool | JournalError], dict[Table, list[dict[str, Any]]]]:
        answers: list[bool | JournalError] = []
        rows: dict[Table, list[dict[str, Any]]] = {}
        if len(self._known_files) > _KNOWN_FILES:
            self._known_files.clear()
        for entry in batch:
            try:
                made = list(entries.rows(entry, self._known_files))
            except (ValueError, TypeError, RecursionError) as error:
                place = self.database.place
                answers.append(JournalError(f"{place}: this has no JSON form: {error}"))
                continue
            for table, values in made:
                rows.setdefault(table, []).append(values)
            answers.append(True)
        return answers, rows

    def find(self, lookups: Sequence[Lookup]) -> Sequence[Any]:
        """Return the value, or None where there is no such row, or an error where it is damaged.

        The answer to a lookup that leases is `Elsewhere.AT_WORK` where another process has the key.

        Raises:
            JournalError: nothing can be read.
        """
        found, ours = self.database.read(lambda connection: self._looked_up(connection, lookups))
        return [self._answer(lookup, found, ours) for lookup in lookups]

    def _looked_up(
        self, connection: Connection, lookups: Sequence[Lookup]
    ) -> tuple[_Found, Collection[str]]:
        found = _rows(connection, lookups)
        missing = {one.key for one in lookups if one.lease and (one.column, one.key) not in found}
        if not missing or not self.database.shared:
            return found, missing
        ours = self.database.claim(connection, sorted(missing))
        # whoever had the lease may have written the row between the look and the lease
        late = _rows(connection, [one for one in lookups if one.key in ours])
        if late:
            self.database.release(connection, {key for _, key in late})
        return {**found, **late}, ours

    def _answer(self, lookup: Lookup, found: _Found, ours: Collection[str]) -> Any:
        data = found.get((lookup.column, lookup.key))
        if data is None:
            return Elsewhere.AT_WORK if lookup.lease and lookup.key not in ours else None
        try:
            return lookup.decode(codec.unpack(data), lookup.key)
        except (ValueError, TypeError, KeyError) as error:
            return JournalError(
                f"{self.database.place}: the row {lookup.key[:12]} of {lookup.column.table.name} "
                f"is damaged ({error})"
            )

    def select(self, statement: Executable) -> Sequence[Any]:
        """Return all rows of a query, from any thread."""
        return self.database.select(statement)

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def _rows(connection: Connection, lookups: Sequence[Lookup]) -> _Found:
    found: _Found = {}
    for column in {lookup.column for lookup in lookups}:
        keys = [lookup.key for lookup in lookups if lookup.column is column]
        key = column.table.c.key
        for row in connection.execute(select(key, column).where(key.in_(keys))):
            found[column, row[0]] = row[1]
    return found


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
    return {row["index"] for row in written if not _same(row, *found[row["index"]])}


def _same(row: dict[str, Any], status: str, record: bytes) -> bool:
    if row["status"] != status:
        return False
    # two machines may compress the same record to different bytes
    return row["record"] == record or codec.unpack_bytes(row["record"]) == codec.unpack_bytes(
        record
    )
