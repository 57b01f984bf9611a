"""Making, checking and connecting to a journal's SQLite file.

Write-ahead logging with `synchronous=FULL`: a commit has reached the disk when it returns, so that
neither a killed process nor a lost power supply takes back a finished call. The price, one fsync
for each commit, is paid once for many rows (`codegen.journal.worker`).

Not here: network file systems, whose locks SQLite cannot rely on.
"""

from __future__ import annotations

import os
import sqlite3
import urllib.parse
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from codegen.errors import UnusableJournalError
from codegen.journal import schema
from codegen.journal.configuration import origin
from codegen.journal.failures import explained

VERSION = 1
"""The schema's version, kept in SQLite's `user_version`."""

APPLICATION = 0x636F6467
"""SQLite's `application_id` of a journal: `codg`."""

_BUSY_S = 30.0


def prepare(path: Path) -> None:
    """Check the journal, after making it where there is none.

    Raises:
        JournalError: not a journal, of another version, or it cannot be written.
    """
    try:
        with engine(path, read_only=False).begin() as connection:
            if _is_journal(path, connection):
                _complete(connection)
            else:
                _create(connection, origin(VERSION))
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise explained(path, error, opening=True) from error


def check(path: Path) -> None:
    """Check a journal that is to be read only.

    Raises:
        JournalError: there is none, it is none, or of another version.
    """
    try:
        if not path.exists():
            raise UnusableJournalError(f"there is no journal at {path}; give a run's folder")
        with engine(path, read_only=True).begin() as connection:
            if not _is_journal(path, connection):
                raise UnusableJournalError(
                    f"{path} is an empty file, not a journal; give a run's folder"
                )
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise explained(path, error, opening=True) from error


def _is_journal(path: Path, connection: Connection) -> bool:
    application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if application == 0 and tables == 0:
        return False
    if application != APPLICATION:
        raise UnusableJournalError(f"{path} is not a journal; name another folder")
    if version != VERSION:
        raise UnusableJournalError(
            f"{path} was written by another version of codegen (schema {version}, this one reads "
            f"{VERSION}); use that version, or give another output folder"
        )
    return True


def engine(path: Path, *, read_only: bool) -> Engine:
    """Return an engine over one journal file; nothing is opened yet."""
    made = create_engine(
        "sqlite://",
        creator=lambda: _connect(path, read_only=read_only),
        poolclass=NullPool,
        hide_parameters=True,  # rows are long, and have no place in an error
    )
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        # sqlite3 would begin by itself, but only before some statements, and never IMMEDIATE.
        connection.exec_driver_sql(begin)

    return made


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        _uri(path, read_only=read_only),
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    return connection


def leave_log(connection: Connection) -> None:
    """Make a journal one file again, which can be read where nothing can be written beside it.

    Raises:
        sqlite3.Error: somebody else has it open, or the disk is full; it stays as it is.
    """
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA busy_timeout=0")
    driver.execute("PRAGMA journal_mode=DELETE").fetchall()


def _uri(path: Path, *, read_only: bool) -> str:
    quoted = urllib.parse.quote(os.fsencode(path.absolute()))
    if not read_only:
        return f"file:{quoted}?mode=rwc"
    # SQLite wants to write beside a journal even to read it. Where it cannot, and nobody left a log
    # to be read with it, the file alone is the whole truth.
    log = path.with_name(path.name + "-wal")
    alone = not os.access(path.parent, os.W_OK) and not log.exists()
    return f"file:{quoted}?mode=ro{'&immutable=1' if alone else ''}"


def _complete(connection: Connection) -> None:
    """Add the tables that a journal lacks because it was made before they were thought of."""
    schema.metadata.create_all(connection)


def _create(connection: Connection, values: dict[str, str]) -> None:
    """Make the tables and the marks of a journal, in the transaction that is open."""
    schema.metadata.create_all(connection)
    connection.execute(schema.meta.insert(), [{"name": k, "value": v} for k, v in values.items()])
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION}")
    connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")
