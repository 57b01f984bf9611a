"""The journal of one run: look up, write durably, count, and read back in order.

A write returns when its row has reached the disk. Looking up and writing happen in two threads,
so that the event loop never waits for the disk; reading back (`records`, `counts`, `usage`) is for
the start and the end of a run and does its work in the caller's thread.

Not here: when to look up and what to write (`codegen.journal.cached`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy import func, select

from codegen.errors import JournalError
from codegen.journal import codec, opening, schema
from codegen.journal.entries import (
    CallEntry,
    EmbeddingEntry,
    Entry,
    ExecutionEntry,
    Recorded,
    RecordStatus,
)
from codegen.journal.failures import explained
from codegen.journal.lock import FolderLock
from codegen.journal.tables import Lookup, Tables
from codegen.journal.worker import Worker
from codegen.model.contract import EMBEDDING, Reply, Request, Vector
from codegen.records import Json, Usage
from codegen.sandbox.contract import Execution, Job

_WRITES = 512  # rows that share an fsync, at most
_LOOKUPS = 128
_PAGE = 100
_KEYS = 500  # of one query


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of each kind the journal holds."""

    calls: int
    executions: int
    accepted: int
    rejected: int


class Journal:
    """One open journal. Use `open`, and `close` it or use it in a `with` statement."""

    def __init__(self, path: Path, tables: Tables, lock: FolderLock | None) -> None:
        """Take over open tables and the lock; called by `open`."""
        self.path = path
        self._tables = tables
        self._lock = lock
        self._writer: Worker[Entry, None] = Worker("journal-writer", tables.write, most=_WRITES)
        self._reader: Worker[Lookup, Any] = Worker("journal-reader", tables.find, most=_LOOKUPS)

    @classmethod
    def open(cls, path: Path | str, *, read_only: bool = False) -> Self:
        """Open the journal in a run's folder, or the file itself; make it where there is none.

        Only one process at a time may hold a folder's journal open for writing; any number may
        read it meanwhile.

        Raises:
            JournalError: not a journal, of another version, in use by another process (says
                which), or the folder cannot be written to.
        """
        file = opening.file_of(path)
        if read_only:
            opening.check(file)
            return cls(file, Tables(file, read_only=True), None)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            lock = FolderLock(file.parent)
        except OSError as error:
            raise explained(file.parent, error) from error
        try:
            opening.prepare(file)
            return cls(file, Tables(file, read_only=False), lock)
        except BaseException:
            lock.release()
            raise

    def fingerprint(self, config: Mapping[str, Json]) -> str:
        """Tie the journal to a run's configuration, and return the configuration's hash.

        The first call keeps it; every later one, in this run or when it is resumed, compares.

        Raises:
            UsageError: the run was started with another configuration; lists what differs.
        """
        return opening.bind(self.path, config)

    def configuration(self) -> Json:
        """Return the configuration that the journal is tied to; None before it is."""
        return opening.configuration(self.path)

    async def find_call(self, key: str) -> tuple[Reply, ...] | None:
        """Return the replies of a call, or None where it was never answered."""
        found: tuple[Reply, ...] | None = await self._reader.submit(
            Lookup(schema.calls.c.replies, key, codec.replies_from)
        )
        return found

    async def find_request(self, key: str) -> Request | None:
        """Return what was asked in a call."""
        found: Request | None = await self._reader.submit(
            Lookup(schema.calls.c.request, key, lambda value, _: codec.request_from(value))
        )
        return found

    async def find_execution(self, key: str) -> Execution | None:
        """Return what became of a job, or None where it was never executed."""
        found: Execution | None = await self._reader.submit(
            Lookup(schema.executions.c.result, key, codec.execution_from)
        )
        return found

    async def find_embedding(self, key: str) -> Vector | None:
        """Return a text's vector, or None where it was never asked for."""
        found: Vector | None = await self._reader.submit(
            Lookup(schema.embeddings.c.vector, key, lambda value, _: codec.vector_from(value))
        )
        return found

    async def add(self, entry: CallEntry | ExecutionEntry | EmbeddingEntry) -> None:
        """Write a call, an execution or a vector; it has reached the disk on return.

        It is queued before the first suspension: cancelling loses the wait, not the row.

        Raises:
            JournalError: it cannot be written (full disk, damaged file).
        """
        await self._writer.submit(entry)

    async def record(
        self, index: int, status: RecordStatus, record: Json, *, reason: str = ""
    ) -> None:
        """Write what became of problem number `index`, once; the same again changes nothing.

        Raises:
            JournalError: it cannot be written, or there is another record of that number.
        """
        await self._writer.submit(Recorded(index, status, record, reason))

    def records(self, status: RecordStatus | None = None) -> Iterator[Recorded]:
        """Yield the records by index, of one status or all, without holding them all in memory."""
        table = schema.records.c
        statement = select(table.index, table.status, table.record, table.reason)
        statement = statement.order_by(table.index).limit(_PAGE)
        if status is not None:
            statement = statement.where(table.status == status)
        after = -1
        while rows := self._tables.select(statement.where(table.index > after)):
            for index, found, data, reason in rows:
                yield Recorded(index, found, codec.unpack(data), reason)
            after = rows[-1][0]

    def recorded(self) -> Iterator[tuple[int, RecordStatus]]:
        """Yield the index and status of every record by index, for a run that is resumed."""
        table = schema.records.c
        statement = select(table.index, table.status).order_by(table.index)
        yield from self._tables.select(statement)

    def job(self, key: str) -> Job:
        """Return the job of an execution, as it was run.

        Raises:
            JournalError: the journal holds no such execution.
        """
        table = schema.executions.c
        rows = self._tables.select(select(table.job).where(table.key == key))
        if not rows:
            raise JournalError(f"{self.path} holds no execution {key[:12]}")
        form = codec.unpack(rows[0][0])
        files = {sha256: self._file(sha256) for sha256 in codec.kept_apart(form)}
        return codec.job_from(form, files)

    def _file(self, sha256: str) -> bytes:
        table = schema.files.c
        ((content,),) = self._tables.select(select(table.content).where(table.sha256 == sha256))
        return codec.unpack_bytes(content)

    def counts(self) -> Counts:
        """Count the rows."""
        status = schema.records.c.status
        rows = self._tables.select(select(status, func.count()).group_by(status))
        by_status = dict(rows)
        (calls,), (executions,) = (
            self._tables.select(select(func.count(table.c.key)))[0]
            for table in (schema.calls, schema.executions)
        )
        return Counts(calls, executions, by_status.get("accepted", 0), by_status.get("rejected", 0))

    def models(self) -> list[tuple[str, str]]:
        """Return name and revision of each model that was called, sorted."""
        table = schema.calls.c
        rows = self._tables.select(select(table.model, table.revision).distinct())
        return sorted((name, revision) for name, revision in rows)

    def times(self) -> tuple[float | None, float | None]:
        """Return when the first call began and the last ended, in seconds since the epoch."""
        table = schema.calls.c
        ((first, last),) = self._tables.select(
            select(func.min(table.started), func.max(table.started + table.seconds))
        )
        return first, last

    def last_started(self, keys: Sequence[str]) -> float | None:
        """Return when the latest of these calls began, in seconds since the epoch; None of none."""
        table = schema.calls.c
        found = [
            started
            for at in range(0, len(keys), _KEYS)
            for (started,) in self._tables.select(
                select(func.max(table.started)).where(table.key.in_(keys[at : at + _KEYS]))
            )
            if started is not None
        ]
        return max(found, default=None)

    def requests(self, purpose: str, *, most: int) -> list[Request]:
        """Return at most `most` requests of one purpose, the latest first."""
        table = schema.calls.c
        statement = select(table.request).where(table.purpose == purpose)
        rows = self._tables.select(statement.order_by(table.started.desc()).limit(most))
        return [codec.request_from(codec.unpack(data)) for (data,) in rows]

    def usage(self) -> dict[str, Usage]:
        """Return calls and tokens by purpose; see `usage_by_model`."""
        found: dict[str, Usage] = {}
        for (_, purpose), used in self.usage_by_model().items():
            found[purpose] = found.get(purpose, Usage()) + used
        return found

    def usage_by_model(self) -> dict[tuple[str, str], Usage]:
        """Return calls and tokens by model and purpose; those of vectors under `EMBEDDING`."""
        calls = schema.calls.c
        sums = (func.count(), func.sum(calls.prompt_tokens), func.sum(calls.completion_tokens))
        by = (calls.model, calls.purpose)
        found = {
            (model, purpose): Usage(*numbers)
            for model, purpose, *numbers in self._tables.select(select(*by, *sums).group_by(*by))
        }
        if self._tables.has(schema.more_tokens):
            for of, used in self._more_usage():
                found[of] = found.get(of, Usage()) + used
        return found

    def _more_usage(self) -> Iterator[tuple[tuple[str, str], Usage]]:
        more = schema.more_tokens.c
        counted = (more.prompt_tokens, more.cached_tokens, more.reasoning_tokens)
        sums = (func.count(), *(func.sum(column) for column in counted))
        by = (more.model, more.purpose)
        rows = self._tables.select(select(*by, *sums).group_by(*by))
        for model, purpose, calls, prompt, cached, reasoning in rows:
            # those of other purposes are calls that have been counted
            vectors = calls if purpose == EMBEDDING else 0
            yield (model, purpose), Usage(vectors, prompt, 0, cached, reasoning)

    def close(self) -> None:
        """Write what is queued, close the file and give the folder free. Safe to call twice."""
        self._writer.close()
        self._reader.close()
        self._tables.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
