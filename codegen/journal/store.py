"""The journal of one run: look up, write durably, count, and read back in order.

A write returns when its row has reached the disk. Looking up and writing happen in two threads,
so that the event loop never waits for the disk or a server.

Not here: when to look up and what to write (`codegen.journal.cached`), the databases
(`codegen.journal.sqlite`, `codegen.journal.postgresql`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Self

from codegen.journal import codec, configuration, schema
from codegen.journal.contents import Contents
from codegen.journal.database import Database, Role
from codegen.journal.entries import (
    CallEntry,
    EmbeddingEntry,
    Entry,
    ExecutionEntry,
    Recorded,
    RecordStatus,
    Released,
)
from codegen.journal.opening import PATIENCE_S, open_database
from codegen.journal.tables import Elsewhere, Lookup, Tables
from codegen.journal.wanted import Wanted
from codegen.journal.worker import Worker
from codegen.model.contract import Reply, Request, Vector
from codegen.records import Json
from codegen.sandbox.contract import Execution

_WRITES = 512  # rows that share an fsync, at most
_LOOKUPS = 128
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 1.0  # between looks for what another process makes


class Journal(Contents):
    """One open journal. Use `open`, and `close` it or use it in a `with` statement."""

    def __init__(self, database: Database) -> None:
        """Take over an open database; called by `open`."""
        tables = Tables(database)
        super().__init__(tables)
        self._database = database
        self._writer: Worker[Entry, bool] = Worker("journal-writer", tables.write, most=_WRITES)
        self._reader: Worker[Lookup, Any] = Worker(
            "journal-reader",
            tables.find,
            most=_LOOKUPS,
            idle=database.breathe if database.shared else None,
        )
        self._wanted = Wanted(self._release) if database.shared else None

    @classmethod
    def open(
        cls,
        place: Path | str,
        *,
        read_only: bool = False,
        worker: bool = False,
        on_event: Callable[[str], None] = lambda _: None,
        patience_s: float = PATIENCE_S,
    ) -> Self:
        """Open the journal in a run's folder, a file or a database; make it where there is none.

        Only one process at a time may hold a journal open for writing, the run's driver; any number
        may read it meanwhile. In a database, workers on any machine may write beside the driver. A
        database that has gone away is waited for, at most `patience_s` seconds; `on_event` is told,
        from another thread.

        Raises:
            JournalError: not a journal, of another version, in use by another process (says
                which), or the folder or the database cannot be written to.
            UsageError: the URL of a database cannot be used, it is not encoded in UTF-8, what it
                needs is not installed, or a worker is to write to a file.
        """
        role = Role.READER if read_only else Role.WORKER if worker else Role.DRIVER
        return cls(open_database(place, role, on_event=on_event, patience_s=patience_s))

    def fingerprint(self, config: Mapping[str, Json]) -> str:
        """Tie the journal to a run's configuration, and return the configuration's hash.

        The first call keeps it; every later one, in this run or when it is resumed, compares.

        Raises:
            UsageError: the run was started with another configuration; lists what differs.
        """
        return configuration.bind(self._database, config)

    def configuration(self) -> Json:
        """Return the configuration that the journal is tied to; None before it is."""
        return configuration.configuration(self._database)

    async def find_call(self, key: str, *, lease: bool = False) -> tuple[Reply, ...] | None:
        """Return the replies of a call, or None where it was never answered.

        With `lease`, here as below, the caller makes what is not there and has opened `wanting`; if
        another process is at work on it, this waits for what comes of it.
        """
        found: tuple[Reply, ...] | None = await self._found(
            Lookup(schema.calls.c.replies, key, codec.replies_from, lease)
        )
        return found

    async def find_request(self, key: str) -> Request | None:
        """Return what was asked in a call."""
        found: Request | None = await self._found(
            Lookup(schema.calls.c.request, key, lambda value, _: codec.request_from(value))
        )
        return found

    async def find_execution(self, key: str, *, lease: bool = False) -> Execution | None:
        """Return what became of a job, or None where it was never executed."""
        found: Execution | None = await self._found(
            Lookup(schema.executions.c.result, key, codec.execution_from, lease)
        )
        return found

    async def find_embedding(self, key: str, *, lease: bool = False) -> Vector | None:
        """Return a text's vector, or None where it was never asked for."""
        found: Vector | None = await self._found(
            Lookup(
                schema.embeddings.c.vector, key, lambda value, _: codec.vector_from(value), lease
            )
        )
        return found

    def wanting(self, key: str) -> AbstractContextManager[None]:
        """Return what is open while there is work on a key; a failure in it gives the key up."""
        return nullcontext() if self._wanted is None else self._wanted.on(key)

    async def add(self, entry: CallEntry | ExecutionEntry | EmbeddingEntry) -> bool:
        """Write a call, an execution or a vector; it has reached the disk on return.

        It is queued before the first suspension: cancelling loses the wait, not the row. False
        means that another process had written that key, and that its row is kept.

        Raises:
            JournalError: it cannot be written (full disk, damaged file, a server that is away).
        """
        return await self._writer.submit(entry)

    async def record(
        self, index: int, status: RecordStatus, record: Json, *, reason: str = "", end: Json = None
    ) -> None:
        """Write what became of problem number `index`, once; the same again changes nothing.

        `end` is what `ends` is to yield of it.

        Raises:
            JournalError: it cannot be written, or there is another record of that number.
        """
        await self._writer.submit(Recorded(index, status, record, reason, end))

    async def _found(self, lookup: Lookup) -> Any:
        if self._wanted is None or not lookup.lease:
            return await self._reader.submit(lookup)
        pause = _FIRST_PAUSE_S
        while True:
            asked = self._reader.submit(lookup)
            try:
                found = await asyncio.shield(asked)
            except asyncio.CancelledError:
                self._wanted.until(asked, lookup.key)  # the lease may still come
                raise
            if found is not Elsewhere.AT_WORK:
                return found
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _release(self, key: str) -> None:
        """Give a lease back, behind what is queued: an answer that came reaches its row first."""
        self._writer.submit(Released(key)).add_done_callback(_seen)

    def close(self) -> None:
        """Write what is queued, close the database and let others drive. Safe to call twice."""
        self._writer.close()
        self._reader.close()
        self._tables.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _seen(future: asyncio.Future[bool]) -> None:
    if not future.cancelled():
        future.exception()  # a server that is away is told to those who have something to write
