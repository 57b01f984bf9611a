"""A journal's tables in PostgreSQL: made and brought up to date by Alembic, checked at opening.

Not here: the steps (`codegen/journal/migrations/versions`).
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateSchema

from codegen.errors import UnusableJournalError, UsageError
from codegen.journal import schema
from codegen.journal.configuration import origin
from codegen.journal.place import Shared

REVISIONS = ("0001", "0002", "0003")
"""The steps, the oldest first; the last is what this version of codegen works with."""


def prepare(connection: Connection, place: Shared) -> None:
    """Check the tables, after making them where there is no such run.

    Raises:
        JournalError: see `check`.
    """
    if _tables(connection, place) is None:
        connection.execute(CreateSchema(place.run, if_not_exists=True))
        _upgrade(connection, place)
        values = [{"name": k, "value": v} for k, v in origin(REVISIONS[-1]).items()]
        connection.execute(schema.meta.insert(), values)
    else:
        check(connection, place)


def check(connection: Connection, place: Shared) -> None:
    """Check the tables of a run that is there.

    Raises:
        JournalError: there is no such run, it is no journal, or of another version; says what to
            do.
    """
    found = revision(connection, place)
    if found is None:
        raise UnusableJournalError(f"there is no run {place.run!r} in {place.server}")
    if found != REVISIONS[-1]:
        raise UnusableJournalError(
            f"{place} was made by another version of codegen (schema {found}, this one works with "
            f"{REVISIONS[-1]}); {_advice(found, place)}"
        )


def upgrade(connection: Connection, place: Shared) -> tuple[str, str]:
    """Bring a run's tables up to date; return the versions before and after.

    Raises:
        JournalError: there is no such run, or a newer version of codegen made it.
    """
    found = revision(connection, place)
    if found not in REVISIONS:
        check(connection, place)
    else:
        _upgrade(connection, place)
        version = {"value": origin(REVISIONS[-1])["schema_version"]}
        connection.execute(
            schema.meta.update().where(schema.meta.c.name == "schema_version").values(version)
        )
    return str(found), REVISIONS[-1]


def revision(connection: Connection, place: Shared) -> str | None:
    """Return the version of a run's tables; None where there is no such run.

    Raises:
        JournalError: the schema of that name is no journal.
    """
    tables = _tables(connection, place)
    if tables is None:
        return None
    if not {"alembic_version", "meta", "calls"} <= tables:
        raise UnusableJournalError(
            f"{place}: the schema {place.run!r} is not a journal; name another run"
        )
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def runs(connection: Connection) -> list[str]:
    """Return the runs that a database holds, sorted."""
    found = connection.execute(
        text(
            "SELECT table_schema FROM information_schema.tables"
            " WHERE table_name IN ('alembic_version', 'meta', 'calls', 'executions')"
            " GROUP BY table_schema HAVING count(*) = 4 ORDER BY table_schema"
        )
    )
    return list(found.scalars())


def _tables(connection: Connection, place: Shared) -> set[str] | None:
    named = text("SELECT table_name FROM information_schema.tables WHERE table_schema = :run")
    return set(connection.execute(named, {"run": place.run}).scalars()) or None


def _advice(found: str, place: Shared) -> str:
    if found in REVISIONS:
        return f"bring it up to date: codegen journal upgrade '{place}'"
    return "use that version, or name another run"


def _upgrade(connection: Connection, place: Shared) -> None:
    try:
        from alembic import command  # noqa: PLC0415 - only who makes or changes tables needs it
        from alembic.config import Config  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        raise UsageError(
            f"a journal in a database needs {error.name}: pip install 'codegen-forge[postgresql]'"
        ) from error
    config = Config(attributes={"connection": connection, "schema": place.run})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    command.upgrade(config, REVISIONS[-1])
