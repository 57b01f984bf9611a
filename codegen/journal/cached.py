"""A model and a sandbox that pay for nothing twice: look up, else call once and write.

A result is handed out only after it has reached the disk. Equal calls at the same time are made
once. A failure of ours is never written, and cancelling the last who waits cancels the call.

Not here: the file (`codegen.journal.store`); what makes two calls equal (`codegen.journal.keys`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from codegen.journal import codec, keys
from codegen.journal.entries import CallEntry, ExecutionEntry
from codegen.journal.store import Journal
from codegen.model.contract import Model, Reply, Request
from codegen.sandbox.contract import Execution, Job, Sandbox

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hits:
    """How often the journal had the answer, how often it did not, how often a call was shared."""

    hits: int = 0
    misses: int = 0
    shared: int = 0

    def __add__(self, other: Hits) -> Hits:
        """Add two counts."""
        return Hits(self.hits + other.hits, self.misses + other.misses, self.shared + other.shared)


class _Flight(Generic[T]):
    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task
        self.waiters = 0


class _Flights(Generic[T]):
    """Gives equal calls that are under way one task, which ends with the last who waits for it."""

    def __init__(self) -> None:
        self._open: dict[str, _Flight[T]] = {}
        self.hits = Hits()

    async def run(
        self,
        key: str,
        find: Callable[[str], Awaitable[T | None]],
        make: Callable[[str], Awaitable[T]],
    ) -> T:
        flight = self._open.get(key)
        if flight is None:
            flight = _Flight(asyncio.create_task(self._fly(key, find, make)))
            self._open[key] = flight
            flight.task.add_done_callback(lambda _: self._land(key, flight))
        else:
            self.hits = replace(self.hits, shared=self.hits.shared + 1)
        flight.waiters += 1
        try:
            await asyncio.wait([flight.task])
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                self._land(key, flight)  # nobody may join what is being cancelled
                flight.task.cancel()
                await asyncio.wait([flight.task])
        return flight.task.result()

    async def _fly(
        self,
        key: str,
        find: Callable[[str], Awaitable[T | None]],
        make: Callable[[str], Awaitable[T]],
    ) -> T:
        found = await find(key)
        if found is not None:
            self.hits = replace(self.hits, hits=self.hits.hits + 1)
            return found
        self.hits = replace(self.hits, misses=self.hits.misses + 1)
        return await make(key)

    def _land(self, key: str, flight: _Flight[T]) -> None:
        if self._open.get(key) is flight:
            del self._open[key]
        if flight.task.done() and not flight.task.cancelled():
            flight.task.exception()  # seen, even when all who waited were cancelled


class JournaledModel:
    """A model whose every answer is in the journal; keeps the contract `Model`."""

    def __init__(self, model: Model, journal: Journal) -> None:
        """Put a journal before a model. Both stay the caller's; `close` closes the model."""
        self._model = model
        self._journal = journal
        self._flights: _Flights[tuple[Reply, ...]] = _Flights()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def revision(self) -> str:
        """The model's revision."""
        return self._model.revision

    @property
    def hits(self) -> Hits:
        """How often the journal had the answer."""
        return self._flights.hits

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        """Return the answers that the journal holds, else those of the model, once written.

        Raises:
            ModelError: the model failed; nothing is written.
            JournalError: the journal failed; the run should stop.
        """
        key = keys.call_key(self.name, self.revision, request)

        async def call(key: str) -> tuple[Reply, ...]:
            started, clock = time.time(), time.monotonic()
            replies = tuple(replace(r, call=key) for r in await self._model.complete(request))
            seconds = time.monotonic() - clock
            entry = CallEntry(key, self.name, self.revision, request, replies, started, seconds)
            await self._journal.add(entry)
            return replies

        return await self._flights.run(key, self._journal.find_call, call)

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()


class JournaledSandbox:
    """A sandbox whose every execution is in the journal; keeps the contract `Sandbox`."""

    def __init__(self, sandbox: Sandbox, journal: Journal, *, rerun: int = 0) -> None:
        """Put a journal before a sandbox. Both stay the caller's; `close` closes the sandbox.

        `rerun` > 0 executes jobs that were executed before, once more for each number.
        """
        self._sandbox = sandbox
        self._journal = journal
        self._rerun = rerun
        self._flights: _Flights[Execution] = _Flights()

    @property
    def name(self) -> str:
        """The sandbox's name."""
        return self._sandbox.name

    @property
    def hits(self) -> Hits:
        """How often the journal had the answer."""
        return self._flights.hits

    async def run(self, job: Job) -> Execution:
        """Return the execution that the journal holds, else run the job, and write what came of it.

        Raises:
            SandboxError, ToolchainError: the sandbox failed; nothing is written.
            JournalError: the journal failed; the run should stop.
        """
        digest = await self._sandbox.digest(job.environment)
        files: dict[str, bytes] = {}
        text = codec.text(job, files)

        async def execute(key: str) -> Execution:
            started, clock = time.time(), time.monotonic()
            execution = replace(await self._sandbox.run(job), key=key)
            seconds = time.monotonic() - clock
            await self._journal.add(
                ExecutionEntry(
                    key, digest, job.environment, text, files, execution, started, seconds
                )
            )
            return execution

        key = keys.execution_key_of(digest, text, rerun=self._rerun)
        return await self._flights.run(key, self._journal.find_execution, execute)

    def again(self, rerun: int) -> JournaledSandbox:
        """Return this sandbox with jobs executed afresh, to see whether results stay the same."""
        return JournaledSandbox(self._sandbox, self._journal, rerun=rerun)

    async def digest(self, environment: str) -> str:
        """Return what identifies the toolchain."""
        return await self._sandbox.digest(environment)

    async def close(self) -> None:
        """Close the sandbox."""
        await self._sandbox.close()
