"""kill -9 at any moment: nothing that was handed out is lost, nothing is there twice or by half."""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codegen.journal import Journal

pytestmark = pytest.mark.slow

# Says a call's number to its parent only after the journal has given it out, and how often it
# called the model, before each call.
RUN = """
import asyncio, sys
from dataclasses import replace
from codegen.journal import Journal, JournaledModel, JournaledSandbox
from codegen.model.contract import Message, Reply, Request, Sampling
from codegen.sandbox.contract import Execution, Job, Status, Step, StepResult

def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\\n")
    sys.stdout.flush()

class Parent:
    name, revision = "parent", "1"
    async def complete(self, request):
        say("call", request.sampling.seed)
        await asyncio.sleep(0)
        return (Reply(f"answer {request.sampling.seed}" * 50),)
    async def digest(self, environment):
        return "d"
    async def run(self, job):
        return Execution((StepResult("run", Status.EXITED, stdout=job.steps[0].stdin * 200),))

async def one(journal, model, sandbox, numbers):
    for number in numbers:
        request = Request("solution", (Message("user", "go"),), Sampling(seed=number))
        (reply,) = await model.complete(request)
        stdin = str(number).encode()
        step = Step("run", ("cat",), stdin=stdin, files={"harness": b"#" * 3000 + stdin})
        execution = await sandbox.run(Job("python", (step,)))
        if number not in there:
            await journal.record(number, "accepted", [reply.call, execution.key])
        say("done", number)

async def main(folder, total):
    global there
    with Journal.open(folder) as journal:
        there = {index for index, _ in journal.recorded()}
        model, sandbox = JournaledModel(Parent(), journal), JournaledSandbox(Parent(), journal)
        numbers = iter(range(total))
        await asyncio.gather(*(one(journal, model, sandbox, numbers) for _ in range(16)))
    say("end")

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""
TOTAL = 2000
KILLS = 6


def run(folder: Path, kill_after_s: float | None) -> list[list[str]]:
    """Run for so long after its first word, or to the end; return what it said."""
    command = [sys.executable, "-c", RUN, str(folder), str(TOTAL)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            process.send_signal(signal.SIGKILL)
        said = (first + process.stdout.read()).split("\n")
    assert kill_after_s is not None or process.returncode == 0
    return [line.split() for line in said[:-1]]  # the last line is empty or cut


def numbers(said: list[list[str]], word: str) -> list[int]:
    return [int(line[1]) for line in said if line[0] == word and len(line) == 2]


def test_survives_being_killed_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(20)
    done: set[int] = set()
    called: list[int] = []
    for attempt in range(KILLS + 1):
        said = run(tmp_path, chance.uniform(0, 0.4) if attempt < KILLS else None)
        assert not done & set(numbers(said, "call")), "a finished call was made again"
        done |= set(numbers(said, "done"))
        called += numbers(said, "call")
        with Journal.open(tmp_path, read_only=True) as journal:
            kept = {record.index for record in journal.records()}
            assert done <= kept, "a finished record was lost"
        with contextlib.closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert kept == set(range(TOTAL))
    assert said[-1] == ["end"]
    # A call may be made twice only when the kill came between its answer and its commit.
    assert len(called) - TOTAL <= 16 * KILLS


def test_lineage_is_whole_after_a_kill(tmp_path: Path) -> None:
    run(tmp_path, 0.15)
    with Journal.open(tmp_path, read_only=True) as journal:
        records = list(journal.records())
        for record in records:
            _, execution = record.record
            job = journal.job(execution)
            assert job.steps[0].stdin == str(record.index).encode()
        assert records


def test_survives_being_killed_while_it_begins(tmp_path: Path) -> None:
    code = (
        "import sys; from codegen.journal import Journal; print(1, flush=True); "
        "Journal.open(sys.argv[1])"
    )
    chance = random.Random(21)
    for attempt in range(8):
        folder = tmp_path / str(attempt)
        command = [sys.executable, "-c", code, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.02))
            process.send_signal(signal.SIGKILL)
        Journal.open(folder).close()
