"""The pool itself: fairness, event loops, starts that fail, answers that lie."""

from __future__ import annotations

import asyncio
import json
import os
import struct
import threading
import time
from typing import TYPE_CHECKING

import pytest

from codegen.errors import SandboxError, ToolchainError
from codegen.sandbox.contract import Execution, Job, Step
from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool

if TYPE_CHECKING:
    from codegen.sandbox.environment import Environment

HELLO = Job("python", (Step("hello", ("echo", "hello")),))


class LiarConnection:
    """A slot that is ready, and then says whatever it was given to say."""

    def __init__(self, answer: bytes) -> None:
        self._read, self._write = os.pipe()
        self._answer, self._messages = answer, 0
        self._gone = threading.Lock()

    def write(self, data: bytes) -> None:
        self._messages += 1
        ready = json.dumps({"ready": {}}).encode()
        first = struct.pack(">I", len(ready)) + ready
        os.write(self._write, first if self._messages == 1 else self._answer)
        if self._messages == 2 and not data.startswith(b"never"):
            os.close(self._write)

    def read(self, size: int) -> bytes:
        return os.read(self._read, size)

    def kill(self) -> None:
        if self._gone.acquire(blocking=False):
            os.close(self._read)

    def diagnosis(self) -> str:
        return "the liar's last words"


class LiarBackend:
    """Starts slots that lie; counts them."""

    name = "liar"

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.started = 0

    def start(self, environment: Environment) -> LiarConnection:
        assert environment.name == "python"
        self.started += 1
        return LiarConnection(self._answer)

    def digest(self, environment: Environment) -> str:
        return environment.name

    def close(self) -> None:
        """Nothing to close."""


class BrokenBackend(LiarBackend):
    """Starts nothing."""

    def start(self, environment: Environment) -> LiarConnection:
        self.started += 1
        raise ToolchainError(f"{environment.name} is missing")


def _message(value: object) -> bytes:
    data = json.dumps(value).encode()
    return struct.pack(">I", len(data)) + data


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x09four",
        _message({"steps": []}),
        _message({"steps": [{"name": "hello", "status": "passed"}]}),
        _message({"error": "a process is left"}),
        _message([]),
    ],
)
async def test_a_slot_that_lies_is_replaced_and_then_given_up(answer: bytes) -> None:
    backend = LiarBackend(answer)
    pool = Pool(backend, slots=2)
    with pytest.raises(SandboxError):
        await pool.run(HELLO)
    assert backend.started == 3
    assert pool.counts.busy == 0 and pool.counts.idle == 0 and pool.counts.recycled == 3
    await pool.close()


async def test_a_missing_toolchain_is_not_tried_again() -> None:
    backend = BrokenBackend(b"")
    pool = Pool(backend, slots=1)
    with pytest.raises(ToolchainError, match="python is missing"):
        await pool.run(HELLO)
    assert backend.started == 1 and pool.counts.busy == 0
    await pool.close()


def test_a_pool_serves_one_event_loop_after_another() -> None:
    pool = Pool(LocalBackend(), slots=1)
    executions = [asyncio.run(pool.run(HELLO)) for _ in range(3)]
    assert all(e.steps[0].stdout == b"hello\n" for e in executions)
    assert pool.counts.idle == 1
    asyncio.run(pool.close())


def test_a_pool_serves_event_loops_in_several_threads() -> None:
    pool = Pool(LocalBackend(), slots=1)
    found: list[Execution] = []

    async def some() -> None:
        found.extend(await asyncio.gather(*(pool.run(HELLO) for _ in range(4))))

    threads = [threading.Thread(target=lambda: asyncio.run(some())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [e.steps[0].stdout for e in found] == [b"hello\n"] * 12
    asyncio.run(pool.close())


async def test_jobs_are_served_in_the_order_in_which_they_came() -> None:
    pool = Pool(LocalBackend(), slots=1)
    await pool.run(HELLO)
    order: list[int] = []

    async def one(number: int) -> None:
        await pool.run(HELLO)
        order.append(number)

    await asyncio.gather(*(one(number) for number in range(8)))
    assert order == list(range(8))
    await pool.close()


async def test_a_cancelled_waiter_does_not_keep_the_others_waiting() -> None:
    pool = Pool(LocalBackend(), slots=1)
    sleeper = Job("python", (Step("sleep", ("sleep", "0.4")),))
    tasks = [asyncio.create_task(pool.run(sleeper)) for _ in range(3)]
    await asyncio.sleep(0.1)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert tasks[1].cancelled()
    assert tasks[2].result().steps[0].succeeded
    assert pool.counts.busy == 0 and pool.counts.waiting == 0
    await pool.close()


async def test_closing_while_slots_start_leaves_nothing() -> None:
    pool = Pool(LocalBackend(), slots=2)
    tasks = [asyncio.create_task(pool.run(HELLO)) for _ in range(4)]
    await asyncio.sleep(0.005)
    begun = time.monotonic()
    await pool.close()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(item, (SandboxError, Execution)) for item in found)
    assert time.monotonic() - begun < 10.0
    assert not pool._living
