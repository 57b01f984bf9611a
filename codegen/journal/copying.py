"""A journal brought from one place to another, row by row as it is, and compared afterwards.

What is there already is not sent again, so a copy that was interrupted goes on where it stopped.

Not here: opening either of them (`codegen.journal.opening`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Row, Table, func, select

from codegen.errors import JournalError
from codegen.journal import schema
from codegen.journal.configuration import bind, configuration
from codegen.journal.database import Database

# The records come last: what a record speaks of is there when it is.
TABLES = (
    *(schema.files, schema.executions, schema.calls, schema.embeddings, schema.more_tokens),
    *(schema.ends, schema.records),
)
_KEYS, _ROWS = 2000, 100  # of one query
_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class Copied:
    """What came of one table: its rows, how many were sent, and what all of them hash to."""

    table: str
    rows: int
    sent: int
    digest: str


def copy(
    source: Database,
    target: Database,
    on_rows: Callable[[str, int, int], None] = lambda _table, _done, _all: None,
) -> list[Copied]:
    """Copy a journal and compare the two; `on_rows` is told how far a table has come.

    Raises:
        JournalError: one of them cannot be read or written, or they differ at the end.
        UsageError: the target belongs to a run with another configuration.
    """
    config = configuration(source)
    if config is not None:
        bind(target, config)
    tables = [table for table in TABLES if source.has(table)]
    sent = {table.name: _send(source, target, table, on_rows) for table in tables}
    found = []
    for table in tables:
        rows, digest = digested(source, table)
        if (rows, digest) != (arrived := digested(target, table)):
            raise JournalError(_difference(source, target, table, rows, arrived[0]))
        found.append(Copied(table.name, rows, sent[table.name], digest))
    return found


def count(database: Database, table: Table) -> int:
    """Return the number of rows of a table."""
    ((rows,),) = database.select(select(func.count()).select_from(table))
    return int(rows)


def digested(database: Database, table: Table) -> tuple[int, str]:
    """Return the number of rows of a table and a hash of all, whatever their order."""
    rows, total = 0, 0
    for page in _pages(database, table.columns, _key(table), _ROWS):
        for row in page:
            rows += 1
            total = (total + int.from_bytes(_hash(row), "big")) % _MODULUS
    return rows, f"{total:064x}"


def _send(
    source: Database, target: Database, table: Table, on_rows: Callable[[str, int, int], None]
) -> int:
    key, total = _key(table), count(source, table)
    done = sent = 0
    for page in _pages(source, [key], key, _KEYS):
        keys = [row[0] for row in page]
        there = {row[0] for row in target.select(select(key).where(key.in_(keys)))}
        missing = [one for one in keys if one not in there]
        done += len(there)
        for start in range(0, len(missing), _ROWS):
            rows = source.select(select(table).where(key.in_(missing[start : start + _ROWS])))
            _insert(target, table, rows)
            done, sent = done + len(rows), sent + len(rows)
            on_rows(table.name, done, total)
    on_rows(table.name, done, total)
    return sent


def _insert(target: Database, table: Table, rows: Sequence[Row[Any]]) -> None:
    values = [dict(row._mapping) for row in rows]  # noqa: SLF001 - what SQLAlchemy calls public
    target.write(lambda connection: target.insert(connection, {table: values}))


def _pages(
    database: Database, columns: Sequence[Column[Any]] | Any, key: Column[Any], most: int
) -> Iterator[Sequence[Row[Any]]]:
    statement = select(*columns).order_by(key).limit(most)
    after = statement
    while page := database.select(after):
        yield page
        after = statement.where(key > page[-1]._mapping[key])  # noqa: SLF001 - as above


def _key(table: Table) -> Column[Any]:
    (key,) = table.primary_key
    return key


def _hash(row: Row[Any]) -> bytes:
    found = hashlib.sha256()
    for value in row:
        form = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        found.update(b"%d:" % len(form))
        found.update(form)
    return found.digest()


def _difference(source: Database, target: Database, table: Table, rows: int, arrived: int) -> str:
    what = f"{table.name} of {target.place} differ from those of {source.place}"
    if arrived < rows:
        return f"{what}: {_rows_have(rows - arrived)} been added meanwhile; copy again"
    if arrived > rows:
        other = f"{_rows_have(arrived - rows)} come from another journal"
        return f"{what}: {other}; copy to an empty place"
    return f"{what}: rows of the same key say other things; copy to an empty place"


def _rows_have(count: int) -> str:
    return "1 row has" if count == 1 else f"{count} rows have"
