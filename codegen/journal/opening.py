"""Opens the database of a journal, whichever it is; and what is done to one as a whole.

Not here: what is asked of a journal (`codegen.journal.store`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.journal.database import Database, Role
from codegen.journal.place import EXAMPLE, Shared, place_of, server_of
from codegen.journal.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from codegen.journal.link import Link

PATIENCE_S = 120.0


def open_database(
    place: Path | str,
    role: Role,
    *,
    on_event: Callable[[str], None] = lambda _: None,
    patience_s: float = PATIENCE_S,
) -> Database:
    """Open what is at a place; the driver makes it where there is nothing.

    Raises:
        JournalError, UsageError: see `Journal.open`.
    """
    found = place_of(place)
    if isinstance(found, Shared):
        link = _link(found, role, on_event, patience_s)
        from codegen.journal.postgresql import PostgresqlDatabase  # noqa: PLC0415 - an extra

        return PostgresqlDatabase.open(link, role)
    if role is Role.WORKER:
        raise UsageError(f"{found}: one process writes to a file; use a database, {EXAMPLE}")
    return SqliteDatabase.open(found, read_only=role is Role.READER)


def runs_of(server: str) -> list[str]:
    """Return the names of the runs that a database holds, sorted.

    Raises:
        JournalError: the server cannot be reached.
        UsageError: the URL cannot be used.
    """
    link = _link(Shared(server_of(server)[0], "public"), Role.READER)
    from codegen.journal.migrating import runs  # noqa: PLC0415 - an extra

    return link.once(runs)


def upgrade(place: Path | str) -> tuple[str, str]:
    """Bring the tables of a run in a database up to date; return the versions before and after.

    Raises:
        JournalError: there is no such run, somebody drives it, or a newer version of codegen made
            it.
        UsageError: this is no database: a file is brought up to date whenever a run opens it.
    """
    found = place_of(place)
    if not isinstance(found, Shared):
        raise UsageError(f"{found} is a file: it is brought up to date whenever a run opens it")
    link = _link(found, Role.DRIVER)
    from codegen.journal import migrating  # noqa: PLC0415 - an extra
    from codegen.journal.driving import DriverLock  # noqa: PLC0415 - with it

    lock = DriverLock(link)
    return link.once(lambda connection: migrating.upgrade(connection, found), lock.take)


def _link(
    place: Shared,
    role: Role,
    on_event: Callable[[str], None] = lambda _: None,
    patience_s: float = PATIENCE_S,
) -> Link:
    try:
        from codegen.journal.link import Link  # noqa: PLC0415 - wants a package that is an extra
    except ModuleNotFoundError as error:
        raise UsageError(
            f"a journal in a database needs {error.name}: pip install 'codegen-forge[postgresql]'"
        ) from error
    return Link(place, role.value, on_event, patience_s)
