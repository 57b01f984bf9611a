"""A run that is interrupted wherever it can be, and goes on: the same bytes, nothing paid twice.

What the builtin teacher answered and what the sandbox found are recorded once, and replayed through
the same contracts; the loop, the journal and the exports are real.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, get_args

import pytest

from codegen.engine import run as engine_run
from codegen.errors import InfrastructureError, JournalError, ModelError, SandboxError
from codegen.journal import Journal, call_key
from codegen.journal.entries import CallEntry, RecordStatus
from codegen.journal.keys import execution_key
from codegen.language import get
from codegen.model.builtin.mistakes import Mistakes
from codegen.model.builtin.teacher import BuiltinTeacher
from codegen.model.contract import Purpose, Reply, Request
from codegen.records import Limits, canonical
from codegen.sandbox.contract import Execution, Job
from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool
from codegen.synthesis.settings import Settings
from codegen.telemetry import Span, heard

pytestmark = pytest.mark.slow

LIMITS = Limits(cpu_s=3, wall_s=30)
# what all is made of a problem whose statement is mended; then values that have to be decided
RUNS: tuple[tuple[Mistakes, dict[str, Any]], ...] = (
    (
        Mistakes(ambiguous_statement=1.0, missed_ambiguity=0.0, shared_mistake=0.0),
        {"languages": ("py", "js"), "limit": 1, "inputs": 3, "mutants": 1},
    ),
    (
        Mistakes(shared_mistake=1.0),
        {"languages": ("py",), "limit": 2, "inputs": 8, "mutants": 1, "derive": ()},
    ),
)
SEEDS = range(3, 9)
STAGES = (
    {("call", purpose) for purpose in get_args(Purpose)}
    | {("execution", name) for name in ("stage solutions", "stage proof", "derive explanation")}
    | {("record", "accepted"), ("record", "rejected")}
)
Point = tuple[str, str]
"""What is made once: a call, an execution or a record, and its key."""


class Stages:
    """Knows in which stage and derivation something is asked for."""

    now: ClassVar[ContextVar[str]] = ContextVar("stage", default="")

    def opened(self, span: Span) -> Callable[[], None]:
        if not span.name.startswith(("stage ", "derive ")):
            return lambda: None
        token = self.now.set(span.name)
        return lambda: self.now.reset(token)


@dataclass
class Recorded:
    """A finished run: what it was told, where it was told that, and what came of it."""

    settings: Settings
    revision: str
    replies: dict[str, tuple[Reply, ...]] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    stages: dict[Point, tuple[str, str]] = field(default_factory=dict)
    records: dict[Point, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


class Recording:
    """The teacher and the sandbox of the run that is recorded."""

    name = "builtin"

    def __init__(self, pool: Pool, into: Recorded, teacher: BuiltinTeacher) -> None:
        self.into, self.revision = into, teacher.revision
        self.pool, self.teacher = pool, teacher

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        key = call_key(self.name, self.revision, request)
        self.into.stages["call", key] = ("call", request.purpose)
        self.into.replies[key] = await self.teacher.complete(request)
        return self.into.replies[key]

    async def run(self, job: Job) -> Execution:
        key = execution_key(await self.digest(job.environment), job)
        self.into.stages["execution", key] = ("execution", Stages.now.get())
        self.into.executions[key] = await self.pool.run(job)
        return self.into.executions[key]

    async def digest(self, environment: str) -> str:
        return f"recorded {environment}"

    async def close(self) -> None:
        pass


class Plan:
    """Interrupts each point the first time that it is come to, and lets it pass from then on.

    `paid` is what a start got answered and executed, `kept` what the journal holds.
    """

    def __init__(self, how: str) -> None:
        self.how = how
        self.interrupted: set[Point] = set()
        self.kept: set[Point] = set()
        self.paid: list[Point] = []
        self.dead = False

    def begin(self, folder: Path) -> None:
        """Begin another start, as a new process."""
        self.kept = kept(folder)
        self.paid, self.dead = [], False

    def pay(self, point: Point) -> None:
        if self.dead:
            raise JournalError("the process is gone")  # one that is killed asks for nothing more
        assert point not in self.kept, f"{point} was finished, and is paid again"
        if self.how == "fails" and self._first(point):
            raise ModelError("injected") if point[0] == "call" else SandboxError("injected")
        self.paid.append(point)

    @contextmanager
    def writing(self, point: Point) -> Iterator[None]:
        """Surround the writing of a row."""
        if self.dead:
            raise JournalError("the process is gone")
        if self.how == "fails" and point[0] == "record" and self._first(point):
            raise JournalError("injected")
        if self.how == "killed before" and self._first(point):
            self._die()
        try:
            yield
        except asyncio.CancelledError:
            self.interrupted.add(point)  # another's end has cut this one short, on its way
            raise
        if self.how == "killed after" and self._first(point):
            self._die()

    def _first(self, point: Point) -> bool:
        new = point not in self.interrupted
        self.interrupted.add(point)
        return new

    def _die(self) -> None:
        self.dead = True
        raise JournalError("the process is gone")


def kept(folder: Path) -> set[Point]:
    """Return what a journal holds, as the file says."""
    if not (folder / "journal.sqlite").exists():
        return set()
    with contextlib.closing(sqlite3.connect(folder / "journal.sqlite")) as file:
        return {
            (kind, str(key))
            for kind, column in (("call", "key"), ("execution", "key"), ("record", '"index"'))
            for (key,) in file.execute(f"SELECT {column} FROM {kind}s")
        }


class Replaying:
    """The recorded model and sandbox, under a plan."""

    name = "builtin"

    def __init__(self, recorded: Recorded, plan: Plan) -> None:
        self.recorded, self.plan, self.revision = recorded, plan, recorded.revision

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        key = call_key(self.name, self.revision, request)
        self.plan.pay(("call", key))
        return self.recorded.replies[key]

    async def run(self, job: Job) -> Execution:
        key = execution_key(await self.digest(job.environment), job)
        self.plan.pay(("execution", key))
        return self.recorded.executions[key]

    async def digest(self, environment: str) -> str:
        return f"recorded {environment}"

    async def close(self) -> None:
        pass


def mortal(plan: Plan) -> type[Journal]:
    """Return a journal that keeps nothing from the moment on at which its process is killed."""

    class Mortal(Journal):
        async def add(self, entry: Any) -> bool:
            kind = "call" if isinstance(entry, CallEntry) else "execution"
            with plan.writing((kind, entry.key)):
                return await super().add(entry)

        async def record(self, index: int, status: RecordStatus, *rest: Any, **more: Any) -> None:
            with plan.writing(("record", str(index))):
                await super().record(index, status, *rest, **more)

    return Mortal


async def start(folder: Path, made: Settings, tools: Any) -> Recorded:
    """Run to the end, and return what came of it."""
    recorded = Recorded(made, tools.revision)
    async with engine_run.open_run(folder, made, tools, tools) as run:
        await run.loop.run()
        run.write(run.statistics(), {})
        for entry in run.journal.records():
            point = ("record", str(entry.index))
            recorded.records[point] = canonical(entry.record)
            recorded.stages[point] = ("record", entry.status)
    recorded.files = written(folder)
    return recorded


def written(folder: Path) -> dict[str, bytes]:
    files = (one for one in folder.iterdir() if not one.name.startswith("journal"))
    return {one.name: one.read_bytes() for one in files}


async def record(folder: Path, seed: int, mistakes: Mistakes, more: dict[str, Any]) -> Recorded:
    """Run once with the teacher and a real sandbox."""
    languages = tuple(map(get, more["languages"]))
    made = Settings(**{**more, "languages": languages, "seed": seed, "limits": LIMITS})
    pool = Pool(LocalBackend(), slots=2)
    teacher = BuiltinTeacher(mistakes=mistakes)
    told = Recorded(made, teacher.revision)
    try:
        with heard(Stages()):
            ended = await start(folder, made, Recording(pool, told, teacher))
    finally:
        await pool.close()
    told.records, told.files = ended.records, ended.files
    told.stages |= ended.stages
    return told


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Recorded]:
    """The first runs that go through every stage between them."""
    found: list[Recorded] = []
    missing = set(STAGES)
    for seed, of in itertools.product(SEEDS, RUNS):
        recorded = asyncio.run(record(tmp_path_factory.mktemp("recorded"), seed, *of))
        if missing & set(recorded.stages.values()):
            found.append(recorded)
            missing -= set(recorded.stages.values())
        if not missing:
            return found
    pytest.fail(f"no run goes through {sorted(missing)}")


@pytest.fixture
def quick() -> Iterator[Path]:
    """A folder in memory where there is one: what a disk keeps is for `tests/journal` to say."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize("how", ["fails", "killed before", "killed after"])
