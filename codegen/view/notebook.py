"""Where annotations are kept: one SQLite file beside a dataset, or in a run's folder.

A write has reached the disk when it returns. The file is made by the first, and several processes
may write to it. It is one file at any time, without a log beside it, so that it can be copied.

Not here: what an annotation is (`codegen.view.annotations`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from codegen import sqlite
from codegen.errors import UsageError
from codegen.view.annotations import FIELDS, Annotation, checked

FILE = "annotations.sqlite"
VERSION = 1
APPLICATION = 0x636F646E
"""SQLite's `application_id` of a file of annotations: `codn`."""

_MEND = "check the disk and the file"

metadata = MetaData()
table = Table(
    "annotations",
    metadata,
    Column("example", Text, primary_key=True),
    Column("annotator", Text, primary_key=True),
    Column("mark", Text, nullable=False),
    Column("score", Integer),
    Column("note", Text, nullable=False),
    Column("rubric", Text, nullable=False),
    Column("written", Float, nullable=False),
    CheckConstraint("mark IN ('', 'good', 'bad')"),
    CheckConstraint("score BETWEEN 1 AND 5"),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of annotations that were taken in: those that were there are kept if later."""

    added: int = 0
    replaced: int = 0
    kept: int = 0


class Notebook:
    """The annotations of one folder. Safe to use from several threads."""

    def __init__(self, folder: Path, *, refusal: str = "") -> None:
        """Name the folder; nothing is read or made yet. A `refusal` says why none may be."""
        self.path = folder / FILE
        self._refusal = refusal
        self._checked = False

    @property
    def exists(self) -> bool:
        """Whether anything was ever written.

        While the first writer is at it there is a file, but nothing in it.
        """
        try:
            return self.path.stat().st_size > 0
        except FileNotFoundError:
            return False

    @property
    def identity(self) -> int:
        """What tells the file from another in its place; 0 where there is none."""
        return self.path.stat().st_ino if self.exists else 0

    def of(self, example: str) -> tuple[Annotation, ...]:
        """Return what is said of an example, by annotator."""
        return self._read(select(table).where(table.c.example == example))

    def all(self) -> tuple[Annotation, ...]:
        """Return everything, by example and annotator."""
        return self._read(select(table))

    def count_by(self, annotator: str) -> int:
        """Return how many examples somebody has annotated."""
        counted = select(func.count()).where(table.c.annotator == annotator)
        return int(self._rows(counted)[0][0]) if self.exists else 0

    def annotators(self) -> tuple[str, ...]:
        """Return who annotated anything, sorted."""
        named = table.c.annotator
        return tuple(name for (name,) in self._rows(select(named).distinct().order_by(named)))

    def put(self, annotation: Annotation) -> None:
        """Keep an annotation in the place of the same person's last one; an empty one takes it out.

        Raises:
            UsageError: it is out of bounds, or the file cannot be written.
        """
        checked(annotation)
        with self._writing() as connection:
            _put(connection, annotation)

    def merge(self, annotations: Iterable[Annotation]) -> Merged:
        """Take in annotations: all of them or, where one is out of bounds, none.

        Raises:
            UsageError: one is out of bounds, or the file cannot be written.
        """
        wanted = [checked(one) for one in annotations]
        counts = {"added": 0, "replaced": 0, "kept": 0}
        with self._writing() as connection:
            for one in wanted:
                counts[_merged(connection, one)] += 1
        return Merged(**counts)

    def _read(self, statement: Any) -> tuple[Annotation, ...]:
        ordered = statement.order_by(table.c.example, table.c.annotator)
        return tuple(Annotation(*row) for row in self._rows(ordered))

    def _rows(self, statement: Any) -> list[Any]:
        if not self.exists:
            return []
        with self._reading() as connection:
            return list(connection.execute(statement).all())

    def _check(self, connection: Connection) -> None:
        if self._checked:
            return
        names = ("application_id", "user_version")
        found = [connection.exec_driver_sql(f"PRAGMA {one}").scalar_one() for one in names]
        if found[0] != APPLICATION:
            raise UsageError(f"{self.path} does not hold annotations; move it away")
        if found[1] != VERSION:
            raise UsageError(
                f"{self.path} was written by another version of codegen (schema {found[1]}, this "
                f"one reads {VERSION}); export it there, and import it here"
            )
        self._checked = True

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        # opened each time: the folder may have been made again since, with another file in it
        made = sqlite.engine(self.path, read_only=True)
        with sqlite.told(self.path, _MEND), made.connect() as connection:
            self._check(connection)
            yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._refusal:
            raise UsageError(self._refusal)
        made = sqlite.engine(self.path, read_only=False, pragmas=["synchronous=FULL"])
        with sqlite.told(self.path, _MEND), made.begin() as connection:
            if not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one():
                metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION}")
                connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")
            self._check(connection)
            yield connection


def _put(connection: Connection, one: Annotation) -> None:
    key = (table.c.example == one.example) & (table.c.annotator == one.annotator)
    connection.execute(table.delete().where(key))
    if not one.empty:
        connection.execute(insert(table).values(dict(zip(FIELDS, astuple(one), strict=True))))


def _merged(connection: Connection, one: Annotation) -> str:
    key = (table.c.example == one.example) & (table.c.annotator == one.annotator)
    there = connection.execute(select(table.c.written).where(key)).scalar_one_or_none()
    if there is not None and there >= one.written:
        return "kept"
    _put(connection, one)
    return "added" if there is None else "replaced"
