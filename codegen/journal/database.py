"""What a journal needs of a database, whichever it is; the rows and their meaning are the same.

Not here: the databases (`codegen.journal.sqlite`, `codegen.journal.postgresql`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Executable, Table

T = TypeVar("T")


class Role(Enum):
    """What a process does with a journal: one drives a run, workers write as well."""

    DRIVER = "driver"
    WORKER = "worker"
    READER = "reader"


Rows = Mapping[Table, Sequence[dict[str, Any]]]


class Database(Protocol):
    """The tables of one journal. Whatever it raises is a `JournalError`."""

    @property
    def place(self) -> str:
        """What to call it in a message."""
        ...

    @property
    def shared(self) -> bool:
        """Whether other processes may write to it as well, so that keys are leased."""
        ...

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction, which has reached the disk on return.

        It may be done more than once: what it does twice must be as if it were done once.
        """
        ...

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction over the connection for lookups; perhaps more than once."""
        ...

    def select(self, statement: Executable) -> Sequence[Any]:
        """Return all rows of a query, from any thread."""
        ...

    def has(self, table: Table) -> bool:
        """Whether there is a table: a journal made before it was thought of may lack it."""
        ...

    def size(self) -> int:
        """Return the bytes that it takes, with its indexes and logs."""
        ...

    def once(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction that writes, from any thread; perhaps more than once."""
        ...

    def insert(self, connection: Connection, rows: Rows) -> Collection[str]:
        """Insert rows whose keys are not there; return keys that another process had written."""
        ...

    def claim(self, connection: Connection, keys: Sequence[str]) -> Collection[str]:
        """Lease those of the keys that no other process is at work on, and return them."""
        ...

    def release(self, connection: Connection, keys: Collection[str]) -> None:
        """Give back the leases that this process has on any of the keys."""
        ...

    def breathe(self) -> None:
        """See to it, now and then, that others can tell that this process lives."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...
