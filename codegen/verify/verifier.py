"""The verifier: a solution and its tests or typed cases go in, a verdict comes out.

A program's failure is a verdict; ours is an exception. Two things are a verdict
`infrastructure_error`: a deadline that is over, and in `averify_many` whatever else of ours failed,
so that one lost slot does not end a batch. The logic is asynchronous; the synchronous methods run
it on a loop of the verifier's own.

Not here: what is done for a verdict (`codegen.verify.work`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Literal, Self, Unpack

from codegen.errors import CheckerError, CodegenError, DeadlineError, InfrastructureError
from codegen.records import Outcome, Stage, Verdict
from codegen.sandbox.choose import Choice, ensure, open_sandbox
from codegen.syntax import TangledError
from codegen.telemetry import span
from codegen.verify.ahead import in_order
from codegen.verify.deadline import QUEUE_S, patience, within
from codegen.verify.facade import LoopThread
from codegen.verify.request import Checked, Fields, VerifyRequest, check

if TYPE_CHECKING:
    from types import TracebackType

    from codegen.sandbox.contract import Job, Sandbox
    from codegen.verify.run import RunRequest, RunResult

__all__ = ["Verifier", "VerifyRequest"]

LANGUAGE = "codegen.language"
VERDICT = "codegen.verdict"
_LOOK_AHEAD = 16  # for each slot: with few, one program that runs to its limit stops the others


class Verifier:
    """Verifies programs in a sandbox. A context manager, for `with` and `async with`.

    Args:
        sandbox: `auto` (Docker where a daemon answers, else local), `docker`, `local`, or a sandbox
            that stays the caller's to close.
        slots: how many programs run at once; the number of CPUs if not given.
        key: seeds the nonces of native tests. With a key of one's own the same request is the same
            job to the byte, which is what a journal needs to find it again; keep it secret.
        on_event: gets a line for each thing worth telling, such as which sandbox was chosen.
    """

    def __init__(
        self,
        sandbox: Choice | Sandbox = "auto",
        *,
        slots: int | None = None,
        key: bytes | None = None,
        on_event: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._choice: Choice | None = sandbox if isinstance(sandbox, str) else None
        self._sandbox: Sandbox | None = None if isinstance(sandbox, str) else sandbox
        self._slots = slots
        self._on_event = on_event
        self._key = key or os.urandom(32)
        self._opening: asyncio.Lock | None = None
        self._ready: set[str] = set()
        self._thread = LoopThread()

    async def averify(self, language: str, solution: str, **fields: Unpack[Fields]) -> Verdict:
        """Return the verdict on one program; see `VerifyRequest` for the fields.

        When the deadline is over the verdict is `infrastructure_error`.

        Raises:
            UsageError: the request cannot be carried out; names the field.
            CheckerError: the checker that came with the request failed.
            ToolchainError: the language's tools are missing in this sandbox.
            SandboxError: the sandbox failed; nothing is known about the program.
        """
        return await self.averify_request(VerifyRequest(language, solution, **fields))

    def verify(self, language: str, solution: str, **fields: Unpack[Fields]) -> Verdict:
        """Do as `averify`, and wait for it."""
        return self.verify_request(VerifyRequest(language, solution, **fields))

    async def averify_request(self, request: VerifyRequest) -> Verdict:
        """Do as `averify` with the fields of a request."""
        return await self._verified(check(request))

    def verify_request(self, request: VerifyRequest) -> Verdict:
        """Do as `averify_request`, and wait for it."""
        return self._thread.run(self._verified(check(request)))

    async def arun(self, request: RunRequest) -> RunResult:
        """Run a program as it is. No verdict is given: nothing that it prints is evidence.

        Raises:
            UsageError: the request cannot be carried out; names the field.
            ToolchainError: the language's tools are missing in this sandbox.
            DeadlineError: the deadline is over.
            SandboxError: the sandbox failed; nothing is known about the program.
        """
        from codegen.verify import run  # noqa: PLC0415 - tree-sitter, when it is needed

        job = run.run_job(request)
        seconds = request.deadline_s or QUEUE_S + patience((job, job))
        return await within(seconds, self._ran(job))

    def run(self, request: RunRequest) -> RunResult:
        """Do as `arun`, and wait for it."""
        return self._thread.run(self.arun(request))

    def averify_many(
        self, requests: Iterable[VerifyRequest] | AsyncIterable[VerifyRequest]
    ) -> AsyncIterator[Verdict]:
        """Yield a verdict for each request, in their order, as they come.

        Requests are taken a bounded number ahead of the slots, so the source may be endless.

        Raises:
            UsageError: at the request that cannot be carried out; those before it were yielded.
        """
        ahead = _LOOK_AHEAD * (self._slots or os.cpu_count() or 1)
        return in_order(requests, self._batched, ahead)

    def verify_many(self, requests: Iterable[VerifyRequest]) -> Iterator[Verdict]:
        """Do as `averify_many`, and wait for each."""
        return self._thread.iterate(self.averify_many(requests))

    async def aclose(self) -> None:
        """Close the sandbox, if it was opened here. Safe to call twice."""
        sandbox, self._sandbox = self._sandbox, None
        if self._choice is not None and sandbox is not None:
            await sandbox.close()

    def close(self) -> None:
        """Do as `aclose`, and end the private loop."""
        self._thread.run(self.aclose())
        self._thread.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.aclose()
        await asyncio.to_thread(self._thread.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> Literal[False]:
        self.close()
        return False

    async def _batched(self, request: VerifyRequest) -> Verdict:
        try:
            return await self._verified(check(request))
        except (InfrastructureError, CheckerError) as error:
            return _not_judged(error)

    async def _verified(self, request: Checked) -> Verdict:
        from codegen.verify import work  # noqa: PLC0415 - tree-sitter, when it is needed

        try:
            planned = work.planned(request, self._key)
        except TangledError as error:
            if not work.is_tangled(request):
                raise  # it is the tests
            return Verdict(Outcome.COMPILE_ERROR, Stage.PARSE, message=f"solution: {error}")
        seconds = request.deadline_s or QUEUE_S + patience(work.most_jobs(planned))
        with span(f"verify {request.language.name}") as told:
            try:
                verdict = await within(seconds, work.verified(planned, self._key, self._opened))
            except DeadlineError as error:
                verdict = _not_judged(error)
            told.tell({LANGUAGE: request.language.name, VERDICT: verdict.outcome.value})
            told.tell({"codegen.stage": verdict.stage.value})
        return verdict

    async def _ran(self, job: Job) -> RunResult:
        from codegen.verify import run, work  # noqa: PLC0415 - as above

        execution = await work.ran(job, self._opened)
        sandbox = await self._opened(job.environment)
        return run.run_result(job, execution, await sandbox.digest(job.environment))

    async def _opened(self, environment: str) -> Sandbox:
        if self._choice is None:
            if self._sandbox is None:
                raise CodegenError("this verifier is closed")
            return self._sandbox
        async with self._lock():
            if self._sandbox is None:
                self._sandbox = await open_sandbox(
                    self._choice, slots=self._slots, on_event=self._on_event
                )
            if self._sandbox.name == "docker" and environment not in self._ready:
                await ensure((environment,), on_event=self._on_event)
            self._ready.add(environment)
            return self._sandbox

    def _lock(self) -> asyncio.Lock:
        if self._opening is None:
            self._opening = asyncio.Lock()
        return self._opening


def _not_judged(error: CodegenError) -> Verdict:
    return Verdict(Outcome.INFRASTRUCTURE_ERROR, Stage.RUN, message=str(error))
