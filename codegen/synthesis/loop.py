"""Many lives at once: which problems are attempted, in what order, and when it is enough.

Problems are numbered; everything that is drawn for a problem depends on its number, the run's seed
and, where the mix is steered, on how those ended that are a fixed number of problems before it. A
new one is begun only while those accepted and those in the making together are fewer than the
target, so the set that is attempted is the shortest prefix that holds the target, whatever the
concurrency and however often the run was interrupted.

Not here: the life of one problem (`codegen.synthesis.life`), where it is lived (`codegen.engine`),
what is shown (`codegen.cli.display`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from codegen.journal import Journal
from codegen.journal.spans import used
from codegen.records import ProblemRecord, to_json
from codegen.synthesis.allowance import BudgetSpent, Spending
from codegen.synthesis.finished import Finished, finished
from codegen.synthesis.lead import Engine
from codegen.synthesis.progress import Progress
from codegen.synthesis.registry import Registry
from codegen.synthesis.tasks import Tasks
from codegen.synthesis.world import Task
from codegen.telemetry import Facts, span

MOST_ATTEMPTS_PER_TARGET = 20
GRACE_ATTEMPTS = 100
_MOST_WAITING = 4  # lives that wait for others and leave their places, to each that works
LOOK_S = 1.0  # between two looks at an engine's capacity, where no life ends
Ending = Literal["target", "limit", "patience", "seeds"] | Spending


@dataclass(frozen=True, slots=True)
class Goal:
    """When a run is done: so many accepted problems, or so many attempted."""

    target: int | None
    limit: int | None

    def ending(self, issued: int, accepted: int) -> Ending:
        """Return why no more problems are begun, now that none is in the making."""
        if self.target is not None and accepted >= self.target:
            return "target"
        if self.limit is not None and issued >= self.limit:
            return "limit"
        return "seeds" if self.wants(issued, accepted, 0) else "patience"

    def wants(self, issued: int, accepted: int, living: int) -> bool:
        """Whether one more problem may be begun now."""
        if self.limit is not None and issued >= self.limit:
            return False
        if self.target is None:
            return True
        patience = self.target * MOST_ATTEMPTS_PER_TARGET + GRACE_ATTEMPTS
        return accepted + living < self.target and issued < patience


@dataclass(slots=True)
class Loop:
    """One run: what is begun, and when it is enough; an engine lives the lives."""

    engine: Engine
    journal: Journal
    tasks: Tasks
    goal: Goal
    progress: Progress
    registry: Registry
    on_record: Callable[[ProblemRecord], None] = lambda _: None
    ending: Ending | None = None
    _issued: int = 0
    _living: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Run to the goal, or to the end of the seeds; goes on where an earlier start stopped.

        `ending` says afterwards why no more problems were begun.

        Raises:
            InfrastructureError: after everything in flight was cancelled; finished work is kept.
        """
        done = await self._resume()
        try:
            while True:
                self._fill(done)
                if not self._living:
                    await self.engine.settle()
                    self.ending = self.ending or self.goal.ending(
                        self._issued, self.progress.accepted
                    )
                    return
                finished, _ = await asyncio.wait(
                    self._living, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED
                )
                self._living -= finished
                # every exception is looked at, or asyncio complains of those that were not
                for error in [task.exception() for task in finished]:
                    if error is not None:
                        raise error
        finally:
            await self._cancel()

    async def _resume(self) -> set[int]:
        done: set[int] = set()
        for end in finished(self.journal):
            done.add(end.index)
            await self.registry.known(end.index, end.asked)
            self._note(end)
            self.progress.resumed += 1
        return done

    def _fill(self, done: set[int]) -> None:
        while (
            self.ending is None
            and len(self._living) < self._room()
            and self.goal.wants(self._issued, self.progress.accepted, len(self._living))
        ):
            if not self.tasks.steering.ready(self._issued):
                return
            task = next(self.tasks.listed, None)
            if task is None:
                return
            self._issued += 1
            if task.index not in done:
                self.progress.started += 1
                self._living.add(asyncio.create_task(self._live(task)))

    def _room(self) -> int:
        """Return how many lives there may be: one that waits for those before it asks nothing.

        So others take its place, up to a bound: one whose statement is criticised and revised
        takes five calls, one after another, in which those after it are written and wait.
        """
        capacity = self.engine.capacity
        return capacity + min(_MOST_WAITING * capacity, self.registry.waiting)

    async def _live(self, task: Task) -> None:
        with span("problem", root=True) as told:
            told.tell({"codegen.problem.index": task.index, "codegen.seed.kind": task.seed.kind})
            try:
                record = await self.engine.live(task)
            except BudgetSpent as spent:
                # the others go on as long as they need no new call
                self.ending = spent.budget
                self.registry.give_up(task.index, spent)
                told.tell({"codegen.problem.status": "unfinished"})
                return
            end = Finished.of(record)
            await self.journal.record(
                record.index,
                record.status,
                to_json(record),
                reason=record.reason,
                end=end.to_json(),
            )
            told.tell(_ended(record))
        self._note(end)
        self.on_record(record)

    def _note(self, end: Finished) -> None:
        self.progress.finish(end)
        self.tasks.steering.note(end)

    async def _cancel(self) -> None:
        for task in self._living:
            task.cancel()
        await asyncio.gather(*self._living, return_exceptions=True)
        self._living.clear()


def _ended(record: ProblemRecord) -> Facts:
    problem = record.problem
    return {
        "codegen.problem.status": record.status,
        "codegen.problem.reason": record.reason,
        "codegen.problem.id": problem.id if problem else "",
        "codegen.problem.examples": len(record.examples),
        **used(record.usage),
    }
