"""A journal in a PostgreSQL database, which many processes write to.

Three sessions: one writes, one looks up and leases, and one reads back, opened when it is wanted.

Not here: lost connections (`codegen.journal.link`), leases (`codegen.journal.leases`), who drives
(`codegen.journal.driving`), how the tables are made (`codegen.journal.migrating`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Executable, Table, select, text
from sqlalchemy.dialects.postgresql import insert

from codegen.errors import JournalError
from codegen.journal import migrating, schema
from codegen.journal.database import Role, Rows
from codegen.journal.driving import DriverLock
from codegen.journal.leases import Leases
from codegen.journal.link import Link, Session

T = TypeVar("T")
_SIZE = text(
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)
_KEYED = (schema.calls, schema.executions, schema.embeddings)


class PostgresqlDatabase:
    """One run's schema in a database; keeps the contract `Database`."""

    def __init__(self, link: Link, role: Role) -> None:
        """Connect nothing yet; called by `open`."""
        self._link = link
        self._role = role
        self._leases = Leases(driver=role is Role.DRIVER)
        drives, writes = role is Role.DRIVER, role is not Role.READER
        self._writing = Session(link, DriverLock(link).take if drives else None, last=True)
        self._reading = Session(link, self._leases.prepare if writes else None)
        self._asking = Session(link)

    @classmethod
    def open(cls, link: Link, role: Role) -> Self:
        """Connect, and check the tables; the driver makes them where there are none.

        Raises:
            JournalError: see `Journal.open`.
        """
        made = cls(link, role)
        try:
            made._open()
        except BaseException:
            made.close()
            raise
        return made

    def _open(self) -> None:
        first = self._asking if self._role is Role.READER else self._writing
        drives = self._role is Role.DRIVER
        see_to = migrating.prepare if drives else migrating.check
        first.open()
        first.run(lambda connection: see_to(connection, self._link.place))
        if drives:
            first.run(self._leases.clear)
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

    def size(self) -> int:
        """Return the bytes of the run's tables and their indexes."""
        ((found,),) = self.select(_SIZE)
        return int(found)

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
