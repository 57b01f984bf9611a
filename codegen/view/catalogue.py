"""What the list is read from: a small file, made of a dataset and made again when that alters.

A dataset's rows carry whole examples; a list that is filtered by anything wants rows that do not.
Entries are copied when the file is made, in a second or two for 100,000; the words of titles,
statements, programs and texts follow in the background, and searching finds what is there so far.
An entry is an example or a rejected problem, numbered in the dataset's order, problems last.
The file is a cache: losing it loses nothing.

Not here: what is asked of it (`codegen.view.browse`).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy.schema import CreateTable

from codegen import sqlite
from codegen.curate import tables as dataset_tables
from codegen.curate.dataset import FILE as DATASET_FILE
from codegen.curate.dataset import Dataset
from codegen.curate.selection import EVERYTHING
from codegen.errors import CodegenError, UsageError
from codegen.journal import codec
from codegen.view import notebook, words

FILE = "view.sqlite"
VERSION = 2
PROBLEM = "problem"
REJECTED = "rejected"
_BATCH = 400
_CACHE_KIB = 32_768
_MEND = "check the disk, or remove the file: it is made again"
_SHARED = (
    *("run", "index", "id", "problem", "family", "kind", "language", "level", "split", "status"),
    *("reason", "title", "topic", "skill", "difficulty", "natural_language", "seed", "licence"),
    *("model", "parent"),
)

metadata = MetaData()
entries = Table(
    "entries",
    metadata,
    Column("number", Integer, primary_key=True),
    *(Column(name, Integer if name in ("run", "index") else Text) for name in _SHARED),
    Column("judged", Integer),
)
Index("entries_by_id", entries.c.id)
Index("entries_by_problem", entries.c.problem)
Index("entries_by_family", entries.c.family)
progress = Table(
    "progress", metadata, Column("name", Text, primary_key=True), Column("value", Text)
)


class Catalogue:
    """The list's file for one dataset. `fill` it once; reading may go on meanwhile."""

    def __init__(self, dataset: Dataset, notes: notebook.Notebook) -> None:
        """Find the file, or make it with all entries and no words yet."""
        self._dataset, self._notes = dataset, notes
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self.path = dataset.folder / FILE
        if not os.access(dataset.folder, os.W_OK):
            self._temporary = tempfile.TemporaryDirectory(prefix="codegen-view-")
            self.path = Path(self._temporary.name) / FILE
        self._engines: dict[int, Engine] = {}
        self._made_of = self._mark()
        if not self._current():
            self._forget()
            self._make()

    def _mark(self) -> str:
        with sqlite.told(self._dataset.folder, "it was there when it was opened"):
            found = (self._dataset.folder / DATASET_FILE).stat()
        return f"{VERSION} {found.st_ino} {found.st_size} {found.st_mtime_ns}"

    def _current(self) -> bool:
        if not self.path.is_file():
            return False
        try:
            with self.reading() as connection:
                return _told(connection, "made of") == self._made_of
        except CodegenError:
            return False  # whatever is wrong with a cache, it is made again

    def _make(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        with self._writing() as connection:
            metadata.create_all(connection)
            connection.exec_driver_sql(words.TABLE)
            connection.execute(_copied_examples())
            if problems := list(_problems(self._dataset, _last(connection) + 1)):
                connection.execute(entries.insert(), problems)
            _tell(connection, "done", -1)
            _tell(connection, "last", _last(connection))
            _tell(connection, "made of", self._made_of)
            connection.exec_driver_sql("ANALYZE main")

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees entries, words, and annotations as the schema `notes`.

        Raises:
            UsageError: the dataset was made again since, or a file cannot be read.
        """
        if self._mark() != self._made_of:
            raise UsageError(f"{self._dataset.folder} was made again: start `codegen view` again")
        annotated = self._notes.identity
        if annotated not in self._engines:
            self._engines[annotated] = sqlite.engine(
                self.path,
                read_only=True,
                keep=True,
                attached={"notes": self._notes.path} if annotated else {},
                pragmas=[f"cache_size=-{_CACHE_KIB}"],
                prepare=(lambda _: None) if annotated else _without_notes,
            )
        with sqlite.told(self.path, _MEND), self._engines[annotated].connect() as connection:
            yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        made = sqlite.engine(
            self.path,
            read_only=False,
            attached={"source": self._dataset.folder / DATASET_FILE},
            pragmas=["journal_mode=WAL", "synchronous=OFF"],
        )
        with sqlite.told(self.path, _MEND), made.begin() as connection:
            yield connection

    def share(self) -> float:
        """Return how much of the words is there, 0 to 1."""
        done, last = self._progress()
        return min(1.0, (done + 1) / (last + 1)) if last >= 0 else 1.0

    def _progress(self) -> tuple[int, int]:
        with self.reading() as connection:
            return int(_told(connection, "done")), int(_told(connection, "last"))

    def fill(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Add the words that are not there yet, from the place where the last filling stopped.

        Raises:
            UsageError: the dataset cannot be read.
        """
        with Dataset.open(self._dataset.folder) as dataset:
            done, last = self._progress()
            while done < last and not stopped():
                self._add(dataset, done, last)
                done, last = self._progress()

    def _add(self, dataset: Dataset, done: int, last: int) -> None:
        rows = [
            words.words_of(row.position, codec.unpack(row.data))
            for row in dataset.rows(EVERYTHING, after=done, limit=_BATCH)
        ]
        with self._writing() as connection:
            rows = rows or _problem_words(connection, done)
            if int(_told(connection, "done")) != done:
                return  # another process fills the same file
            if rows:
                connection.execute(words.INSERT, rows)
            changed = entries.update().where(entries.c.number == bindparam("number_"))
            if judged := [one for one in rows if one["judged"] is not None]:
                scores = [{"number_": one["number"], "score": one["judged"]} for one in judged]
                connection.execute(changed.values(judged=bindparam("score")), scores)
            _tell(connection, "done", rows[-1]["number"] if rows else last)

    def _forget(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()

    def close(self) -> None:
        """Close the file, and throw it away where it could not be kept."""
        self._forget()
        if self._temporary is not None:
            self._temporary.cleanup()


def _copied_examples() -> Any:
    table = dataset_tables.examples.to_metadata(MetaData(), schema="source")
    columns = [table.c[name] for name in _SHARED]
    statement = select(table.c.position, *columns).order_by(table.c.position)
    return entries.insert().from_select(["number", *_SHARED], statement)


def _problems(dataset: Dataset, first: int) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(dataset.rejected(), first):
        known = {**asdict(one), "kind": PROBLEM, "status": REJECTED}
        yield {"number": number, **{name: known.get(name, "") for name in _SHARED}}


def _problem_words(connection: Connection, done: int) -> list[dict[str, Any]]:
    table = dataset_tables.problems.to_metadata(MetaData(), schema="source")
    joined = (entries.c.run == table.c.run) & (entries.c.index == table.c.index)
    wanted = (entries.c.kind == PROBLEM) & (entries.c.number > done)
    statement = select(entries.c.number, table.c.record).join(table, joined).where(wanted)
    rows = connection.execute(statement.order_by(entries.c.number).limit(_BATCH)).all()
    return [words.words_of(number, codec.unpack(record)) for number, record in rows]


def _without_notes(connection: sqlite3.Connection) -> None:
    """Let nobody have annotated anything: the file is made by the first who does."""
    connection.execute("ATTACH ':memory:' AS notes")
    table = notebook.table.to_metadata(MetaData(), schema="notes")
    connection.execute(str(CreateTable(table)))


def _told(connection: Connection, name: str) -> str:
    statement = select(progress.c.value).where(progress.c.name == name)
    return str(connection.execute(statement).scalar_one())


def _tell(connection: Connection, name: str, value: object) -> None:
    statement = progress.insert().prefix_with("OR REPLACE")
    connection.execute(statement.values(name=name, value=str(value)))


def _last(connection: Connection) -> int:
    last = func.coalesce(func.max(entries.c.number), -1)
    return int(connection.execute(select(last)).scalar_one())
