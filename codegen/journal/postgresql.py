"""A journal in a PostgreSQL database, which many processes write to.

Three sessions: one writes, one looks up and leases, and one reads back, opened when it is wanted.
The driver holds an advisory lock on the session that writes, so that whoever has lost it cannot
write any more.

Not here: lost connections (`codegen.journal.link`), leases (`codegen.journal.leases`), how the
tables are made (`codegen.journal.migrating`).
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Collection, Sequence
from enum import Enum
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Executable, Table, func, select, text
from sqlalchemy.dialects.postgresql import insert

from codegen.errors import JournalError, UsageError
from codegen.journal import schema
from codegen.journal.database import Rows
from codegen.journal.place import Shared

try:
    from codegen.journal.link import Link, Session
except ModuleNotFoundError as error:
    raise UsageError(
        f"a journal in a database needs {error.name}: pip install 'codegen-forge[postgresql]'"
    ) from error
from codegen.journal import migrating
from codegen.journal.leases import Leases

T = TypeVar("T")
_LINGERS_S = 2.0  # as long as the server may take to notice that a killed process has gone
_KEYED = (schema.calls, schema.executions, schema.embeddings)
_HOLDER = text(
    "SELECT coalesce(a.application_name, 'another process') FROM pg_locks l"
    " JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted"
    " AND (l.classid::bigint << 32) | l.objid::bigint = :number"
)


class Role(Enum):
    """What a process does with a shared journal: one drives a run, workers write as well."""

    DRIVER = "driver"
    WORKER = "worker"
    READER = "reader"


class PostgresqlDatabase:
    """One run's schema in a database; keeps the contract `Database`."""

    def __init__(self, link: Link, role: Role) -> None:
        """Connect nothing yet; called by `open`."""
        self._link = link
        self._role = role
        self._leases = Leases(driver=role is Role.DRIVER)
        drives, writes = role is Role.DRIVER, role is not Role.READER
        self._writing = Session(link, self._drive if drives else None, last=True)
        self._reading = Session(link, self._leases.prepare if writes else None)
        self._asking = Session(link)
        self._first = True

    @classmethod
    def open(
        cls, place: Shared, role: Role, on_event: Callable[[str], None], patience_s: float
    ) -> Self:
        """Connect, and check the tables; the driver makes them where there are none.

        Raises:
            JournalError: see `Journal.open`.
        """
        link = Link(place, role.value, on_event, patience_s)
        made = cls(link, role)
        try:
            made._open()
        except BaseException:
            made.close()
            raise
        return made

    def _open(self) -> None:
        if self._role is not Role.READER:
            self._writing.open()
        if self._role is Role.DRIVER:
            self._writing.run(lambda connection: migrating.prepare(connection, self._link.place))
            self._writing.run(self._leases.clear)
        else:
            self._asking.open()
            self._asking.run(lambda connection: migrating.check(connection, self._link.place))
        self._reading.open()

    @property
    def place(self) -> str:
        """The URL, which has no password in it."""
        return str(self._link.place)

    @property
    def shared(self) -> bool:
        """Whether keys are leased: by all that may write."""
        return self._role is not Role.READER

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction that has reached the disk on return."""
        if self._role is Role.READER:
            raise JournalError(f"{self.place} was opened for reading only")
        return self._writing.run(work)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction over the session that looks up and leases."""
        return self._reading.run(work)

    def select(self, statement: Executable) -> Sequence[Any]:
        """Return all rows of a query."""
        return self._asking.run(lambda connection: connection.execute(statement).all())

    def has(self, table: Table) -> bool:  # noqa: ARG002 - the contract's
        """Return True: what lacks a table is not opened."""
        return True

    def once(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction, from any thread."""
        return self.write(work)

    def insert(self, connection: Connection, rows: Rows) -> Collection[str]:
        """Insert rows whose keys are not there; return keys that were."""
        there: set[str] = set()
        # In one order everywhere: two that wait for each other's rows would wait for ever.
        for table in sorted(rows, key=lambda one: one.name):
            (key,) = table.primary_key
            values = sorted(rows[table], key=lambda one: one[key.name])
            statement = insert(table).on_conflict_do_nothing()
            if table in _KEYED:
                made = set(connection.execute(statement.returning(key), values).scalars())
                there |= {one[key.name] for one in values} - made
            else:
                connection.execute(statement, values)
        return there

    def claim(self, connection: Connection, keys: Sequence[str]) -> Collection[str]:
        """Lease those of the keys, sorted, that no other process is at work on."""
        return self._leases.claim(connection, keys)

    def release(self, connection: Connection, keys: Collection[str]) -> None:
        """Give back the leases that this process has on any of the keys."""
        self._leases.release(connection, keys)

    def breathe(self) -> None:
        """Find out whether the session that leases was lost, and make it again."""
        self._reading.run(lambda connection: connection.execute(select(1)))

    def close(self) -> None:
        """Give the leases back and close the sessions."""
        self._link.closing.set()
        if self.shared:
            with contextlib.suppress(JournalError):
                self._reading.run(self._leases.release_all)
        for session in (self._reading, self._asking, self._writing):
            session.close()
        self._link.engine.dispose()

    def _drive(self, connection: Connection) -> None:
        number = _number(self._link.place)
        lock = select(func.pg_try_advisory_lock(number))
        end = time.monotonic() + (_LINGERS_S if self._first else self._link.patience_s)
        while not connection.execute(lock).scalar():
            if time.monotonic() > end:
                holder = connection.execute(_HOLDER, {"number": number}).scalar()
                raise JournalError(
                    f"{self.place} is in use by {holder or 'another process'}; wait for it to end, "
                    "stop it, or name another run"
                )
            time.sleep(0.1)
        self._first = False


def _number(place: Shared) -> int:
    """Return the number of the lock of a run's driver, the same everywhere."""
    digest = hashlib.sha256(f"codegen driver {place.run}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 2
