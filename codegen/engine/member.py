"""One worker as the leader of a run sees it: what it has, what it does, and whether it is there.

A worker that does not answer is lost, and is not asked again; whoever waits for it gets `LostError`
and goes to another. Not here: which worker is asked (`codegen.engine.crew`), and how one is reached
(`codegen.engine.ray`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from codegen import tracing
from codegen.engine.messages import Equipment, News, Raised
from codegen.errors import InfrastructureError
from codegen.records import ProblemRecord
from codegen.synthesis.allowance import Spending
from codegen.synthesis.registry import Clash
from codegen.synthesis.world import Task


class LostError(InfrastructureError):
    """A worker is gone, or cannot be reached."""


class Line(Protocol):
    """The way to one worker, wherever it is."""

    async def call(self, method: str, *args: Any) -> Any:
        """Call a method of `codegen.engine.worker.Worker`, and return what it does.

        Raises:
            LostError: the worker is gone; whether it did anything is not known.
        """

    def cut(self) -> None:
        """End the worker, whatever it does. Safe to call twice, and where it is gone."""


@dataclass(slots=True, eq=False)
class Member:
    """One worker of a crew. `number` names it; `equipment` is there once it has opened."""

    number: int
    line: Line
    on_news: Callable[[Member, News], None]
    on_lost: Callable[[Member], None]
    equipment: Equipment | None = None
    ready: bool = False
    lost: bool = False
    living: int = 0
    news: News = field(default_factory=News)

    @property
    def title(self) -> str:
        """What messages call it."""
        where = f" on {self.equipment.host}" if self.equipment else ""
        return f"worker {self.number}{where}"

    async def open(self) -> Equipment:
        """Let it open its models and its sandbox.

        Raises:
            CodegenError: it cannot.
        """
        made: Equipment = await self._call("open")
        self.equipment = made
        return made

    async def begin(self, order: Any, told: Spending | None) -> None:
        """Let it begin with an order, as the site has it (`codegen.engine.crew.Site.shared`)."""
        await self._call("begin", order, told)
        self.ready = True

    async def live(self, task: Task) -> ProblemRecord:
        """Let it live a life; see `codegen.synthesis.lead.Engine.live`.

        Raises:
            LostError: the worker is gone.
        """
        self.living += 1
        try:
            record: ProblemRecord = await self._call("live", task, tracing.carried())
        finally:
            self.living -= 1
        return record

    async def listen(self) -> None:
        """Take its news until it is lost."""
        while not self.lost:
            self._take(await self._call("news"))

    async def settle(self) -> None:
        """Take what it has not told yet."""
        self._take(await self._call("news", 0.0))

    def _take(self, news: News) -> None:
        self.news = news
        self.on_news(self, news)

    async def answer(self, index: int, answer: Clash | Raised | None) -> None:
        """Answer a claim of one of its lives."""
        await self._call("answer", index, answer)

    async def spend_no_more(self, budget: Spending) -> None:
        """Say that a budget is spent."""
        await self._call("spend_no_more", budget)

    async def close(self) -> None:
        """Let it close what it has opened."""
        await self._call("close")

    def end(self) -> None:
        """End it, whatever it does, and listen no more."""
        self.lost, self.ready = True, False
        self.line.cut()

    async def _call(self, method: str, *args: Any) -> Any:
        if self.lost:
            raise LostError(f"{self.title} is lost")
        try:
            found = await self.line.call(method, *args)
        except LostError:
            self._lose()
            raise
        if isinstance(found, Raised):
            raise found.error
        return found

    def _lose(self) -> None:
        if not self.lost:
            self.end()
            self.on_lost(self)
