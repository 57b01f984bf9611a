"""A worker of a cluster: one process with its own models, sandbox and connection to the journal.

It lives many lives at once in its event loop. What only the leader can decide it asks for in its
news, which the leader fetches as soon as there are any: claims are answered, calls are charged.
Nothing here knows the scheduler: any that can call methods of an object elsewhere will do.

Not here: who gets which task, and what becomes of a lost worker's (`codegen.engine.crew`).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from codegen import telemetry, tracing
from codegen.engine.messages import Claimed, Equipment, Name, News, Opener, Order, Raised
from codegen.engine.process import ProcessEngine, Tools, counts_of, open_process, slots_of
from codegen.errors import CodegenError, InfrastructureError, ToolchainError
from codegen.journal import Hits, Journal, spans
from codegen.model.contract import Model
from codegen.records import Outcome, Problem, ProblemRecord, Usage
from codegen.synthesis.allowance import BudgetSpent, Meter, Spending
from codegen.synthesis.lead import Lead
from codegen.synthesis.progress import Progress
from codegen.synthesis.registry import Clash
from codegen.synthesis.world import Task
from codegen.verify.verifier import LANGUAGE, VERDICT

COUNTED = (
    *(VERDICT, LANGUAGE, spans.ENVIRONMENT, spans.QUEUE_S, spans.WORK_S),
    *(spans.PURPOSE, spans.FOUND),
)
"""What the leader's metrics read of a span; the rest of it goes no further."""
QUIET_S = 1.0  # between two news where nothing is asked

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class Branch(Meter):
    """A meter whose leader says when a budget is spent; it holds what was not told yet."""

    told: Spending | None = None

    def spent(self) -> Spending | None:
        """Return the budget that the leader has called spent."""
        return self.told

    def taken(self) -> dict[tuple[str, str], Usage]:
        """Return the tokens since the last time, by model and purpose."""
        taken, self.parts = self.parts, {}
        return taken


def _handed_over(
    method: Callable[P, Awaitable[T]],
) -> Callable[P, Awaitable[T | Raised]]:
    """Make errors that are ours a value: a scheduler would wrap them into its own."""

    @functools.wraps(method)
    async def called(*args: P.args, **kwargs: P.kwargs) -> T | Raised:
        try:
            return await method(*args, **kwargs)
        except (CodegenError, BudgetSpent) as error:
            return Raised(error)

    return called


class _Kept:
    """Keeps what is counted of the spans that have ended, until it is told."""

    def __init__(self) -> None:
        self._spans: list[telemetry.Span] = []

    def opened(self, span: telemetry.Span) -> Callable[[], None]:
        return lambda: self._ended(span)

    def _ended(self, span: telemetry.Span) -> None:
        facts = {key: span.facts[key] for key in COUNTED if key in span.facts}
        if facts:
            kept = telemetry.Span(span.name, facts, seconds=span.seconds, error=span.error)
            self._spans.append(kept)

    def taken(self) -> tuple[telemetry.Span, ...]:
        """Return those since the last time."""
        taken, self._spans = self._spans, []
        return tuple(taken)


@dataclass(slots=True)
class _Mail:
    """What is to be told, and the claims that wait for their answer."""

    claims: list[Claimed] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    waiting: dict[int, asyncio.Future[Clash | None]] = field(default_factory=dict)
    urgent: asyncio.Event = field(default_factory=asyncio.Event)


