"""One request to a model behind replicas, tried again until it is answered or its time is over.

A request that has no answer after a while may be sent to a second server as well (hedging): the
first answer counts, and the other request is cancelled.

Not here: what is asked and how an answer reads (`codegen.model.call`, `codegen.model.embedding`);
one HTTP exchange (`codegen.model.transport`).
"""

from __future__ import annotations

import asyncio
import random
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TypeVar

from codegen.errors import ModelError, ModelRefusal
from codegen.model.asking import Route
from codegen.model.context import Context
from codegen.model.replica import Replica
from codegen.model.replicas import Replicas
from codegen.model.transport import Client
from codegen.model.wire import OUT_OF_TIME, Failure, Kind
from codegen.records import Json
from codegen.secrets import HOW, ApiKey
from codegen.telemetry import Facts, current

_DOUBTS = 8  # attempts at what may be the request's own fault
_NOTHING_YET = Failure(Kind.LATER, OUT_OF_TIME)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Target:
    """A model and the way to it."""

    name: str
    replicas: Replicas
    client: Client
    api_key: ApiKey | None
    extra: Mapping[str, Json]
    hedge_after_s: float | None = None
    route: Route = "chat"
    context: Context = field(default_factory=Context)

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


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent, as JSON; `formed` is the same with a `schema` for the answer, where one is."""

    data: bytes
    schema: str = ""
    formed: bytes = b""


class Exchange:
    """One call under way: one deadline and one account of attempts, however many bodies it takes.

    `path` is that of the API below the base URL; `asked` says in an error what was asked for.
    """

    __slots__ = (
        "_asked",
        "_attempts",
        "_doubts",
        "_failed_at",
        "_first",
        "_key",
        "_last",
        "_on_retry",
        "_path",
        "_started",
        "_target",
        "_timeout_s",
    )

    def __init__(
        self,
        target: Target,
        path: str,
        asked: str,
        timeout_s: float,
        *,
        on_retry: Callable[[], None] = lambda: None,
        key: int | None = None,
    ) -> None:
        """Begin; nothing is sent yet, and the deadline starts when a server has room.

        `on_retry` is called at every repetition. Requests of one `key`, a number of 64 bits, go to
        the same server while it is not too busy.
        """
        self._target = target
        self._path = path
        self._asked = asked
        self._on_retry = on_retry
        self._key = random.getrandbits(64) if key is None else key
        self._failed_at: Replica | None = None
        self._started = time.monotonic()
        self._timeout_s = timeout_s
        self._attempts = 0
        self._doubts = 0
        self._last = _NOTHING_YET
        self._first: Failure | None = None

    async def post(self, body: Body, read: Callable[[bytes], T | Failure]) -> T:
        """Send a body and return what `read` makes of the answer.

        Raises:
            ModelRefusal: the server will never answer this body.
            ModelError: no answer came in time, or none can come.
        """
        hedge_after_s = self._target.hedge_after_s
        while True:
            replica = await self._place()
            self._attempts += 1
            if hedge_after_s is None:
                answer = await self._at(replica, body, read)
            else:
                answer = await self._hedged(replica, body, read, hedge_after_s)
            if not isinstance(answer, Failure):
                return answer
            self._last = answer
            self._first = self._first or answer
            self._doubts += answer.kind is Kind.DOUBTFUL
            if answer.kind in (Kind.REFUSED, Kind.HOPELESS) or self._doubts == _DOUBTS:
                raise self._error()
            self._on_retry()

    async def _place(self) -> Replica:
        """Wait for a server with room. The wait for a first turn does not count, later ones do."""
        replicas = self._target.replicas
        left_s = self._left_s()
        if left_s <= 0 or replicas.rest_s() > left_s:
            raise self._error()
        replica = await replicas.take(self._key, self._failed_at, left_s)
        if replica is None:
            if self._attempts == 0:
                self._last = Failure(Kind.LATER, f"no server is there ({replicas.troubles()})")
            raise self._error()
        if self._attempts == 0:
            self._started = time.monotonic()
        elif self._left_s() <= 0:
            replicas.release(replica)
            raise self._error()
        return replica

    async def _at(
        self, replica: Replica, body: Body, read: Callable[[bytes], T | Failure]
    ) -> T | Failure:
        """Send to a server at which the request is counted in; it is counted out here."""
        sent = time.monotonic()
        replica.most = max(replica.most, replica.in_flight)
        try:
            data = await self._fetch(replica, body)
            answer = read(data) if isinstance(data, bytes) else data
            if not isinstance(answer, Failure):
                replica.served(len(data) if isinstance(data, bytes) else 0)
                if (told := current()).name:
                    told.tell(_where(replica.url, self._attempts))
            elif answer.kind in (Kind.DOUBTFUL, Kind.LATER):
                self._failed_at = replica
                if answer.overload:
                    replica.limit.overloaded(sent)
                replica.failed(sent, answer.wait_s)
        finally:
            self._target.replicas.release(replica)
        return answer

    async def _fetch(self, replica: Replica, body: Body) -> bytes | Failure:
        """Send with the schema, unless the server refuses it: then without, and so from then on."""
        fetch = self._target.client.fetch
        if body.schema and body.schema not in replica.refused_schemas:
            replica.requests += 1
            answer = await fetch(replica, self._path, body.formed, self._left_s())
            if isinstance(answer, bytes) or not answer.about_schema:
                return answer
        replica.requests += 1
        answer = await fetch(replica, self._path, body.data, self._left_s())
        if body.schema and isinstance(answer, bytes):
            replica.refused_schemas.add(body.schema)
        return answer

    async def _hedged(
        self,
        replica: Replica,
        body: Body,
        read: Callable[[bytes], T | Failure],
        after_s: float,
    ) -> T | Failure:
        running = {asyncio.ensure_future(self._at(replica, body, read))}
        try:
            done, _ = await asyncio.wait(running, timeout=after_s)
            other = None if done else self._target.replicas.spare(self._key, replica)
            if other is not None:
                running.add(asyncio.ensure_future(self._at(other, body, read)))
            while True:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                answers = [one.result() for one in done]
                good = [answer for answer in answers if not isinstance(answer, Failure)]
                if good or not running:
                    return good[0] if good else answers[0]
        finally:
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)

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


def _where(url: str, attempts: int) -> Facts:
    parts = urllib.parse.urlsplit(url)
    port = {"server.port": parts.port} if parts.port else {}
    return {"server.address": parts.hostname or "", **port, "codegen.attempts": attempts}
