"""A crew of workers that may be lost: what is lived, claimed, charged and said.

The workers are real but for the lives inside, and are reached by pickles, as over a network.
"""

from __future__ import annotations

import asyncio
import copyreg
import pickle
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from codegen.engine import roster
from codegen.engine.crew import open_crew
from codegen.engine.member import LostError
from codegen.engine.messages import Equipment, Name, Order
from codegen.engine.worker import Branch, Worker
from codegen.errors import ModelError
from codegen.journal import Hits, Journal
from codegen.language import get
from codegen.records import Outcome, ProblemRecord, Usage, to_json
from codegen.synthesis.allowance import Allowance, Meter
from codegen.synthesis.finished import problem_records
from codegen.synthesis.lead import Lead
from codegen.synthesis.loop import Goal, Loop
from codegen.synthesis.problems import parse_problem
from codegen.synthesis.progress import Progress
from codegen.synthesis.registry import Registry
from codegen.synthesis.screening import Screen
from codegen.synthesis.settings import Settings
from codegen.synthesis.tasks import tasks_of
from codegen.synthesis.world import Task
from tests.synthesis.conftest import PROBLEM, fenced

EQUIPMENT = Equipment("here", Name("m", "1"), None, "local", 2, {"python": "d"}, {})
TOKENS = Usage(1, 10, 5)


def frozen(made: dict[str, Any]) -> Any:
    return MappingProxyType(made)


# as Ray's pickler does
copyreg.pickle(MappingProxyType, lambda made: (frozen, (dict(made),)))


class Site:
    """Workers in this process; `room` of them, and what they come with."""

    def __init__(self, room: int = 2, equipment: Equipment = EQUIPMENT) -> None:
        self.places = room
        self.equipment = equipment
        self.fails: dict[int, Exception] = {}
        self.lived: list[int] = []
        self.workers: list[Practised] = []

    async def room(self) -> int:
        return self.places

    def hire(self) -> Practised:
        self.workers.append(Practised(self, self.equipment))
        return self.workers[-1]

    def shared(self, order: Order) -> Order:
        return order


class Practised(Worker):
    """A worker whose lives are short: a claim, an answer that costs, an end. Also its own line."""

    def __init__(self, site: Site, equipment: Equipment) -> None:
        super().__init__(lambda *_: None, ("python",), 1)  # type: ignore[arg-type]
        self.site, self.equipment = site, equipment
        self.gone = asyncio.Event()

    async def call(self, method: str, *args: Any) -> Any:
        given = pickle.loads(pickle.dumps(args))
        work = asyncio.ensure_future(getattr(self, method)(*given))
        gone = asyncio.ensure_future(self.gone.wait())
        try:
            await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
            if self.gone.is_set():
                raise LostError("gone")
            return pickle.loads(pickle.dumps(await work))
        finally:
            gone.cancel()
            work.cancel()

    def cut(self) -> None:
        self.gone.set()

    async def open(self) -> Equipment:
        self._loop = asyncio.get_running_loop()
        return self.equipment

    async def begin(self, order: Order, told: Any) -> None:
        self._meter = Branch(order.settings.allowance, told=told)
        self._engine = Inside(self)  # type: ignore[assignment]


class Inside:
    calls = executions = Hits(1, 2, 0)

    def __init__(self, worker: Practised) -> None:
        self.worker = worker

    async def live(self, task: Task) -> ProblemRecord:
        worker = self.worker
        if task.index in worker.site.fails:
            raise worker.site.fails[task.index]
        # of three neighbours two are the same problem
        statement = f"Number {task.index - (task.index % 3 == 1)}. {PROBLEM['statement']}"
        problem = parse_problem(fenced({**PROBLEM, "statement": statement}))
        clash = await worker._claim(task.index, problem)
        await asyncio.sleep(0.005 * (task.index % 4))
        assert worker._meter is not None
        worker._meter.hold()
        worker._meter.count("m", "problem", TOKENS)
        worker._progress.count("python", Outcome.PASSED, 1)
        worker.site.lived.append(task.index)
        reason = clash.reason if clash else "none"
        return ProblemRecord(task.index, "rejected", reason, task.seed, problem, (), (), (), TOKENS)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "LOOK_S", 0.01)


