"""The tables of a dataset, and how its SQLite file is opened.

A dataset can be made again from its runs: while it is a draft nothing waits for the disk, and what
a killed process leaves is thrown away.

Not here: what is read and written (`codegen.curate.dataset`, `codegen.curate.draft`).
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    CheckConstraint,
    Column,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from codegen import sqlite

VERSION = 1
"""The schema's version, kept in SQLite's `user_version`."""

APPLICATION = 0x636F6473
"""SQLite's `application_id` of a dataset: `cods`."""

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("folder", Text, nullable=False),
    Column("configuration", LargeBinary, nullable=False),
    Column("models", LargeBinary, nullable=False),
    Column("started", Float),
    Column("ended", Float),
)
problems = Table(
    "problems",
    metadata,
    Column("run", Integer, primary_key=True),
    Column("index", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    CheckConstraint("status IN ('accepted', 'rejected')"),
    sqlite_with_rowid=False,
)
examples = Table(
    "examples",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("index", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("split", Text, nullable=False, default=""),
    Column("status", Text, nullable=False, default="kept"),
    Column("reason", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("title", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("skill", Text, nullable=False),
    Column("difficulty", Text, nullable=False),
    Column("natural_language", Text, nullable=False),
    Column("seed", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("parent", Text, nullable=False),
    Column("example", LargeBinary, nullable=False),
    CheckConstraint("status IN ('kept', 'dropped')"),
)
findings = Table(
    "findings",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("filter", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
INDEXES = (
    Index("examples_by_id", examples.c.id),
    Index("examples_by_problem", examples.c.run, examples.c.index),
    Index("examples_by_family", examples.c.family),
    Index("examples_by_parent", examples.c.parent),
    Index("findings_by_position", findings.c.position),
)
"""Made when a draft is finished, as they would make each of its rows dearer."""


def engine(path: Path, *, read_only: bool) -> Engine:
    """Return an engine over a dataset's file; nothing is opened yet."""
    # a row of two or three kilobytes would leave nearly half of a page of four empty
    drafting = ("page_size=16384", "journal_mode=MEMORY", "synchronous=OFF")
    return sqlite.engine(path, read_only=read_only, pragmas=() if read_only else drafting)
