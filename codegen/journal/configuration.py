"""The configuration that a journal belongs to, and what made it.

Not here: what is part of a run's configuration (`codegen.synthesis.settings`).
"""

from __future__ import annotations

import importlib.metadata
import json
import time
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from codegen.errors import UsageError
from codegen.journal import schema
from codegen.journal.database import Database
from codegen.records import Json, canonical, content_id

_ABSENT = "(absent)"
_SHOWN = 60
_KEPT = select(schema.meta.c.value).where(schema.meta.c.name == "configuration")


def origin(version: int | str) -> dict[str, str]:
    """Return what a new journal says of itself, given its schema's version."""
    return {
        "codegen_version": json.dumps(_version()),
        "created": json.dumps(time.time()),
        "schema_version": json.dumps(version),
    }


def _version() -> str:
    try:
        return importlib.metadata.version("codegen-forge")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"  # a bare checkout on the import path


def bind(database: Database, config: Mapping[str, Json]) -> str:
    """Keep a run's configuration, or compare it with the one that is kept; return its hash.

    Raises:
        UsageError: the journal belongs to a run with another configuration; lists what differs.
        JournalError: the journal cannot be read or written.
    """
    given = _ascii(config)

    def keep(connection: Connection) -> str:
        kept: str | None = connection.execute(_KEPT).scalar_one_or_none()
        if kept is None:
            values = {"name": "configuration", "value": given}
            connection.execute(schema.meta.insert().values(values))
        return kept or given

    kept = database.once(keep)
    if kept != given:
        raise UsageError(_mismatch(database.place, json.loads(kept), json.loads(given)))
    return content_id(config)


def configuration(database: Database) -> Json:
    """Return the configuration that is kept in a journal; None where there is none yet.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = database.select(_KEPT)
    return json.loads(rows[0][0]) if rows else None


def _ascii(config: Mapping[str, Json]) -> str:
    return json.dumps(json.loads(canonical(config)), sort_keys=True)


def _mismatch(place: str, kept: Json, given: Json) -> str:
    before, now = dict(_flat(kept)), dict(_flat(given))
    names = sorted(n for n in before.keys() | now.keys() if before.get(n) != now.get(n))
    lines = [
        f"  {name}: was {before.get(name, _ABSENT)}, is {now.get(name, _ABSENT)}" for name in names
    ]
    return "\n".join(
        [
            f"{place} holds a run with another configuration:",
            *lines,
            "Resume it with the configuration it was started with, or give another place.",
        ]
    )


def _flat(value: Json, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _flat(item, f"{where}.{name}" if where else name)
        return
    text = json.dumps(value)
    yield where, text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
