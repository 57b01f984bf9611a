"""A client for OpenAI-compatible chat servers, made for vLLM: several replicas, one deadline.

What a busy, restarting or dying server does is waited out or taken to another replica until the
call's deadline: 429 and 503 with their `Retry-After`, lost connections, broken answers. What no
repetition can mend (wrong key, model or request) fails at once and says what to do. A server
that gives fewer answers than were asked for is asked again for the rest. How many requests each
server gets at once is found by trying (`codegen.model.limit`).

A request with a schema is sent with it, and without it to a server that refuses it. Servers ignore
what they do not know, so answers are checked by those who ask.

Not here: streaming, tools, and the journal (`codegen.journal`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import ModelError, UsageError
from codegen.model import asking, wire
from codegen.model.call import Call
from codegen.model.contract import Reply, Request
from codegen.model.exchange import Target
from codegen.model.figures import ServerFigures, figures_of, measure
from codegen.model.handling import Handling
from codegen.model.replicas import Replicas
from codegen.model.served import CHECK_S, Endpoint, common_root, endpoints_of, root_of, roots_of
from codegen.model.transport import Client
from codegen.model.watch import EndpointsFile, Watch
from codegen.records import Json
from codegen.secrets import ApiKey


@dataclass(frozen=True, slots=True)
class Activity:
    """Calls so far: waiting for their turn, answered, failed; requests in flight, and repeated."""

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
        base_urls: Sequence[str] | Path,
        *,
        api_key: ApiKey | None = None,
        concurrency: int | None = None,
        timeout_s: float = 600.0,
        revision: str | None = None,
        extra: Mapping[str, Json] | None = None,
        handling: Handling | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Describe the model; nothing is opened yet.

        `base_urls` may be a file that lists them, which may change while the model is used.
        `concurrency` bounds the calls in flight over all servers, beside what `handling` says of
        each. `timeout_s` is the deadline of a call, in seconds, retries included and the wait for
        its turn not. `extra` goes into every request's body as it is, and into the revision by its
        hash. Without `revision`, `check` finds it. `tell` gets a line when a server leaves, joins
        or cannot join.

        Raises:
            UsageError: a URL or the file is not usable, a number is not positive, `extra` has a
                reserved field.
        """
        if not name or (concurrency or 1) < 1 or concurrency == 0 or timeout_s <= 0:
            raise UsageError("the model needs a name, a concurrency >= 1 and a time-out above 0 s")
        taken = sorted(asking.RESERVED & set(extra or {}))
        if taken:
            raise UsageError(
                f"extra parameters: {taken[0]!r} is set by codegen itself; leave it out"
            )
        self._name = name
        self._timeout_s = timeout_s
        self._extra = dict(extra or {})
        self._root: str | None = None
        self._turns = None if concurrency is None else asyncio.Semaphore(concurrency)
        handling = handling or Handling()
        # another route is another text before the model, and so other answers
        self._manner = (
            self._extra if handling.route == "chat" else {**self._extra, "route": handling.route}
        )
        self._revision = None if revision is None else wire.revision_of(revision, self._manner)
        self._file = None
        if isinstance(base_urls, Path):
            self._file = EndpointsFile(base_urls)
            base_urls = self._file.urls()
        self._target = Target(
            name,
            Replicas(base_urls, handling.bounds),
            Client(api_key),
            api_key,
            self._extra,
            handling.hedge_after_s,
            handling.route,
        )
        self._watch = Watch(self._target, self._refusal, self._file, tell)
        self._open = self._done = self._failed = self._retried = 0

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
        in_flight = self._target.replicas.in_flight
        waiting = max(0, self._open - in_flight)
        return Activity(waiting, in_flight, self._done, self._failed, self._retried)

    @property
    def servers(self) -> tuple[ServerFigures, ...]:
        """Every server that was there at some time; `measure` brings their caches up to date."""
        return figures_of(self._target.replicas)

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        """Return exactly `request.n` answers.

        The token counts of a response are on the first reply that came with it. At temperature 0
        all answers are the same one, which is asked for once.

        Raises:
            ModelRefusal: the servers will never answer this request.
            ModelError: no answer before the deadline, or none can be had at all.
        """
        self._watch.start()
        self._open += 1
        try:
            call = Call(self._target, request, self._timeout_s, self._retry)
            if self._turns is None:
                replies = await call.answers()
            else:
                async with self._turns:
                    replies = await call.answers()
        except ModelError:
            self._failed += 1
            raise
        finally:
            self._open -= 1
        self._done += 1
        return replies

    async def check(self, *, timeout_s: float = CHECK_S) -> tuple[Endpoint, ...]:
        """Ask every server for its models; find the revision where none was given.

        Of servers that a file lists one must be there; the others may join later.

        Raises:
            ModelError: a server cannot be reached within `timeout_s`, refuses the key, does not
                list the model, or serves another one under its name.
        """
        listed = self._file is not None
        endpoints = await endpoints_of(self._target, timeout_s, all_of_them=not listed)
        roots = roots_of(self._name, endpoints)
        if self._revision is None:
            self._root = common_root(self._name, roots)
            self._revision = wire.revision_of(self._root, self._manner)
        for endpoint in endpoints:
            self._learn(endpoint)
        await measure(self._target, begin=True)
        self._watch.start()
        return endpoints

    async def measure(self) -> tuple[ServerFigures, ...]:
        """Ask the servers how often their prefix caches helped; return what is known of each."""
        await measure(self._target)
        return self.servers

    async def close(self) -> None:
        """Close the connections. Safe to call twice."""
        await self._watch.stop()
        await self._target.client.close()

    def _learn(self, endpoint: Endpoint) -> None:
        for model in endpoint.models:
            if model.id == self._name:
                self._target.context.learn(model.context)

    def _retry(self) -> None:
        self._retried += 1

    def _refusal(self, endpoint: Endpoint) -> str:
        """Return why a server that comes (back) is not what the run began with."""
        root = root_of(self._name, endpoint)
        if self._root in (None, root):
            self._learn(endpoint)
            return ""
        return f"it serves {root}, and the run is with {self._root}"
