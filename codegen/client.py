"""The client of `codegen serve`: a verifier that is elsewhere, with the interface of the one here.

    with RemoteVerifier("http://127.0.0.1:8080") as verifier:   # instead of Verifier()
        verdict = verifier.verify("python", solution, tests=tests)

A verification can be asked for twice without harm, so a connection that fails, and a server that is
full, are tried again. Not here: the server (`codegen.serve`).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
import urllib.parse
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, Unpack

from codegen.errors import (
    CheckerError,
    CodegenError,
    DeadlineError,
    InfrastructureError,
    SandboxError,
    ToolchainError,
    UsageError,
)
from codegen.records import Outcome, Stage, Verdict, from_json, to_json
from codegen.secrets import SERVE_VARIABLE, ApiKey
from codegen.verify.ahead import in_order
from codegen.verify.facade import LoopThread
from codegen.verify.request import Fields, VerifyRequest, request_to_json

if TYPE_CHECKING:
    from types import TracebackType

    import aiohttp

    from codegen.verify.run import RunRequest, RunResult

T = TypeVar("T")
_CONNECT_S = 10.0
_GRACE_S = 30.0
_LONGEST_PAUSE_S = 30.0
_AGAIN = (429, 502, 503)
_KINDS: dict[str, type[CodegenError]] = {
    "toolchain": ToolchainError,
    "checker": CheckerError,
    "deadline": DeadlineError,
    "infrastructure": SandboxError,
    "internal": SandboxError,
    "busy": InfrastructureError,
}


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
        self._url = _checked(url)
        token = token if token is not None else os.environ.get(SERVE_VARIABLE, "")
        self._key = ApiKey(token, "the argument `token`") if token.strip() else None
        self._at_once, self._patience_s, self._timeout_s = at_once, patience_s, timeout_s
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}
        self._closed = False
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
        answer = await self._asked("/v1/verify", request_to_json(request), request.deadline_s)
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

        answer = await self._asked("/v1/run", to_json(request), request.deadline_s)
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
        self._closed = True
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

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

    async def _asked(self, path: str, body: Any, deadline_s: float | None) -> dict[str, Any]:
        """Return the answer to a request, tried again while that makes sense."""
        text = json.dumps(body).encode()
        timeout_s = self._timeout_s if deadline_s is None else deadline_s + _GRACE_S
        begun, pause = time.monotonic(), 0.2
        while True:
            found = await self._exchange(path, text, timeout_s)
            if isinstance(found, dict):
                return found
            error, wait = found
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            wait = max(wait, pause * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
            if time.monotonic() - begun + wait > self._patience_s:
                raise error
            await asyncio.sleep(wait)

    async def _exchange(
        self, path: str, body: bytes, timeout_s: float
    ) -> dict[str, Any] | tuple[InfrastructureError, float]:
        """Return an answer, or an error with the seconds after which to try again.

        Raises:
            CodegenError: to try again would change nothing.
        """
        import aiohttp  # noqa: PLC0415 - importing is free

        limit = aiohttp.ClientTimeout(total=timeout_s, sock_connect=_CONNECT_S)
        headers = {"Content-Type": "application/json"}
        if self._key is not None:
            headers["Authorization"] = self._key.authorization()
        try:
            async with self._session().post(
                self._url + path, data=body, headers=headers, timeout=limit, allow_redirects=False
            ) as response:
                data = await response.read()
                status, again = response.status, response.headers.get("Retry-After", "")
        except aiohttp.ConnectionTimeoutError:
            return InfrastructureError(f"{self._shown} does not answer"), 0.0
        except TimeoutError:
            raise DeadlineError(f"{self._shown} gave no answer in {timeout_s:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            said = type(error).__name__
            return InfrastructureError(f"{self._shown} cannot be reached ({said})"), 0.0
        return self._read(status, data, again)

    def _read(
        self, status: int, data: bytes, again: str
    ) -> dict[str, Any] | tuple[InfrastructureError, float]:
        try:
            answer = json.loads(data)
        except ValueError:
            answer = None
        if status == 200 and isinstance(answer, dict):  # noqa: PLR2004 - HTTP's
            return answer
        told = answer if isinstance(answer, dict) else {}
        message = str(told.get("message", f"{self._shown} answered with status {status}"))
        message = self._key.scrub(message) if self._key else message
        kind = _KINDS.get(str(told.get("kind")))
        if status in _AGAIN and kind is not SandboxError:  # which the server has tried again itself
            return InfrastructureError(message), float(again) if again.isdigit() else 0.0
        if kind is None:
            kind = UsageError if 400 <= status < 500 else InfrastructureError  # noqa: PLR2004
        raise kind(message)

    def _record(self, kind: type[T], answer: dict[str, Any]) -> T:
        try:
            return from_json(kind, answer, "the answer")
        except UsageError as error:  # not the user's fault, for once
            raise InfrastructureError(f"{self._shown} is another version? {error}") from error

    def _session(self) -> aiohttp.ClientSession:
        import aiohttp  # noqa: PLC0415 - importing is free

        if self._closed:
            raise CodegenError("this verifier is closed")
        loop = asyncio.get_running_loop()
        if loop not in self._sessions:
            self._sessions[loop] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._sessions[loop]

    @property
    def _shown(self) -> str:
        """The address for messages, without what may stand before an `@`."""
        parts = urllib.parse.urlsplit(self._url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _checked(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"the server's address {url!r} is none; expected http://host:port")
    return url.rstrip("/")
