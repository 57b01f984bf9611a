"""A journal in an SQLite file, through one connection for writing and one for reading.

Not here: making and checking the file (`codegen.journal.sqlite_file`), who may write to it
(`codegen.journal.lock`).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Executable, Table, inspect
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from codegen.errors import JournalError
from codegen.journal import sqlite_file
from codegen.journal.database import Rows
from codegen.journal.failures import explained
from codegen.journal.lock import FolderLock

T = TypeVar("T")


class SqliteDatabase:
    """One file, which one process at a time may write to; keeps the contract `Database`."""

    shared = False

    def __init__(self, path: Path, lock: FolderLock | None) -> None:
        """Open the connections, only for reading where there is no lock; called by `open`."""
        self._path = path
        self._lock = lock
        with self._failures(opening=True):
            self._writing = None
            if lock is not None:
                self._writing = sqlite_file.engine(path, read_only=False).connect()
            self._engine = sqlite_file.engine(path, read_only=True)
            self._reading = self._engine.connect()

    @classmethod
    def open(cls, path: Path, *, read_only: bool) -> Self:
        """Open a file; for writing, take the lock of its folder and make it where there is none.

        Raises:
            JournalError: see `Journal.open`.
        """
        if read_only:
            sqlite_file.check(path)
            return cls(path, None)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FolderLock(path.parent)
        except OSError as error:
            raise explained(path.parent, error, opening=True) from error
        try:
            sqlite_file.prepare(path)
            return cls(path, lock)
        except BaseException:
            lock.release()
            raise

    @property
    def place(self) -> str:
        """The file."""
        return str(self._path)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction that has reached the disk on return."""
        if self._writing is None:
            raise JournalError(f"{self._path} was opened for reading only")
        with self._failures(), self._writing.begin():
            return work(self._writing)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction over the connection for lookups."""
        with self._failures(), self._reading.begin():
            return work(self._reading)

    def select(self, statement: Executable) -> Sequence[Any]:
        """Return all rows of a query, over a connection of its own."""
        with self._failures(), self._engine.connect() as connection:
            return connection.execute(statement).all()

    def has(self, table: Table) -> bool:
        """Whether the file has a table; one that is opened for writing is given what it lacks."""
        with self._failures(), self._engine.connect() as connection:
            return inspect(connection).has_table(table.name)

    def size(self) -> int:
        """Return the bytes of the file and of the log beside it."""
        log = self._path.with_name(f"{self._path.name}-wal")
        with self._failures():
            return sum(one.stat().st_size for one in (self._path, log) if one.exists())

    def once(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction, over a connection of its own."""
        with (
            self._failures(),
            sqlite_file.engine(self._path, read_only=False).begin() as connection,
        ):
            return work(connection)

    def insert(self, connection: Connection, rows: Rows) -> Collection[str]:
        """Insert rows whose keys are not there; nobody else writes."""
        for table, values in rows.items():
            connection.execute(insert(table).on_conflict_do_nothing(), values)
        return ()

    def claim(self, connection: Connection, keys: Sequence[str]) -> Collection[str]:  # noqa: ARG002 - the contract's
        """Return all of the keys: nobody else is at work."""
        return keys

    def release(self, connection: Connection, keys: Collection[str]) -> None:
        """Do nothing: there are no leases."""

    def breathe(self) -> None:
        """Do nothing: the lock on the folder lives as long as this process."""

    def close(self) -> None:
        """Close the connections, fold the log into the file if nobody else reads it, and unlock."""
        self._reading.close()
        if self._writing is not None:
            with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
                sqlite_file.leave_log(self._writing)
            self._writing.close()
        if self._lock is not None:
            self._lock.release()

    @contextlib.contextmanager
    def _failures(self, *, opening: bool = False) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise explained(self._path, error, opening=opening) from error
