"""One `codegen serve` that is asked: over HTTP, again while that makes sense, its errors as ours.

What is asked can be asked twice without harm, so a connection that fails, and a server that is
full, are tried again. Not here: what is asked (`codegen.client`, `codegen.sandbox.remote`).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codegen.errors import (
    CheckerError,
    CodegenError,
    DeadlineError,
    InfrastructureError,
    SandboxError,
    ToolchainError,
    UsageError,
)
from codegen.secrets import SERVE_VARIABLE, ApiKey

if TYPE_CHECKING:
    import aiohttp

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


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server that fails, or is full, is tried again, and how long an answer may take.

    `keep_alive` holds connections open; without, each request may reach another of the replicas
    that share an address.
    """

    retry_s: float = 300.0
    answer_s: float = 1800.0
    keep_alive: bool = True


class Peer:
    """A server, by its URL; `token` is by default what `CODEGEN_SERVE_TOKEN` holds."""

    def __init__(
        self, url: str, *, token: str | None = None, patience: Patience = Patience()
    ) -> None:
        self._url = _checked(url)
        token = token if token is not None else os.environ.get(SERVE_VARIABLE, "")
        self._key = ApiKey(token, "the argument `token`") if token.strip() else None
        self._patience = patience
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}
        self._closed = False

    @property
    def shown(self) -> str:
        """The address for messages, without what may stand before an `@`."""
        parts = urllib.parse.urlsplit(self._url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    async def ask(self, path: str, body: Any = None, deadline_s: float | None = None) -> Any:
        """Return the JSON that a route answers with; asks by GET where there is no body.

        Raises:
            CodegenError: of the kind that the server names; `InfrastructureError` where it cannot
                be reached or stays full.
        """
        text = None if body is None else json.dumps(body).encode()
        timeout_s = self._patience.answer_s if deadline_s is None else deadline_s + _GRACE_S
        begun, pause = time.monotonic(), 0.2
        while True:
            found = await self._exchange(path, text, timeout_s)
            if not isinstance(found, _Failed):
                return found
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            wait = max(found.wait_s, pause * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
            if time.monotonic() - begun + wait > self._patience.retry_s:
                raise found.error
            await asyncio.sleep(wait)

    async def aclose(self) -> None:
        """Close the connections of this event loop. Safe to call twice."""
        self._closed = True
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    async def _exchange(self, path: str, body: bytes | None, timeout_s: float) -> Any:
        """Return an answer, or a `_Failed` after which to try again.

        Raises:
            CodegenError: to try again would change nothing.
        """
        import aiohttp  # noqa: PLC0415 - importing is free

        limit = aiohttp.ClientTimeout(total=timeout_s, sock_connect=_CONNECT_S)
        headers = {} if body is None else {"Content-Type": "application/json"}
        if self._key is not None:
            headers["Authorization"] = self._key.authorization()
        method = "GET" if body is None else "POST"
        try:
            async with self._session().request(
                method,
                self._url + path,
                data=body,
                headers=headers,
                timeout=limit,
                allow_redirects=False,
            ) as response:
                data = await response.read()
                status, again = response.status, response.headers.get("Retry-After", "")
        except aiohttp.ConnectionTimeoutError:
            return _Failed(InfrastructureError(f"{self.shown} does not answer"))
        except TimeoutError:
            raise DeadlineError(f"{self.shown} gave no answer in {timeout_s:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            said = type(error).__name__
            return _Failed(InfrastructureError(f"{self.shown} cannot be reached ({said})"))
        return self._read(status, data, float(again) if again.isdigit() else 0.0)

    def _read(self, status: int, data: bytes, wait_s: float) -> Any:
        try:
            answer = json.loads(data)
        except ValueError:
            answer = None
        if status == 200 and isinstance(answer, (dict, list)):  # noqa: PLR2004 - HTTP's classes - HTTP's
            return answer
        told = answer if isinstance(answer, dict) else {}
        message = str(told.get("message", f"{self.shown} answered with status {status}"))
        message = self._key.scrub(message) if self._key else message
        kind = _KINDS.get(str(told.get("kind")))
        if status in _AGAIN and kind is not SandboxError:  # which the server has tried again itself
            return _Failed(InfrastructureError(message), wait_s)
        if kind is None:
            kind = UsageError if 400 <= status < 500 else InfrastructureError  # noqa: PLR2004
        raise kind(message)

    def _session(self) -> aiohttp.ClientSession:
        import aiohttp  # noqa: PLC0415 - importing is free

        if self._closed:
            raise CodegenError(f"the connection to {self.shown} is closed")
        loop = asyncio.get_running_loop()
        if loop not in self._sessions:
            self._sessions[loop] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, force_close=not self._patience.keep_alive),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._sessions[loop]


@dataclass(frozen=True, slots=True)
class _Failed:
    """A try that failed; the next makes sense after so many seconds, at the earliest."""

    error: InfrastructureError
    wait_s: float = 0.0


def _checked(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"the server's address {url!r} is none; expected http://host:port")
    return url.rstrip("/")
