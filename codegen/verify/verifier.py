"""The verifier: a solution and its tests or typed cases go in, a verdict comes out.

A program's failure is a verdict; ours is an exception (`averify_many` alone turns it into a verdict
`infrastructure_error`, so that one lost slot does not end a batch). The logic is asynchronous; the
synchronous methods run it on a loop of the verifier's own.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Self

from codegen.errors import CodegenError, InfrastructureError
from codegen.records import Case, Comparator, Limits, Outcome, Signature, Stage, Verdict
from codegen.sandbox.choose import Choice, ensure, open_sandbox
from codegen.verify.facade import LoopThread
from codegen.verify.request import Checked, LintMode, VerifyRequest, check

if TYPE_CHECKING:
    from types import TracebackType

    from codegen.sandbox.contract import Sandbox
    from codegen.verify.plan import Plan

__all__ = ["Verifier", "VerifyRequest"]

_LOOK_AHEAD = 4


_DOUBTFUL = (Outcome.RUNTIME_ERROR, Outcome.TAMPERED, Outcome.COMPILE_ERROR)


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

    async def averify(  # noqa: PLR0913 - the fields of a request, by keyword
        self,
        language: str,
        solution: str,
        *,
        tests: str | None = None,
        cases: Iterable[Case | Mapping[str, Any]] | None = None,
        signature: Signature | Mapping[str, Any] | None = None,
        comparator: Comparator | str = Comparator.EXACT,
        lint: LintMode = "errors",
        limits: Limits | Mapping[str, Any] | None = None,
    ) -> Verdict:
        """Return the verdict on one program; see `VerifyRequest` for the arguments.

        Raises:
            UsageError: the request cannot be carried out; names the field.
            ToolchainError: the language's tools are missing in this sandbox.
            SandboxError: the sandbox failed; nothing is known about the program.
        """
        return await self._verified(
            check(
                VerifyRequest(language, solution, tests, cases, signature, comparator, lint, limits)
            )
        )

    def verify(  # noqa: PLR0913 - the fields of a request, by keyword
        self,
        language: str,
        solution: str,
        *,
        tests: str | None = None,
        cases: Iterable[Case | Mapping[str, Any]] | None = None,
        signature: Signature | Mapping[str, Any] | None = None,
        comparator: Comparator | str = Comparator.EXACT,
        lint: LintMode = "errors",
        limits: Limits | Mapping[str, Any] | None = None,
    ) -> Verdict:
        """Do as `averify`, and wait for it."""
        request = VerifyRequest(
            language, solution, tests, cases, signature, comparator, lint, limits
        )
        return self._thread.run(self._verified(check(request)))

    async def averify_many(
        self, requests: Iterable[VerifyRequest] | AsyncIterable[VerifyRequest]
    ) -> AsyncIterator[Verdict]:
        """Yield a verdict for each request, in their order, as they come.

        Requests are taken a bounded number ahead of the slots, so the source may be endless.

        Raises:
            UsageError: at the request that cannot be carried out; those before it were yielded.
        """
        ahead = _LOOK_AHEAD * (self._slots or os.cpu_count() or 1)
        running: deque[asyncio.Task[Verdict]] = deque()
        try:
            async for request in _each(requests):
                running.append(asyncio.create_task(self._batched(request)))
                while len(running) >= ahead or (running and running[0].done()):
                    yield await running[0]
                    running.popleft()
            while running:
                yield await running[0]
                running.popleft()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

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
        except InfrastructureError as error:
            return Verdict(Outcome.INFRASTRUCTURE_ERROR, Stage.RUN, message=str(error))

    async def _verified(self, request: Checked) -> Verdict:
        from codegen.syntax import syntax_errors  # noqa: PLC0415 - tree-sitter, when it is needed
        from codegen.verify.plan import plan  # noqa: PLC0415 - as above

        lean = request.lint == "off" and not syntax_errors(
            request.language, request.solution.encode("utf-8", "replace")
        )
        planned = plan(request, self._key, lean=lean)
        verdict = await self._judged(planned)
        if lean and verdict.outcome in _DOUBTFUL:
            full = plan(request, self._key)
            # what kept the program from answering may be what the compiler says of it
            verdict = verdict if full.stages == planned.stages else await self._judged(full)
        return verdict

    async def _judged(self, planned: Plan) -> Verdict:
        from codegen.verify.judge import judge  # noqa: PLC0415 - tree-sitter, when it is needed

        environment = planned.job.environment
        sandbox = await self._opened(environment)
        verdict = judge(planned, await sandbox.run(planned.job))
        return replace(verdict, environment=await sandbox.digest(environment))

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


async def _each(
    requests: Iterable[VerifyRequest] | AsyncIterable[VerifyRequest],
) -> AsyncIterator[VerifyRequest]:
    if isinstance(requests, AsyncIterable):
        async for request in requests:
            yield request
        return
    for request in requests:
        yield request
