"""One call to a chat model: as many answers as were asked for, however few a server gives at once.

Not here: attempts, back-off and deadline (`codegen.model.exchange`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from codegen.model import asking, wire
from codegen.model.contract import Reply, Request
from codegen.model.exchange import Body, Exchange, Target


class Call:
    """One call under way."""

    __slots__ = ("_exchange", "_request", "_target")

    def __init__(
        self, target: Target, request: Request, timeout_s: float, on_retry: Callable[[], None]
    ) -> None:
        """Start the deadline; nothing is sent yet. `on_retry` is called at every repetition."""
        self._target = target
        self._request = request
        asked = f"a {request.purpose!r} request for {target.name}"
        key = key_of(request) if len(target.replicas.all) > 1 else 0
        self._exchange = Exchange(
            target, asking.path_of(target.route), asked, timeout_s, on_retry=on_retry, key=key
        )

    async def answers(self) -> tuple[Reply, ...]:
        """Return exactly as many answers as the request asks for.

        Raises:
            ModelRefusal, ModelError: see `OpenAIModel.complete`.
        """
        target, request = self._target, self._request
        room = request.sampling.max_tokens
        if target.context.tokens:
            room = await target.context.room(
                target.name, request, target.route, target.replicas, target.client
            )
        # vLLM refuses several answers at temperature 0; they would be the same one.
        n = 1 if request.sampling.temperature == 0 else request.n
        found: tuple[Reply, ...] = ()
        while (missing := n - len(found)) > 0:
            # vLLM gives the answers of one request consecutive seeds; the rest go on from there, or
            # a server that gives one answer at a time would give the same one each time.
            seed = request.sampling.seed + len(found)
            wanted = asking.Wanted(missing, seed, room, target.extra)
            body = self._body(wanted)
            found += await self._exchange.post(body, partial(wire.replies, n=missing))
        if n == request.n:
            return found
        return found + (found[0].uncounted(),) * (request.n - n)

    def _body(self, wanted: asking.Wanted) -> Body:
        target, request = self._target, self._request
        whole = asking.body(target.name, request, target.route, wanted)
        if not request.schema:
            return Body(whole)
        free = asking.body(target.name, replace(request, schema=""), target.route, wanted)
        return Body(free, request.schema, whole)


def key_of(request: Request) -> int:
    """Return what requests share that a server should see one after the other.

    It covers all up to the first thing that a user says: the instructions and the problem, which
    the candidates for one problem in one language and all their repairs begin with. What is common
    to all problems is in every server's cache anyway.
    """
    digest = hashlib.blake2b(digest_size=8)
    for message in request.messages:
        digest.update(message.content.encode("utf-8", "replace"))
        if message.role == "user":
            break
    return int.from_bytes(digest.digest())
