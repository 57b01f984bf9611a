"""The client of `codegen serve`: a verifier that is elsewhere, with the interface of the one here.

    with RemoteVerifier("http://127.0.0.1:8080") as verifier:   # instead of Verifier()
        verdict = verifier.verify("python", solution, tests=tests)

Not here: how a server is asked (`codegen.peer`), and the server itself (`codegen.serve`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, Unpack

from codegen.errors import (
    CheckerError,
    InfrastructureError,
    UsageError,
)
from codegen.peer import Patience, Peer
from codegen.records import Outcome, Stage, Verdict, from_json, to_json
from codegen.verify.ahead import in_order
from codegen.verify.facade import LoopThread
from codegen.verify.request import Fields, VerifyRequest, request_to_json

if TYPE_CHECKING:
    from types import TracebackType

    from codegen.verify.run import RunRequest, RunResult

T = TypeVar("T")


class RemoteVerifier:
    """Verifies programs on a server. A context manager, for `with` and `async with`.

    Args:
        url: where `codegen serve` listens.
        token: what the server asks for; by default what `CODEGEN_SERVE_TOKEN` holds, if it is set.
        at_once: how many requests of `verify_many` are under way.
        patience_s: how long a server that cannot be reached, or is full, is tried again.
        timeout_s: how long an answer may take, where a request has no deadline of its own.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        at_once: int = 16,
        patience_s: float = 300.0,
        timeout_s: float = 1800.0,
    ) -> None:
        self._peer = Peer(url, token=token, patience=Patience(patience_s, timeout_s))
        self._at_once = at_once
        self._thread = LoopThread()

    async def averify(self, language: str, solution: str, **fields: Unpack[Fields]) -> Verdict:
        """Return the verdict on one program; see `VerifyRequest` for the fields.

        Raises:
            UsageError, CheckerError, ToolchainError, SandboxError: as `codegen.Verifier.averify`.
            InfrastructureError: the server cannot be reached, or stays full.
        """
        return await self.averify_request(VerifyRequest(language, solution, **fields))

    def verify(self, language: str, solution: str, **fields: Unpack[Fields]) -> Verdict:
        """Do as `averify`, and wait for it."""
        return self._thread.run(self.averify(language, solution, **fields))

    async def averify_request(self, request: VerifyRequest) -> Verdict:
        """Do as `averify` with the fields of a request."""
        answer = await self._peer.ask("/v1/verify", request_to_json(request), request.deadline_s)
        answer.pop("passed", None)  # it follows from the outcome
        return self._record(Verdict, answer)

    def verify_request(self, request: VerifyRequest) -> Verdict:
        """Do as `averify_request`, and wait for it."""
        return self._thread.run(self.averify_request(request))

    async def arun(self, request: RunRequest) -> RunResult:
        """Run a program as it is. No verdict is given: nothing that it prints is evidence.

        Raises:
            DeadlineError: the deadline is over.
            UsageError, ToolchainError, SandboxError: as `codegen.Verifier.arun`.
            InfrastructureError: the server cannot be reached, or stays full.
        """
        from codegen.verify.run import RunResult  # noqa: PLC0415 - only where something is run

        answer = await self._peer.ask("/v1/run", to_json(request), request.deadline_s)
        return self._record(RunResult, answer)

    def run(self, request: RunRequest) -> RunResult:
        """Do as `arun`, and wait for it."""
        return self._thread.run(self.arun(request))

    def averify_many(
        self, requests: Iterable[VerifyRequest] | AsyncIterable[VerifyRequest]
    ) -> AsyncIterator[Verdict]:
        """Yield a verdict for each request, in their order, as they come.

        Requests are taken a bounded number ahead, so the source may be endless.

        Raises:
            UsageError: at the request that cannot be carried out; those before it were yielded.
        """
        return in_order(requests, self._batched, self._at_once)

    def verify_many(self, requests: Iterable[VerifyRequest]) -> Iterator[Verdict]:
        """Do as `averify_many`, and wait for each."""
        return self._thread.iterate(self.averify_many(requests))

    async def aclose(self) -> None:
        """Close the connections of this event loop. Safe to call twice."""
        await self._peer.aclose()

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
        await asyncio.to_thread(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> Literal[False]:
        self.close()
        return False

    async def _batched(self, request: VerifyRequest) -> Verdict:
        try:
            return await self.averify_request(request)
        except (InfrastructureError, CheckerError) as error:
            return Verdict(Outcome.INFRASTRUCTURE_ERROR, Stage.RUN, message=str(error))

    def _record(self, kind: type[T], answer: dict[str, Any]) -> T:
        try:
            return from_json(kind, answer, "the answer")
        except UsageError as error:  # not the user's fault, for once
            raise InfrastructureError(f"{self._peer.shown} is another version? {error}") from error
