"""What a journal holds, read back in order: for the start and the end of a run, and for reports.

All of it does its work in the caller's thread. Not here: lookups while a run goes on
(`codegen.journal.store`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from codegen.errors import JournalError
from codegen.journal import codec, schema
from codegen.journal.entries import Recorded, RecordStatus
from codegen.journal.tables import Tables
from codegen.model.contract import EMBEDDING, Request
from codegen.records import Json, Usage
from codegen.sandbox.contract import Job

_PAGE = 100
_ENDS = 2000
_KEYS = 500  # of one query


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of each kind the journal holds."""

    calls: int
    executions: int
    accepted: int
    rejected: int


class Contents:
    """What can be asked of the tables of a journal as a whole."""

    def __init__(self, tables: Tables) -> None:
        """Read from tables that are open."""
        self._tables = tables

    @property
    def place(self) -> str:
        """The file or the URL of the journal."""
        return self._tables.database.place

    def records(self, status: RecordStatus | None = None) -> Iterator[Recorded]:
        """Yield the records by index, of one status or all, without holding them all in memory."""
        for index, found, data, reason in self._paged(status):
            yield Recorded(index, found, codec.unpack(data), reason)

    def packed_records(self) -> Iterator[bytes]:
        """Yield all records by index as `codec.pack` has made them."""
        return (data for _, _, data, _ in self._paged(None))

    def _paged(self, status: RecordStatus | None) -> Iterator[tuple[int, RecordStatus, bytes, str]]:
        table = schema.records.c
        statement = select(table.index, table.status, table.record, table.reason)
        statement = statement.order_by(table.index).limit(_PAGE)
        if status is not None:
            statement = statement.where(table.status == status)
        after = -1
        while rows := self._tables.select(statement.where(table.index > after)):
            yield from rows
            after = rows[-1][0]

    def ends(self, made: Callable[[Json], Json]) -> Iterator[Json]:
        """Yield by index the ends that records have; `made` makes that of a record without one."""
        records, ends = schema.records.c, schema.ends.c
        whole = case((ends.end.is_(None), records.record))
        joined = schema.records.outerjoin(schema.ends, records.index == ends.index)
        statement = select(records.index, ends.end, whole).select_from(joined)
        statement = statement.order_by(records.index).limit(_ENDS)
        after = -1
        while rows := self._tables.select(statement.where(records.index > after)):
            for _, end, record in rows:
                yield made(codec.unpack(record)) if end is None else codec.unpack(end)
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
            raise JournalError(f"{self.place} holds no execution {key[:12]}")
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
            (model, purpose): Usage(*map(int, numbers))
            for model, purpose, *numbers in self._tables.select(select(*by, *sums).group_by(*by))
        }
        if self._tables.database.has(schema.more_tokens):
            for of, used in self._more_usage():
                found[of] = found.get(of, Usage()) + used
        return found

    def _more_usage(self) -> Iterator[tuple[tuple[str, str], Usage]]:
        more = schema.more_tokens.c
        counted = (more.prompt_tokens, more.cached_tokens, more.reasoning_tokens)
        sums = (func.count(), *(func.sum(column) for column in counted))
        by = (more.model, more.purpose)
        for model, purpose, *sums_ in self._tables.select(select(*by, *sums).group_by(*by)):
            calls, prompt, cached, reasoning = map(int, sums_)  # PostgreSQL's sums are decimals
            # those of other purposes are calls that have been counted
            vectors = calls if purpose == EMBEDDING else 0
            yield (model, purpose), Usage(vectors, prompt, 0, cached, reasoning)
