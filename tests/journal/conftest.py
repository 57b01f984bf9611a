"""A model and a sandbox that count what they are asked, for seeing what a journal spares them."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest

from codegen.model.contract import Message, Reply, Request, Sampling
from codegen.sandbox.contract import Execution, Job, Status, Step, StepResult


class CountingModel:
    """Answers with a number of its own, so that no two answers are equal."""

    def __init__(self, name: str = "tiny", revision: str = "r1") -> None:
        self.name, self.revision = name, revision
        self.asked: list[Request] = []
        self.cancelled = 0
        self.closed = False
        self.error: Exception | None = None
        self.go = asyncio.Event()
        self.go.set()

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        self.asked.append(request)
        number = len(self.asked)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        return tuple(Reply(f"{number}.{i}", prompt_tokens=2) for i in range(request.n))

    async def close(self) -> None:
        self.closed = True


class CountingSandbox:
    """Executes nothing; its results tell how often it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.toolchain = "sha256:1"
        self.asked: list[Job] = []
        self.error: Exception | None = None

    async def run(self, job: Job) -> Execution:
        self.asked.append(job)
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        out = str(len(self.asked)).encode()
        return Execution((StepResult("run", Status.EXITED, stdout=out, cpu_s=0.5),), queue_s=0.25)

    async def digest(self, environment: str) -> str:
        return f"{self.toolchain}/{environment}"

    async def close(self) -> None:
        pass


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a journal of the test's own is to be, in each database in turn."""
    if request.param == "sqlite":
        return tmp_path / "run"
    return f"{request.getfixturevalue('postgresql').url}?run=t{uuid.uuid4().hex}"


@pytest.fixture
def model() -> CountingModel:
    return CountingModel()


@pytest.fixture
def sandbox() -> CountingSandbox:
    return CountingSandbox()


@pytest.fixture
def request_of() -> type[Requests]:
    return Requests


class Requests:
    """Makes requests and jobs that differ by a number."""

    @staticmethod
    def number(number: int, n: int = 1) -> Request:
        return Request("solution", (Message("user", "go"),), Sampling(seed=number), n=n)

    @staticmethod
    def job(number: int) -> Job:
        files = {"a.py": f"print({number})".encode(), "harness.py": b"#" * 5000}
        return Job("python", (Step("run", ("python3", "a.py"), files=files),))
