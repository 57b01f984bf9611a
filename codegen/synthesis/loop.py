"""Many lives at once: which problems are attempted, in what order, and when it is enough.

Problems are numbered; everything that is drawn for a problem depends on its number and the run's
seed alone. A new one is begun only while those accepted and those in the making together are fewer
than the target, so the set that is attempted is the shortest prefix that holds the target, whatever
the concurrency and however often the run was interrupted.

Not here: the life of one problem (`codegen.synthesis.life`), what is shown (`codegen.cli.display`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from codegen.journal import Journal
from codegen.records import ProblemRecord, from_json, to_json
from codegen.synthesis.life import Life
from codegen.synthesis.progress import Progress
from codegen.synthesis.world import Task, World

MOST_ATTEMPTS_PER_TARGET = 20
GRACE_ATTEMPTS = 100


def problem_records(journal: Journal) -> Iterator[ProblemRecord]:
    """Yield the finished problems of a journal in the order of their numbers, one in memory."""
    for entry in journal.records():
        yield from_json(ProblemRecord, entry.record)


@dataclass(slots=True)
class Registry:
    """Lets the first of equal problems live: by number, not by who was quicker.

    A life may claim its problem only when all with lower numbers have; so of two equal problems
    it is always the later one that is a duplicate.
    """

    claimed: set[str] = field(default_factory=set)
    _next: int = 0
    _waiting: dict[int, tuple[str | None, asyncio.Future[bool]]] = field(default_factory=dict)

    def known(self, index: int, problem: str | None) -> None:
        """Take over the claim of a record from an earlier start."""
        self._waiting[index] = (problem, asyncio.get_running_loop().create_future())
        self._advance()

    async def claim(self, index: int, problem: str | None) -> bool:
        """Claim a problem's id, or None for a life that ends without one; False: a duplicate."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[index] = (problem, future)
        self._advance()
        return await future

    def _advance(self) -> None:
        while self._next in self._waiting:
            problem, future = self._waiting.pop(self._next)
            self._next += 1
            if not future.cancelled():
                future.set_result(problem not in self.claimed)
            if problem is not None:
                self.claimed.add(problem)


@dataclass(frozen=True, slots=True)
class Goal:
    """When a run is done: so many accepted problems, or so many attempted."""

    target: int | None
    limit: int | None

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
    """One run in this process."""

    world: World
    journal: Journal
    tasks: Iterator[Task]
    goal: Goal
    concurrency: int
    progress: Progress
    registry: Registry
    on_record: Callable[[ProblemRecord], None] = lambda _: None
    _issued: int = 0
    _living: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Run to the goal, or to the end of the seeds; goes on where an earlier start stopped.

        Raises:
            InfrastructureError: after everything in flight was cancelled; finished work is kept.
        """
        done = await self._resume()
        try:
            while True:
                self._fill(done)
                if not self._living:
                    return
                finished, _ = await asyncio.wait(self._living, return_when=asyncio.FIRST_COMPLETED)
                self._living -= finished
                # every exception is looked at, or asyncio complains of those that were not
                for error in [task.exception() for task in finished]:
                    if error is not None:
                        raise error
        finally:
            await self._cancel()

    async def _resume(self) -> set[int]:
        done: set[int] = set()
        for record in problem_records(self.journal):
            done.add(record.index)
            self.registry.known(record.index, record.problem.id if record.problem else None)
            self.progress.finish(record)
            self.progress.resumed += 1
        return done

    def _fill(self, done: set[int]) -> None:
        while len(self._living) < self.concurrency and self.goal.wants(
            self._issued, self.progress.accepted, len(self._living)
        ):
            task = next(self.tasks, None)
            if task is None:
                return
            self._issued += 1
            if task.index not in done:
                self.progress.started += 1
                self._living.add(asyncio.create_task(self._live(task)))

    async def _live(self, task: Task) -> None:
        record = await Life(self.world, task).run()
        await self.journal.record(
            record.index, record.status, to_json(record), reason=record.reason
        )
        self.progress.finish(record)
        self.on_record(record)

    async def _cancel(self) -> None:
        for task in self._living:
            task.cancel()
        await asyncio.gather(*self._living, return_exceptions=True)
        self._living.clear()
