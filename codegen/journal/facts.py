"""What can be said of a journal as a whole: rows, models, configuration, size."""

from __future__ import annotations

import json
import time

from sqlalchemy import select

from codegen.journal import schema
from codegen.journal.configuration import configuration
from codegen.journal.contents import Contents
from codegen.journal.copying import TABLES, count
from codegen.journal.database import Database
from codegen.journal.tables import Tables
from codegen.records import Json, content_id


def facts(database: Database) -> dict[str, Json]:
    """Return the facts by name; sizes are in bytes.

    Raises:
        JournalError: the journal cannot be read.
    """
    meta = schema.meta.c
    said = {
        name: json.loads(value) for name, value in database.select(select(meta.name, meta.value))
    }
    config, contents = configuration(database), Contents(Tables(database))
    counts = contents.counts()
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(said["created"]))
    return {
        "place": database.place,
        "made_by": f"codegen {said['codegen_version']}",
        "made_at": created,
        "schema": str(said["schema_version"]),
        "configuration": None if config is None else content_id(config),
        "models": [
            f"{name} ({revision})" if revision else name for name, revision in contents.models()
        ],
        "accepted": counts.accepted,
        "rejected": counts.rejected,
        **{table.name: count(database, table) for table in TABLES if database.has(table)},
        "bytes": database.size(),
    }