@asynccontextmanager
async def working(site: Site, folder: Path, limit: int, **settings: Any) -> AsyncIterator[Any]:
    """Yield a crew, the loop over it and what it says."""
    made = Settings(languages=(get("py"),), limit=limit, concurrency=4, **settings)
    said: list[str] = []
    with Journal.open(folder) as journal:
        async with open_crew(site, said.append) as crew:
            progress, registry = Progress(limit=limit), Registry()
            lead = Lead(made, Screen(), registry.claim, progress, Meter(made.allowance))
            async with crew.begin(lead, journal):
                goal = Goal(None, limit)
                yield crew, Loop(crew, journal, tasks_of(made), goal, progress, registry), said


def nothing(_: Site) -> None:
    pass


def lose_one(site: Site) -> None:
    """Lose a worker that is at something, where there is one."""
    next((one for one in site.workers if one._living), site.workers[0]).cut()


async def records(site: Site, folder: Path, disturb: Callable[[Site], None] = nothing) -> Any:
    async with working(site, folder, 40) as (_, loop, said):
        loop.on_record = lambda record: disturb(site) if record.index == 10 else None
        await loop.run()
        assert loop.ending == "limit"
        made = [to_json(one) for one in problem_records(loop.journal)]
        return made, loop.progress, said


async def test_a_lost_workers_problems_are_lived_by_others(tmp_path: Path) -> None:
    usual, progress, said = await records(Site(2), tmp_path / "usual")
    assert [one["reason"] for one in usual[:6]] == ["none", "duplicate_problem", "none"] * 2
    assert said == []
    assert progress.attempts["python"] == 40
    site = Site(2)
    disturbed, _, said = await records(site, tmp_path / "lost", lose_one)
    assert disturbed == usual
    assert len(site.workers) == 3
    assert " on here is lost; what it was at" in said[0]


async def test_workers_may_all_be_lost_and_others_come(tmp_path: Path) -> None:
    usual, _, _ = await records(Site(1), tmp_path / "usual")
    site = Site(1)
    lost, _, _ = await records(site, tmp_path / "lost", lose_one)
    assert lost == usual


async def test_a_worker_that_comes_later_is_given_work(tmp_path: Path) -> None:
    site = Site(1)

    def grow(site: Site) -> None:
        site.places = 2

    await records(site, tmp_path, grow)
    assert len(site.workers) == 2


async def test_what_a_worker_raises_arrives_as_it_was(tmp_path: Path) -> None:
    site = Site(2)
    site.fails[7] = ModelError("the server at x is gone")
    async with working(site, tmp_path, 40) as (_, loop, _said):
        with pytest.raises(ModelError, match="the server at x is gone"):
            await loop.run()


async def test_a_budget_ends_the_run_wherever_it_is_spent(tmp_path: Path) -> None:
    site = Site(2)
    allowance = Allowance(tokens=100)
    async with working(site, tmp_path, 10_000, allowance=allowance) as (_, loop, _said):
        await loop.run()
        assert loop.ending == "tokens"
        finished = len(list(problem_records(loop.journal)))
    # news come once a second or with a claim: what is under way until then is an overrun
    assert 6 < finished < 10_000
    assert loop.progress.usage.tokens == 15 * finished


async def test_a_worker_with_another_sandbox_is_left_out(tmp_path: Path) -> None:
    site = Site(1)
    async with working(site, tmp_path, 40) as (crew, loop, said):
        site.equipment = replace(EQUIPMENT, host="there", sandbox="docker")
        site.places = 2
        await loop.run()
        assert len(crew.roster.ready()) == 1
    expected = "cannot take part: it has m (1) and the docker sandbox; the run's first worker has"
    assert any(f"worker 2 on there {expected} m (1) and the local" in line for line in said)


async def test_a_crew_of_which_none_can_open_says_why() -> None:
    class Without(Site):
        def hire(self) -> Practised:
            worker = super().hire()

            async def broken() -> Any:
                raise ModelError("no server")

            worker.open = broken  # type: ignore[method-assign]
            return worker

    with pytest.raises(ModelError, match="no server"):
        async with open_crew(Without(2)):
            pass
