"""An engine of many workers: who lives which life, and what becomes of what a lost worker had.

A task goes to the worker with the fewest lives. As many are under way as the workers there are have
room for, so nothing queues here: what a lost worker was living is begun again elsewhere at once,
beyond the others' room if need be, because a life may wait for any that has a lower number. Its
finished calls are in the journal and cost nothing. A claim that it had made stands: the same
problem gets the same answer again.

Not here: which workers there are (`codegen.engine.roster`), what one does
(`codegen.engine.worker`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from codegen import telemetry
from codegen.engine.member import LostError, Member
from codegen.engine.messages import Equipment, News, Order, Raised
from codegen.engine.roster import Roster, Site
from codegen.errors import CodegenError
from codegen.journal import Hits, Journal
from codegen.records import Problem, ProblemRecord
from codegen.sandbox.pool import Counts
from codegen.synthesis.allowance import BudgetSpent
from codegen.synthesis.lead import Lead
from codegen.synthesis.registry import Clash
from codegen.synthesis.world import Task

BUDGET_S = 1.0  # between two looks at the clock, where no worker tells anything


class Crew:
    """The workers of a run; keeps the contract `codegen.synthesis.lead.Engine`.

    Use `open_crew`, and `begin` once it is known what the run is.
    """

    def __init__(self, site: Site, on_event: Callable[[str], None], *, measured: bool) -> None:
        """Take a site; `on_event` gets a line for each thing worth telling.

        Where it is `measured`, the workers' spans are retold here.
        """
        self.roster = Roster(site, on_event, self._on_news)
        self._on_event, self._measured = on_event, measured
        self._lead: Lead | None = None
        self._claims: dict[int, asyncio.Future[Clash | None]] = {}

    @property
    def capacity(self) -> int:
        """How many lives may be under way: the run's concurrency for each worker."""
        assert self._lead is not None
        return max(1, len(self.roster.ready()) * self._lead.settings.concurrency)

    @property
    def calls(self) -> Hits:
        """How often the journal had the answer of a model."""
        return sum((one.news.calls for one in self.roster.members), self.roster.past[0])

    @property
    def executions(self) -> Hits:
        """How often the journal had the execution of a job."""
        return sum((one.news.executions for one in self.roster.members), self.roster.past[1])

    @property
    def slots(self) -> tuple[int, int]:
        """How many sandbox slots are busy, and how many there are."""
        members = self.roster.members
        every = sum(one.equipment.slots for one in members if one.equipment)
        return sum(one.news.slots_busy for one in members), every

    def counts(self) -> Counts:
        """Return what the workers' sandboxes are doing, as far as they say."""
        found = [one.news.sandbox for one in self.roster.members if one.news.sandbox]
        return Counts(
            sum(one.busy for one in found),
            sum(one.waiting for one in found),
            sum(one.idle for one in found),
            self.roster.recycled + sum(one.recycled for one in found),
        )

    async def live(self, task: Task) -> ProblemRecord:
        """Live one life, on another worker where one is lost; see the contract."""
        try:
            while True:
                member = await self.roster.least_busy()
                with contextlib.suppress(LostError):
                    record = await member.live(task)
                    self.roster.note_success()
                    return record
        finally:
            self._claims.pop(task.index, None)

    @property
    def standard(self) -> Equipment:
        """What the first worker has that opened."""
        assert self.roster.standard is not None
        return self.roster.standard

    async def settle(self) -> None:
        """Have everything counted that happened; see the contract."""
        ready = self.roster.ready()
        for found in await asyncio.gather(*(m.settle() for m in ready), return_exceptions=True):
            if isinstance(found, BaseException) and not isinstance(found, LostError):
                raise found

    def missing(self) -> dict[str, str]:
        """Return the environments that a worker lacks, with what it says of it."""
        opened = [one.equipment for one in self.roster.members if one.equipment]
        return {name: why for one in reversed(opened) for name, why in one.missing.items()}

    @asynccontextmanager
    async def begin(self, lead: Lead, journal: Journal) -> AsyncIterator[Crew]:
        """Let the workers begin; they are closed by whoever opened the crew."""
        self._lead = lead
        self.roster.told = lead.meter.spent()
        place = str(journal.place)
        self.roster.begin(Order(lead.settings, lead.screen, place, self._measured))
        self.roster.spawn(self._watch_budget())
        yield self

    async def gather(self) -> Equipment:
        """Start the workers, and return what the first has that opened.

        Raises:
            CodegenError: no worker can open what it needs.
        """
        return await self.roster.gather()

    async def close(self) -> None:
        """Close all workers."""
        for claim in self._claims.values():
            claim.cancel()
        await asyncio.gather(*self._claims.values(), return_exceptions=True)
        await self.roster.close()

    def _on_news(self, member: Member, news: News) -> None:
        for line in news.lines:
            self._on_event(f"{member.title}: {line}")
        for span in news.spans:
            telemetry.retell(span)
        for index, problem in news.claims:
            self.roster.spawn(self._answer(member, index, problem))
        if self._lead is None:
            return
        for (model, purpose), usage in news.usage.items():
            self._lead.meter.count(model, purpose, usage)
        for (language, outcome), count in news.attempts.items():
            self._lead.progress.count(language, outcome, count)
        every = [one.news for one in self.roster.members]
        self._lead.progress.calls_in_flight = sum(one.calls_in_flight for one in every)
        self._lead.progress.stages = sum((Counter(one.stages) for one in every), Counter())

    async def _watch_budget(self) -> None:
        assert self._lead is not None
        while self.roster.told is None:
            await asyncio.sleep(BUDGET_S)
            self.roster.told = self._lead.meter.spent()
        for member in self.roster.ready():
            self.roster.spawn(member.spend_no_more(self.roster.told))

    async def _answer(self, member: Member, index: int, problem: Problem | None) -> None:
        assert self._lead is not None
        claim = self._claims.get(index)
        if claim is None:
            claim = self._claims[index] = asyncio.ensure_future(self._lead.claim(index, problem))
        answer: Clash | Raised | None
        try:
            answer = await asyncio.shield(claim)
        except (CodegenError, BudgetSpent) as error:
            answer = Raised(error)
        await member.answer(index, answer)


@asynccontextmanager
async def open_crew(
    site: Site, on_event: Callable[[str], None] = lambda _: None, *, measured: bool = False
) -> AsyncIterator[Crew]:
    """Start the workers of a site, and close them in the end.

    Raises:
        CodegenError: no worker can open what it needs.
    """
    crew = Crew(site, on_event, measured=measured)
    try:
        await crew.gather()
        yield crew
    finally:
        await crew.close()
