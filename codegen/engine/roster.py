"""The workers of a run: as many as there is room for, and others for those that are lost.

Not here: who lives which life, and what workers ask (`codegen.engine.crew`); how workers are
started and reached (`codegen.engine.ray`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from codegen.engine.member import Line, LostError, Member
from codegen.engine.messages import Equipment, News, Order
from codegen.errors import CodegenError, InfrastructureError
from codegen.journal import Hits
from codegen.synthesis.allowance import Spending

LOOK_S = 2.0  # between two looks at how many workers there should be
GRACE_S = 20.0  # for the others, once the first worker has opened
CLOSE_S = 30.0
MOST_SETBACKS = 8  # workers lost or not started, with no life finished in between


class Site(Protocol):
    """Where workers can be started."""

    async def room(self) -> int:
        """Return how many workers there should be now.

        Raises:
            CodegenError: there will never be any.
        """

    def hire(self) -> Line:
        """Start a worker; it opens nothing before it is told to."""

    def shared(self, order: Order) -> Any:
        """Return an order in the form that all workers can be given."""


@dataclass(slots=True, eq=False)
class Roster:
    """The workers of a site. `told` is the budget that is spent, once one is.

    `standard` is what the first worker has that opened: the others must have the same.
    """

    site: Site
    on_event: Callable[[str], None]
    on_news: Callable[[Member, News], None]
    told: Spending | None = None
    members: list[Member] = field(default_factory=list)
    standard: Equipment | None = None
    past: tuple[Hits, Hits] = (Hits(), Hits())
    recycled: int = 0  # slots, at workers that are gone
    _needed: frozenset[str] = frozenset()
    _order: asyncio.Future[Any] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    _hired: int = 0
    _setbacks: int = 0
    _broken: Exception | None = None
    _change: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def gather(self) -> Equipment:
        """Start the workers; return what the first has that has opened, and wait for the others.

        Raises:
            CodegenError: no worker can open what it needs; says why the last could not.
        """
        await self._look()
        self.spawn(self._watch())
        while self.standard is None:
            await self._changed()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                while any(one.equipment is None for one in self.members):
                    await self._changed()
        return self.standard

    def begin(self, order: Order) -> None:
        """Let the workers begin, those that are there and those that come."""
        self._needed = frozenset(one.environment for one in order.settings.languages)
        self._order.set_result(self.site.shared(order))

    def ready(self) -> list[Member]:
        """Return the workers that can be given lives."""
        return [one for one in self.members if one.ready]

    async def least_busy(self) -> Member:
        """Return the worker with the fewest lives; wait where there is none.

        Raises:
            InfrastructureError: there will be none.
        """
        while self._broken is not None or not (ready := self.ready()):
            await self._changed()
        return min(ready, key=lambda one: one.living)

    def note_success(self) -> None:
        """Take note that a worker has finished something."""
        self._setbacks = 0

    async def close(self) -> None:
        """Let all workers close what they have open; those that do not in time are ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        closing = [asyncio.ensure_future(one.close()) for one in self.members if one.equipment]
        if closing:
            await asyncio.wait(closing, timeout=CLOSE_S)
        for one in closing:
            one.cancel()
        await asyncio.gather(*closing, return_exceptions=True)
        for member in self.members:
            member.end()

    async def _changed(self) -> None:
        """Wait until a worker has come, or gone.

        Raises:
            Exception: what makes waiting useless.
        """
        if self._broken is None:
            await self._change.wait()
        if self._broken is not None:
            raise self._broken

    def _wake(self) -> None:
        self._change.set()
        self._change = asyncio.Event()

    async def _watch(self) -> None:
        while True:
            # after setbacks later and later: what is wrong may pass
            await asyncio.sleep(LOOK_S * (1 + self._setbacks))
            await self._look()

    async def _look(self) -> None:
        room = await self.site.room()
        while len(self.members) < room:
            self._hired += 1
            member = Member(self._hired, self.site.hire(), self.on_news, self._on_lost)
            self.members.append(member)
            self.spawn(member.listen())
            self.spawn(self._employ(member))

    async def _employ(self, member: Member) -> None:
        try:
            found = await member.open()
            self.standard = self.standard or found
            self._wake()
            order = await asyncio.shield(self._order)
            _check(found, self.standard, self._needed)
            await member.begin(order, self.told)
        except LostError:
            raise
        except CodegenError as error:
            self.on_event(f"{member.title} cannot take part: {error}")
            self._dismiss(member, error)
            with contextlib.suppress(LostError):
                await member.close()
            member.end()
        self._wake()

    def _dismiss(self, member: Member, error: Exception) -> None:
        self.members.remove(member)
        self.past = (self.past[0] + member.news.calls, self.past[1] + member.news.executions)
        self.recycled += member.news.sandbox.recycled if member.news.sandbox else 0
        self._setbacks += 1
        alone = not self.members if self.standard is None else self._setbacks >= MOST_SETBACKS
        if alone and not self.ready():
            self._broken = error
        self._wake()

    def _on_lost(self, member: Member) -> None:
        lost = f"{member.title} is lost"
        given = f"; what it was at, {member.living} problems, goes to others"
        self.on_event(f"{lost}{given if member.living else ''}")
        self._dismiss(member, InfrastructureError(f"{lost}, as {self._setbacks} before it"))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside; the workers' loss may end it, anything else ends the run."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, LostError):
            self._broken = self._broken or error  # type: ignore[assignment]  # of a task of ours
            self._wake()


def _check(found: Equipment, standard: Equipment, needed: frozenset[str]) -> None:
    """Let a worker pass whose records would be like those of the first.

    Raises:
        InfrastructureError: says what it has that is another.
    """
    lacking = sorted(needed & found.missing.keys())
    if lacking:
        raise InfrastructureError(found.missing[lacking[0]])
    fixed = replace(standard, host=found.host, slots=found.slots, digests={}, missing={})
    if replace(found, digests={}, missing={}) != fixed:
        raise InfrastructureError(
            f"it has {_told(found)}; the run's first worker has {_told(standard)}"
        )


def _told(one: Equipment) -> str:
    second = f", {one.second.name} ({one.second.revision})" if one.second else ""
    return f"{one.model.name} ({one.model.revision}){second} and the {one.sandbox} sandbox"
