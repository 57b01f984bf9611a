"""The journal's tables, and how its SQLite file is opened.

Write-ahead logging with `synchronous=FULL`: a commit has reached the disk when it returns, so that
neither a killed process nor a lost power supply takes back a finished call. The price, one fsync
for each commit, is paid once for many rows (`codegen.journal.worker`).

Not here: what the rows mean (`codegen.journal.codec`), and network file systems, whose locks
SQLite cannot rely on.
"""

from __future__ import annotations

import os
import sqlite3
import urllib.parse
from pathlib import Path

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.pool import NullPool

VERSION = 1
"""The schema's version, kept in SQLite's `user_version`."""

APPLICATION = 0x636F6467
"""SQLite's `application_id` of a journal: `codg`."""

_BUSY_S = 30.0

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
calls = Table(
    "calls",
    metadata,
    Column("key", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("replies", LargeBinary, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("started", Float, nullable=False),
    Column("seconds", Float, nullable=False),
)
executions = Table(
    "executions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("environment", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("job", LargeBinary, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Column("cpu_s", Float, nullable=False),
    Column("peak_memory_bytes", Integer, nullable=False),
    Column("started", Float, nullable=False),
    Column("seconds", Float, nullable=False),
)
embeddings = Table(
    "embeddings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("started", Float, nullable=False),
)
# What the columns of `calls` and `embeddings` have no place for, where there is any: the tokens of
# prompts that a server had read before, those of answers that were thought, those of vectors.
more_tokens = Table(
    "more_tokens",
    metadata,
    Column("key", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("reasoning_tokens", Integer, nullable=False),
)
files = Table(
    "files",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
records = Table(
    "records",
    metadata,
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    CheckConstraint("status IN ('accepted', 'rejected')"),
)


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


def complete(connection: Connection) -> None:
    """Add the tables that a journal lacks because it was made before they were thought of."""
    metadata.create_all(connection)


def create(connection: Connection, values: dict[str, str]) -> None:
    """Make the tables and the marks of a journal, in the transaction that is open."""
    metadata.create_all(connection)
    connection.execute(meta.insert(), [{"name": k, "value": v} for k, v in values.items()])
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION}")
    connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")
