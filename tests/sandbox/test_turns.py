"""Who may run a job now: order, and quiet turns."""

from __future__ import annotations

import asyncio

import pytest

from codegen.errors import SandboxError
from codegen.sandbox.turns import Turns


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0.001)


def running(*jobs: Job) -> list[bool]:
    return [job.runs for job in jobs]


class Job:
    """Something that holds a turn until it is told to end."""

    def __init__(self, turns: Turns, *, quiet: bool = False) -> None:
        self.runs = False
        self._may_end = asyncio.Event()
        self.task = asyncio.create_task(self._hold(turns, quiet=quiet))

    async def _hold(self, turns: Turns, *, quiet: bool) -> None:
        async with turns.turn(quiet=quiet):
            self.runs = True
            await self._may_end.wait()

    async def end(self) -> None:
        self._may_end.set()
        await self.task
        await settled()


async def test_a_quiet_job_runs_alone_and_keeps_its_place() -> None:
    turns = Turns(4, still=1)
    first, second = Job(turns), Job(turns)
    await settled()
    quiet, late = Job(turns, quiet=True), Job(turns)
    await settled()
    assert running(first, second, quiet, late) == [True, True, False, False]
    await first.end()
    assert running(quiet) == [False]
    await second.end()
    assert running(quiet, late) == [True, False]
    await quiet.end()
    assert running(late) == [True]
    await late.end()
    assert turns.counts == (0, 0)


async def test_half_the_machine_may_be_used_beside_a_quiet_job() -> None:
    turns = Turns(8, still=2)
    quiet, beside, late = Job(turns, quiet=True), Job(turns), Job(turns)
    await settled()
    assert running(quiet, beside, late) == [True, True, False]
    for job in (quiet, beside, late):
        await job.end()


async def test_a_quiet_job_that_is_cancelled_lets_the_others_through() -> None:
    turns = Turns(2, still=1)
    first = Job(turns)
    await settled()
    quiet, late = Job(turns, quiet=True), Job(turns)
    await settled()
    assert running(late) == [False]
    quiet.task.cancel()
    await asyncio.gather(quiet.task, return_exceptions=True)
    await settled()
    assert running(late) == [True]
    for job in (first, late):
        await job.end()
    assert turns.counts == (0, 0)


async def test_closing_sends_away_all_who_wait_and_come() -> None:
    turns = Turns(1)
    first, waiting = Job(turns), Job(turns, quiet=True)
    await settled()
    turns.close()
    with pytest.raises(SandboxError):
        await waiting.task
    with pytest.raises(SandboxError):
        await Job(turns).task
    await first.end()
