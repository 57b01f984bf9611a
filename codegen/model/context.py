"""How much a model can take: requests fitted to the context that its servers report.

The tokens of a prompt are at most as many as its bytes, and where even those leave room for the
answer nothing is asked. Else the server counts them (vLLM's route `/tokenize`); a server that does
not is taken to need one token for two bytes, which is more than prompts of text and code take. The
answer gets what is left, and a prompt that leaves too little is refused: nothing is ever cut.

Not here: conversations that a server refuses by itself (`codegen.model.wire`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from codegen.errors import ModelRefusal
from codegen.model import asking, wire
from codegen.model.contract import Request
from codegen.model.replica import Replica
from codegen.model.replicas import Replicas
from codegen.model.transport import Client

_LEAST_ANSWER = 128  # tokens, below which no answer is worth asking for
_AROUND = 16  # tokens of the template around a message, at most
_BYTES_PER_TOKEN = 2
_COUNT_S = 30.0


@dataclass(slots=True)
class Context:
    """What is known of a model's context. `tokens` is its length, 0 where it is not known."""

    tokens: int = 0
    counts: bool = True
    """Whether the servers count tokens, as far as is known."""

    def learn(self, tokens: int) -> None:
        """Take note of what a server reports; the least of all counts."""
        self.tokens = min(filter(None, (self.tokens, tokens)), default=0)

    async def room(
        self, name: str, request: Request, route: asking.Route, replicas: Replicas, client: Client
    ) -> int:
        """Return how many tokens of an answer to ask for: those that were asked for, or fewer.

        Raises:
            ModelRefusal: the prompt leaves no room for an answer.
        """
        wanted = request.sampling.max_tokens
        if not self.tokens:
            return wanted
        size = sum(len(message.content.encode("utf-8", "replace")) for message in request.messages)
        around = _AROUND * (len(request.messages) + 1)
        if size + around + wanted <= self.tokens:
            return wanted
        tokens = await self._counted(name, request, route, replicas, client)
        by = "" if tokens is not None else f", at one for {_BYTES_PER_TOKEN} bytes"
        taken = tokens if tokens is not None else size // _BYTES_PER_TOKEN + around
        return fitted(name, request, taken, self.tokens, by=by)

    async def _counted(
        self, name: str, request: Request, route: asking.Route, replicas: Replicas, client: Client
    ) -> int | None:
        replica = _one_that_serves(replicas)
        if replica is None or not self.counts:
            return None
        body = json.dumps({"model": name, **asking.asked(request, route)}).encode()
        answer = await client.fetch(replica, "/tokenize", body, _COUNT_S, base=replica.root_url)
        if isinstance(answer, bytes):
            count = wire.json_object(answer).get("count")
            return count if type(count) is int and count > 0 else None
        self.counts = not wire.no_such_route(answer)
        return None


def fitted(name: str, request: Request, taken: int, context: int, *, by: str = "") -> int:
    """Return how many tokens of an answer a context has room for beside those that are `taken`.

    `by` says how they were counted.

    Raises:
        ModelRefusal: too few.
    """
    wanted = request.sampling.max_tokens
    left = context - taken
    if left < min(wanted, _LEAST_ANSWER):
        raise ModelRefusal(
            f"a {request.purpose!r} request for {name} does not fit: its prompt has {taken:,}"
            f" tokens{by}, and the context of the model is {context:,}"
        )
    return min(wanted, left)


def _one_that_serves(replicas: Replicas) -> Replica | None:
    return next((one for one in replicas.all if not one.out), None)
