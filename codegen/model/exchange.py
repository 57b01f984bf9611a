"""One request to a model behind replicas, tried again until it is answered or its time is over.

Not here: what is asked and how an answer reads (`codegen.model.call`, `codegen.model.embedding`);
one HTTP exchange (`codegen.model.transport`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TypeVar

from codegen.errors import ModelError, ModelRefusal
from codegen.model.replicas import Replicas
from codegen.model.transport import Client
from codegen.model.wire import Failure, Kind
from codegen.records import Json
from codegen.secrets import HOW, ApiKey

_DOUBTS = 8  # attempts at what may be the request's own fault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Target:
    """A model and the way to it."""

    name: str
    replicas: Replicas
    client: Client
    api_key: ApiKey | None
    extra: Mapping[str, Json]

    def error(self, asked: str, last: Failure, attempts: int, spent_s: float) -> ModelError:
        """Return what is raised in the end: what was asked, what came of it, what to do."""
        kind = ModelRefusal if last.kind is Kind.REFUSED else ModelError
        times = "once" if attempts == 1 else f"{attempts} times"
        tried = f"tried {times} in {spent_s:.1f} s"
        return kind(f"{asked}: {last.reason} ({tried}){self._advice(last.status)}")

    def _advice(self, status: int) -> str:
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            if self.api_key is None:
                return f"; no API key was given: {HOW}"
            return f"; the API key came from {self.api_key.source}: check it, or {HOW}"
        if status == HTTPStatus.NOT_FOUND:
            return f"; check the base URL, and that it serves the model {self.name!r}"
        if status == 0:
            return "; check that the server runs and that the base URL is right"
        return ""


class Exchange:
    """One call under way: one deadline and one account of attempts, however many bodies it takes.

    `path` is that of the API below the base URL; `asked` says in an error what was asked for.
    """

    def __init__(
        self,
        target: Target,
        path: str,
        asked: str,
        timeout_s: float,
        on_retry: Callable[[], None] = lambda: None,
    ) -> None:
        """Start the deadline; nothing is sent yet. `on_retry` is called at every repetition."""
        self._target = target
        self._path = path
        self._asked = asked
        self._on_retry = on_retry
        self._started = time.monotonic()
        self._timeout_s = timeout_s
        self._attempts = 0
        self._doubts = 0
        self._last = Failure(Kind.LATER, "no answer in time")
        self._first: Failure | None = None

    async def post(self, body: bytes, read: Callable[[bytes], T | Failure]) -> T:
        """Send a JSON body and return what `read` makes of the answer.

        Raises:
            ModelRefusal: the server will never answer this body.
            ModelError: no answer came in time, or none can come.
        """
        while True:
            answer = await self._attempt(body, read)
            if not isinstance(answer, Failure):
                return answer
            self._last = answer
            self._first = self._first or answer
            self._doubts += answer.kind is Kind.DOUBTFUL
            if answer.kind in (Kind.REFUSED, Kind.HOPELESS) or self._doubts == _DOUBTS:
                raise self._error()
            self._on_retry()

    async def _attempt(self, body: bytes, read: Callable[[bytes], T | Failure]) -> T | Failure:
        replicas = self._target.replicas
        while (pause := replicas.rest_s()) > 0:
            if pause > self._left_s():
                raise self._error()
            await asyncio.sleep(pause * random.uniform(1.0, 1.1))  # noqa: S311 - spreads retries
        if self._left_s() <= 0:
            raise self._error()
        replica = replicas.pick()
        self._attempts += 1
        with replica.busy():
            data = await self._target.client.fetch(replica, self._path, body, self._left_s())
        answer = read(data) if isinstance(data, bytes) else data
        if not isinstance(answer, Failure):
            replicas.served(replica)
        elif answer.kind in (Kind.DOUBTFUL, Kind.LATER):
            replicas.failed(replica, self._attempts, answer.wait_s)
        return answer

    def _left_s(self) -> float:
        return self._started + self._timeout_s - time.monotonic()

    def _error(self) -> ModelError:
        asked = f"{self._asked} to {self._target.replicas}"
        spent_s = time.monotonic() - self._started
        last = self._last
        if self._first is not None and self._first.reason != last.reason:
            # The cause is often the first: a server that fails, and then is gone.
            last = replace(last, reason=f"{last.reason}; at first {self._first.reason}")
        return self._target.error(asked, last, self._attempts, spent_s)
