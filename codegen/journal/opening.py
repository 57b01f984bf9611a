"""Finding, making and checking a journal's file, and the configuration that it belongs to."""

from __future__ import annotations

import importlib.metadata
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from codegen.errors import JournalError, UsageError
from codegen.journal import schema
from codegen.journal.failures import explained
from codegen.records import Json, canonical, content_id

FILE = "journal.sqlite"
_ABSENT = "(absent)"
_SHOWN = 60


def file_of(path: Path | str) -> Path:
    """Return the journal's file, given it or its folder."""
    path = Path(path)
    return path if path.suffix == ".sqlite" else path / FILE


def prepare(path: Path) -> None:
    """Check the journal, after making it where there is none.

    Raises:
        JournalError: not a journal, of another version, or it cannot be written.
    """
    try:
        with schema.engine(path, read_only=False).begin() as connection:
            if _is_journal(path, connection):
                schema.complete(connection)
            else:
                schema.create(
                    connection,
                    {
                        "codegen_version": json.dumps(_version()),
                        "created": json.dumps(time.time()),
                        "schema_version": json.dumps(schema.VERSION),
                    },
                )
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise explained(path, error) from error


def check(path: Path) -> None:
    """Check a journal that is to be read only.

    Raises:
        JournalError: there is none, it is none, or of another version.
    """
    try:
        if not path.exists():
            raise JournalError(f"there is no journal at {path}; give a run's folder")
        with schema.engine(path, read_only=True).begin() as connection:
            if not _is_journal(path, connection):
                raise JournalError(f"{path} is an empty file, not a journal; give a run's folder")
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise explained(path, error) from error


def _is_journal(path: Path, connection: Connection) -> bool:
    application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if application == 0 and tables == 0:
        return False
    if application != schema.APPLICATION:
        raise JournalError(f"{path} is not a journal; name another folder")
    if version != schema.VERSION:
        raise JournalError(
            f"{path} was written by another version of codegen (schema {version}, this one reads "
            f"{schema.VERSION}); use that version, or give another output folder"
        )
    return True


def _version() -> str:
    try:
        return importlib.metadata.version("codegen-forge")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"  # a bare checkout on the import path


def bind(path: Path, config: Mapping[str, Json]) -> str:
    """Keep a run's configuration, or compare it with the one that is kept; return its hash.

    Raises:
        UsageError: the journal belongs to a run with another configuration; lists what differs.
        JournalError: the journal cannot be read or written.
    """
    try:
        with schema.engine(path, read_only=False).begin() as connection:
            name, value = schema.meta.c.name, schema.meta.c.value
            kept = connection.execute(
                select(value).where(name == "configuration")
            ).scalar_one_or_none()
            if kept is None:
                values = {"name": "configuration", "value": _ascii(config)}
                connection.execute(schema.meta.insert().values(values))
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise explained(path, error) from error
    if kept is not None and kept != _ascii(config):
        raise UsageError(_mismatch(path, json.loads(kept), json.loads(_ascii(config))))
    return content_id(config)


def configuration(path: Path) -> Json:
    """Return the configuration that is kept in a journal; None where there is none yet.

    Raises:
        JournalError: the journal cannot be read.
    """
    name, value = schema.meta.c.name, schema.meta.c.value
    try:
        with schema.engine(path, read_only=True).connect() as connection:
            kept = connection.execute(
                select(value).where(name == "configuration")
            ).scalar_one_or_none()
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise explained(path, error) from error
    return None if kept is None else json.loads(kept)


def _ascii(config: Mapping[str, Json]) -> str:
    return json.dumps(json.loads(canonical(config)), sort_keys=True)


def _mismatch(path: Path, kept: Json, given: Json) -> str:
    before, now = dict(_flat(kept)), dict(_flat(given))
    names = sorted(n for n in before.keys() | now.keys() if before.get(n) != now.get(n))
    lines = [
        f"  {name}: was {before.get(name, _ABSENT)}, is {now.get(name, _ABSENT)}" for name in names
    ]
    return "\n".join(
        [
            f"{path.parent} holds a run with another configuration:",
            *lines,
            "Resume it with the configuration it was started with, or give another output folder.",
        ]
    )


def _flat(value: Json, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _flat(item, f"{where}.{name}" if where else name)
        return
    text = json.dumps(value)
    yield where, text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
