"""The loop over an engine: it begins as many lives as the engine has room for, now."""

import asyncio
from pathlib import Path

from codegen.journal import Hits, Journal
from codegen.language import get
from codegen.records import ProblemRecord, Usage
from codegen.synthesis.finished import problem_records
from codegen.synthesis.loop import Goal, Loop
from codegen.synthesis.progress import Progress
from codegen.synthesis.registry import Registry
from codegen.synthesis.settings import Settings
from codegen.synthesis.tasks import tasks_of
from codegen.synthesis.world import Task


class Growing:
    """An engine with room for one life, and for four once five have ended."""

    calls = executions = Hits()

    def __init__(self) -> None:
        self.ended = 0
        self.living: set[int] = set()
        self.together: list[int] = []

    @property
    def capacity(self) -> int:
        return 1 if self.ended < 5 else 4

    async def settle(self) -> None:
        pass

    async def live(self, task: Task) -> ProblemRecord:
        self.living.add(task.index)
        self.together.append(len(self.living))
        await asyncio.sleep(0.001)
        self.living.remove(task.index)
        self.ended += 1
        return ProblemRecord(task.index, "rejected", "none", task.seed, None, (), (), (), Usage())


async def test_the_loop_fills_an_engine_that_grows(tmp_path: Path) -> None:
    engine = Growing()
    settings = Settings(languages=(get("py"),), limit=20)
    with Journal.open(tmp_path) as journal:
        loop = Loop(
            engine, journal, tasks_of(settings), Goal(None, 20), Progress(limit=20), Registry()
        )
        await loop.run()
        assert [one.index for one in problem_records(journal)] == list(range(20))
    assert loop.ending == "limit"
    assert engine.together[:5] == [1] * 5
    assert max(engine.together) == 4
