"""How SQLite files are opened that are no journal: datasets, a viewer's list, annotations.

Not here: what is in them, and the journal, which must not lose a row (`codegen.journal.schema`).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from codegen.errors import UsageError

_BUSY_S = 30.0


def engine(
    path: Path,
    *,
    read_only: bool,
    keep: bool = False,
    attached: Mapping[str, Path] | None = None,
    pragmas: Sequence[str] = (),
    prepare: Callable[[sqlite3.Connection], None] = lambda _: None,
) -> Engine:
    """Return an engine over a file; nothing is opened yet.

    Each of `attached` is read as the schema of its name. Connections are opened for each use, or
    kept, so that what they have read stays in memory; `prepare` is done to each new one.
    """

    def connect() -> sqlite3.Connection:
        connection = connected(path, read_only=read_only)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        for name, file in (attached or {}).items():
            connection.execute(f"ATTACH ? AS {name}", (_uri(file, "ro"),))
        prepare(connection)
        return connection

    pool = QueuePool if keep else NullPool
    made = create_engine("sqlite://", creator=connect, poolclass=pool, hide_parameters=True)

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return made


def connected(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Return a connection that begins no transaction by itself and may be used in any thread."""
    return sqlite3.connect(
        _uri(path, "ro" if read_only else "rwc"),
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )


def _uri(path: Path, mode: str) -> str:
    return f"file:{urllib.parse.quote(os.fsencode(path.absolute()))}?mode={mode}"


@contextlib.contextmanager
def told(path: Path, what_to_do: str) -> Iterator[None]:
    """Tell what goes wrong with a file as an error of the user's machine.

    Raises:
        UsageError: the file cannot be read or written.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise UsageError(f"{path}: {reason}; {what_to_do}") from error
