"""A client for OpenAI-compatible chat servers, made for vLLM: several replicas, one deadline.

What a busy, restarting or dying server does is waited out or taken to another replica until the
call's deadline: 429 and 503 with their `Retry-After`, lost connections, broken answers. What no
repetition can mend (wrong key, model or request) fails at once and says what to do. A server
that gives fewer answers than were asked for is asked again for the rest.

Not here: streaming, tools, structured outputs (servers ignore what they do not know, so answers are
checked by those who ask), and the journal (`codegen.journal`).
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codegen.errors import ModelError, UsageError
from codegen.model import wire
from codegen.model.call import Call
from codegen.model.contract import Reply, Request
from codegen.model.exchange import Target
from codegen.model.replicas import Replicas
from codegen.model.served import CHECK_S, Endpoint, common_root, endpoints_of, roots_of
from codegen.model.transport import Client
from codegen.records import Json
from codegen.secrets import ApiKey


@dataclass(frozen=True, slots=True)
class Activity:
    """Calls so far: waiting for their turn, in flight, answered, failed; and repeated requests."""

    waiting: int = 0
    in_flight: int = 0
    done: int = 0
    failed: int = 0
    retried: int = 0


class OpenAIModel:
    """A model behind one or more servers; keeps the contract `codegen.model.contract.Model`."""

    def __init__(  # noqa: PLR0913 - every one is a dial of its own, and optional ones are named
        self,
        name: str,
        base_urls: Sequence[str],
        *,
        api_key: ApiKey | None = None,
        concurrency: int = 64,
        timeout_s: float = 600.0,
        revision: str | None = None,
        extra: Mapping[str, Json] | None = None,
    ) -> None:
        """Describe the model; nothing is opened yet.

        `concurrency` bounds the calls in flight over all servers. `timeout_s` is the deadline of a
        call, in seconds, retries included and the wait for its turn not. `extra` goes into every
        request's body as it is, and into the revision by its hash. Without `revision`, `check`
        finds it.

        Raises:
            UsageError: a URL is not usable, a number is not positive, `extra` has a reserved field.
        """
        if not name or concurrency < 1 or timeout_s <= 0:
            raise UsageError("the model needs a name, a concurrency >= 1 and a time-out above 0 s")
        taken = sorted(wire.RESERVED & set(extra or {}))
        if taken:
            raise UsageError(
                f"extra parameters: {taken[0]!r} is set by codegen itself; leave it out"
            )
        self._name = name
        self._timeout_s = timeout_s
        self._extra = dict(extra or {})
        self._revision = None if revision is None else wire.revision_of(revision, self._extra)
        self._turns = asyncio.Semaphore(concurrency)
        self._target = Target(
            name,
            Replicas(base_urls),
            Client(api_key, connections=concurrency),
            api_key,
            self._extra,
        )
        self._activity = Activity()

    @property
    def name(self) -> str:
        """The model's name, as the servers know it."""
        return self._name

    @property
    def revision(self) -> str:
        """What is served (vLLM's `root`), with a hash of the extra parameters if there are any.

        Raises:
            ModelError: it was not given, and `check` has not found it yet.
        """
        if self._revision is None:
            raise ModelError(f"the revision of {self._name} is not known before it was checked")
        return self._revision

    @property
    def activity(self) -> Activity:
        """The calls so far, for a live display."""
        return self._activity

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        """Return exactly `request.n` answers.

        The token counts of a response are on the first reply that came with it. At temperature 0
        all answers are the same one, which is asked for once.

        Raises:
            ModelRefusal: the servers will never answer this request.
            ModelError: no answer before the deadline, or none can be had at all.
        """
        self._count(waiting=1)
        try:
            await self._turns.acquire()
        finally:
            self._count(waiting=-1)
        self._count(in_flight=1)
        try:
            call = Call(self._target, request, self._timeout_s, lambda: self._count(retried=1))
            replies = await call.answers()
        except ModelError:
            self._count(failed=1)
            raise
        finally:
            self._count(in_flight=-1)
            self._turns.release()
        self._count(done=1)
        return replies

    async def check(self, *, timeout_s: float = CHECK_S) -> tuple[Endpoint, ...]:
        """Ask every server for its models; find the revision where none was given.

        Raises:
            ModelError: a server cannot be reached within `timeout_s`, refuses the key, does not
                list the model, or serves another one under its name.
        """
        endpoints = await endpoints_of(self._target, timeout_s)
        roots = roots_of(self._name, endpoints)
        if self._revision is None:
            self._revision = wire.revision_of(common_root(self._name, roots), self._extra)
        return endpoints

    async def close(self) -> None:
        """Close the connections. Safe to call twice."""
        await self._target.client.close()

    def _count(self, **changes: int) -> None:
        before = dataclasses.asdict(self._activity)
        self._activity = replace(self._activity, **{k: before[k] + v for k, v in changes.items()})
