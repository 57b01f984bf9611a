"""A model and a sandbox that pay for nothing twice: look up, else call once and write.

A result is handed out only after it has reached the disk. Equal calls at the same time are made
once, by whichever process asked first; all are given the answer that was kept. A failure of ours is
never written, and cancelling the last who waits cancels the call.

Not here: the file (`codegen.journal.store`); what makes two calls equal (`codegen.journal.keys`).
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

from codegen.journal import codec, keys, spans
from codegen.journal.entries import CallEntry, ExecutionEntry
from codegen.journal.flights import Flights, Hits
from codegen.journal.store import Journal
from codegen.model.before import BeforeModel
from codegen.model.contract import Model, Reply, Request
from codegen.sandbox.contract import Execution, Job, Sandbox
from codegen.telemetry import span


class JournaledModel(BeforeModel):
    """A model whose every answer is in the journal; keeps the contract `Model`."""

    def __init__(self, model: Model, journal: Journal) -> None:
        """Put a journal before a model. Both stay the caller's; `close` closes the model."""
        super().__init__(model)
        self._journal = journal
        self._flights: Flights[tuple[Reply, ...]] = Flights(journal.wanting)

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
        found = True

        async def call(key: str) -> tuple[Reply, ...]:
            nonlocal found
            found = False
            started, clock = time.time(), time.monotonic()
            replies = tuple(replace(r, call=key) for r in await self._model.complete(request))
            seconds = time.monotonic() - clock
            entry = CallEntry(key, self.name, self.revision, request, replies, started, seconds)
            if await self._journal.add(entry):
                return replies
            return await self._journal.find_call(key) or replies

        find = partial(self._journal.find_call, lease=True)
        with span(f"chat {self.name}", remote=True) as told:
            told.tell(spans.asked(self.name, request))
            replies = await self._flights.run(key, find, call)
            told.tell(spans.answered(replies, found=found))
        return replies


class JournaledSandbox:
    """A sandbox whose every execution is in the journal; keeps the contract `Sandbox`."""

    def __init__(self, sandbox: Sandbox, journal: Journal, *, rerun: int = 0) -> None:
        """Put a journal before a sandbox. Both stay the caller's; `close` closes the sandbox.

        `rerun` > 0 executes jobs that were executed before, once more for each number.
        """
        self._sandbox = sandbox
        self._journal = journal
        self._rerun = rerun
        self._flights: Flights[Execution] = Flights(journal.wanting)

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
        found = True

        async def execute(key: str) -> Execution:
            nonlocal found
            found = False
            started, clock = time.time(), time.monotonic()
            execution = replace(await self._sandbox.run(job), key=key)
            seconds = time.monotonic() - clock
            entry = ExecutionEntry(
                key, digest, job.environment, text, files, execution, started, seconds
            )
            if await self._journal.add(entry):
                return execution
            return await self._journal.find_execution(key) or execution

        key = keys.execution_key_of(digest, text, rerun=self._rerun)
        find = partial(self._journal.find_execution, lease=True)
        with span(f"execute {job.environment}") as told:
            execution = await self._flights.run(key, find, execute)
            told.tell(spans.executed(job.environment, execution, found=found))
        return execution

    def again(self, rerun: int) -> JournaledSandbox:
        """Return this sandbox with jobs executed afresh, to see whether results stay the same."""
        return JournaledSandbox(self._sandbox, self._journal, rerun=rerun)

    async def digest(self, environment: str) -> str:
        """Return what identifies the toolchain."""
        return await self._sandbox.digest(environment)

    async def close(self) -> None:
        """Close the sandbox."""
        await self._sandbox.close()