class Worker:
    """Lives the lives that it is given; to be called from one event loop, many calls at once."""

    def __init__(self, opener: Opener, environments: tuple[str, ...], cpus: int) -> None:
        """Take note of what to open; nothing is opened yet."""
        self._opener = opener
        self._cpus = cpus
        self._environments = environments
        self._stack = AsyncExitStack()
        self._mail, self._kept = _Mail(), _Kept()
        self._told: Counter[tuple[str, Outcome]] = Counter()
        self._progress = Progress()
        self._meter: Branch | None = None
        self._tools: Tools | None = None
        self._engine: ProcessEngine | None = None
        self._living: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    @_handed_over
    async def open(self) -> Equipment:
        """Open models and sandbox, and see which toolchains are there.

        Raises:
            CodegenError: they cannot be opened.
        """
        self._loop = asyncio.get_running_loop()
        tools = self._tools = await self._stack.enter_async_context(
            self._opener(self._cpus, self._tell)
        )
        digests: dict[str, str] = {}
        missing: dict[str, str] = {}
        for environment in self._environments:
            try:
                digests[environment] = await tools.sandbox.digest(environment)
            except ToolchainError as error:
                missing[environment] = str(error)
        second = _name(tools.second) if tools.second else None
        host, sandbox, slots = socket.gethostname(), tools.sandbox.name, slots_of(tools.sandbox)[1]
        return Equipment(host, _name(tools.model), second, sandbox, slots, digests, missing)

    @_handed_over
    async def begin(self, order: Order, told: Spending | None) -> None:
        """Open the run's journal; lives may come from now on.

        Raises:
            CodegenError: the journal cannot be opened.
        """
        assert self._tools is not None
        journal = Journal.open(order.journal, worker=True, on_event=self._tell)
        self._stack.enter_context(journal)
        if order.measured:
            self._stack.enter_context(telemetry.heard(self._kept))
        self._meter = Branch(order.settings.allowance, told=told)
        lead = Lead(order.settings, order.screen, self._claim, self._progress, self._meter)
        self._engine = await self._stack.enter_async_context(
            open_process(lead, self._tools, journal)
        )

    @_handed_over
    async def live(self, task: Task, traced: Mapping[str, str]) -> ProblemRecord:
        """Live one life; `traced` is the trace that its spans belong to.

        Raises:
            CodegenError, BudgetSpent: see `codegen.synthesis.lead.Engine.live`.
        """
        assert self._engine is not None
        with tracing.continued(traced):
            living = asyncio.create_task(self._engine.live(task))
        self._living.add(living)
        try:
            return await living
        except asyncio.CancelledError:
            raise InfrastructureError("the worker is being closed") from None
        finally:
            self._living.discard(living)
            self._mail.waiting.pop(task.index, None)

    async def news(self, wait_s: float = QUIET_S) -> News:
        """Return what there is to tell: at once where something is asked, else after a while."""
        mail = self._mail
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(mail.urgent.wait(), wait_s)
        mail.urgent.clear()
        claims, mail.claims = mail.claims, []
        lines, mail.lines = mail.lines, []
        counted = Counter(self._progress.outcomes)
        attempts, self._told = counted - self._told, counted
        engine, tools = self._engine, self._tools
        counts = counts_of(tools.sandbox) if tools else None
        return News(
            tuple(claims),
            tuple(lines),
            dict(attempts),
            self._meter.taken() if self._meter else {},
            self._kept.taken(),
            dict(+self._progress.stages),
            self._progress.calls_in_flight,
            slots_of(tools.sandbox)[0] if tools else 0,
            counts() if counts else None,
            engine.calls if engine else Hits(),
            engine.executions if engine else Hits(),
        )

    async def answer(self, index: int, answer: Clash | Raised | None) -> None:
        """Take the answer to a claim."""
        waiting = self._mail.waiting.pop(index, None)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, Raised):
            waiting.set_exception(answer.error)
        else:
            waiting.set_result(answer)

    async def spend_no_more(self, budget: Spending) -> None:
        """Make no new call: a budget of the run is spent."""
        if self._meter is not None:
            self._meter.told = budget

    async def close(self) -> None:
        """End what is under way, and close the journal, the sandbox and the models."""
        for living in self._living:
            living.cancel()
        await asyncio.gather(*self._living, return_exceptions=True)
        await self._stack.aclose()

    async def _claim(self, index: int, problem: Problem | None) -> Clash | None:
        answer: asyncio.Future[Clash | None] = asyncio.get_running_loop().create_future()
        self._mail.waiting[index] = answer
        self._mail.claims.append((index, problem))
        self._mail.urgent.set()
        return await answer

    def _tell(self, line: str) -> None:
        # what opens images, or waits for a server, does so in a thread of its own
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._note, line)

    def _note(self, line: str) -> None:
        self._mail.lines.append(line)
        self._mail.urgent.set()


def _name(model: Model) -> Name:
    return Name(model.name, model.revision)
