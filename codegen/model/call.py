"""One call to a model behind replicas: attempts, back-off and deadline.

Not here: one HTTP exchange (`codegen.model.transport`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from codegen.errors import ModelError, ModelRefusal
from codegen.model import wire
from codegen.model.contract import Reply, Request
from codegen.model.replicas import Replicas
from codegen.model.transport import Client
from codegen.model.wire import Failure, Kind
from codegen.records import Json
from codegen.secrets import HOW, ApiKey

_DOUBTS = 8  # attempts at what may be the request's own fault


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


class Call:
    """One call under way."""

    def __init__(
        self, target: Target, request: Request, timeout_s: float, on_retry: Callable[[], None]
    ) -> None:
        """Start the deadline; nothing is sent yet. `on_retry` is called at every repetition."""
        self._target = target
        self._request = request
        self._on_retry = on_retry
        self._started = time.monotonic()
        self._timeout_s = timeout_s
        self._attempts = 0
        self._doubts = 0
        self._last = Failure(Kind.LATER, "no answer in time")
        self._first: Failure | None = None

    async def answers(self) -> tuple[Reply, ...]:
        """Return exactly as many answers as the request asks for.

        Raises:
            ModelRefusal, ModelError: see `OpenAIModel.complete`.
        """
        # vLLM refuses several answers at temperature 0; they would be the same one.
        greedy = self._request.sampling.temperature == 0
        n = 1 if greedy else self._request.n
        found: tuple[Reply, ...] = ()
        while len(found) < n:
            # vLLM gives the answers of one request consecutive seeds; the rest go on from there, or
            # a server that gives one answer at a time would give the same one each time.
            seed = self._request.sampling.seed + len(found)
            found += await self._some(n - len(found), seed)
        copy = replace(found[0], prompt_tokens=0, completion_tokens=0)
        return found + (copy,) * (self._request.n - n)

    async def _some(self, n: int, seed: int) -> tuple[Reply, ...]:
        body = wire.body(self._target.name, self._request, n, seed, self._target.extra)
        while True:
            answer = await self._attempt(body, n)
            if not isinstance(answer, Failure):
                return answer
            self._last = answer
            self._first = self._first or answer
            self._doubts += answer.kind is Kind.DOUBTFUL
            if answer.kind in (Kind.REFUSED, Kind.HOPELESS) or self._doubts == _DOUBTS:
                raise self._error()
            self._on_retry()

    async def _attempt(self, body: bytes, n: int) -> tuple[Reply, ...] | Failure:
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
            data = await self._target.client.fetch(
                replica, "/chat/completions", body, self._left_s()
            )
        answer = wire.replies(data, n) if isinstance(data, bytes) else data
        if not isinstance(answer, Failure):
            replicas.served(replica)
        elif answer.kind in (Kind.DOUBTFUL, Kind.LATER):
            replicas.failed(replica, self._attempts, answer.wait_s)
        return answer

    def _left_s(self) -> float:
        return self._started + self._timeout_s - time.monotonic()

    def _error(self) -> ModelError:
        purpose = self._request.purpose
        asked = f"a {purpose!r} request for {self._target.name} to {self._target.replicas}"
        spent_s = time.monotonic() - self._started
        last = self._last
        if self._first is not None and self._first.reason != last.reason:
            # The cause is often the first: a server that fails, and then is gone.
            last = replace(last, reason=f"{last.reason}; at first {self._first.reason}")
        return self._target.error(asked, last, self._attempts, spent_s)