def test_a_run_that_is_interrupted_everywhere_ends_as_one_that_is_not(
    how: str, runs: list[Recorded], quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each start ends at the first point that was not interrupted yet, until none is left."""
    hit = set()
    for number, recorded in enumerate(runs):
        plan = Plan(how)
        monkeypatch.setattr(engine_run, "Journal", mortal(plan))
        ended = to_the_end(quick / str(number), recorded, plan)
        assert ended.records == recorded.records
        assert ended.files == recorded.files
        assert plan.interrupted == kept(quick / str(number)) == set(recorded.stages)
        hit |= {recorded.stages[point] for point in plan.interrupted}
    assert hit >= STAGES


async def attempt(folder: Path, recorded: Recorded, plan: Plan) -> Recorded:
    try:
        return await start(folder, recorded.settings, Replaying(recorded, plan))
    finally:
        assert asyncio.all_tasks() == {asyncio.current_task()}, "work goes on behind the run's back"


def to_the_end(folder: Path, recorded: Recorded, plan: Plan) -> Recorded:
    for _ in range(len(recorded.stages) + 1):
        plan.begin(folder)
        try:
            return asyncio.run(attempt(folder, recorded, plan))
        except InfrastructureError:
            assert len(set(plan.paid)) == len(plan.paid)
            if plan.how == "fails":
                assert set(plan.paid) <= kept(folder), "paid, and lost"
    raise AssertionError("it does not end")
