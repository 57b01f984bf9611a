"""A sandbox that is elsewhere: the same executions, and the same runs."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from codegen.errors import ToolchainError, UsageError
from codegen.journal import codec
from codegen.sandbox.contract import Job, Status, Step
from codegen.sandbox.remote import RemoteSandbox
from tests.serve.conftest import Server, serving

TOKEN = "a-token-of-the-runs"
HELLO = Step("hello", ("python3", "-c", "print('hello')"))


@pytest.fixture(scope="module")
def jobs() -> Iterator[Server]:
    with serving("--jobs", environment={"CODEGEN_SERVE_TOKEN": TOKEN}) as started:
        yield started


async def _open(server: Server) -> RemoteSandbox:
    return await RemoteSandbox.open(server.url, token=TOKEN)


def _executed(job: Job, server: Server):
    async def execute():
        sandbox = await _open(server)
        try:
            return await sandbox.run(job)
        finally:
            await sandbox.close()

    return asyncio.run(execute())


def test_everything_of_a_job_arrives_and_everything_of_its_execution_comes_back(jobs) -> None:
    echo = "import os,sys; os.write(1, sys.stdin.buffer.read() + open('x/y','rb').read())"
    crash = Step("crash", ("python3", "-c", "import os; os.abort()"), keep_going=True)
    answer = Step(
        "answer",
        (
            "python3",
            "-c",
            "import os; os.write(4, os.read(3, 9)); open('made','wb').write(b'\\xff')",
        ),
        frames=(b"\x00\xfe\xff",),
        collect=("made",),
    )
    given = Step("echo", ("python3", "-c", echo), {"x/y": b"\xc3\x28"}, stdin=b"\xff\x00")
    execution = _executed(Job("python", (given, crash, answer)), jobs)
    echoed, crashed, answered = execution.steps
    assert (echoed.stdout, echoed.code) == (b"\xff\x00\xc3\x28", 0)
    assert (crashed.status, crashed.code) == (Status.SIGNALED, 6)
    assert answered.replies[0].payload == b"\x00\xfe\xff"
    assert answered.files == {"made": b"\xff"}


async def test_a_cancelled_job_gives_its_slot_back(jobs) -> None:
    sandbox = await _open(jobs)
    try:
        sleep = Job("python", (Step("sleep", ("sleep", "60")),))
        tasks = [asyncio.create_task(sandbox.run(sleep)) for _ in range(2)]
        while jobs.ask("/v1/ready").json["running"] < 2:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
        for task in tasks:
            task.cancel()
        begun = time.monotonic()
        execution = await sandbox.run(Job("python", (HELLO,)))
        assert execution.steps[0].stdout == b"hello\n" and time.monotonic() - begun < 30
    finally:
        await sandbox.close()


async def test_what_the_server_does_not_have_is_said(jobs) -> None:
    sandbox = await _open(jobs)
    try:
        with pytest.raises(ToolchainError, match=r"go: .* does not serve it"):
            await sandbox.digest("go")
    finally:
        await sandbox.close()


def test_a_job_for_another_toolchain_is_not_run(jobs) -> None:
    body = {"digest": "another", "job": codec.plain(Job("python", (HELLO,)))}
    shown = {"Authorization": f"Bearer {TOKEN}"}
    told = jobs.ask("/v1/job", body, headers=shown)
    assert told.status == 400 and "another here than the run began with" in told.json["message"]


async def test_servers_share_the_jobs_and_one_that_is_killed_is_replaced_by_the_others(
    jobs,
) -> None:
    with serving("--jobs", environment={"CODEGEN_SERVE_TOKEN": TOKEN}) as second:
        sandbox = await RemoteSandbox.open(jobs.url, second.url, token=TOKEN)
        try:
            assert sandbox.slots == 4
            nap = Job("python", (Step("nap", ("sleep", "1")), HELLO))
            tasks = [asyncio.create_task(sandbox.run(nap)) for _ in range(4)]
            for server in (jobs, second):
                while server.ask("/v1/ready").json["running"] < 2:  # noqa: ASYNC110 - a process
                    await asyncio.sleep(0.02)
            second.process.kill()
            for execution in await asyncio.gather(*tasks):
                assert execution.steps[-1].stdout == b"hello\n"
        finally:
            await sandbox.close()


@pytest.mark.parametrize("body", [[], {}, {"digest": "", "job": {}}, {"digest": "", "job": []}])
def test_what_is_no_job_is_refused(jobs, body) -> None:
    told = jobs.ask("/v1/job", body, headers={"Authorization": f"Bearer {TOKEN}"})
    assert (told.status, told.json["kind"]) == (400, "usage")


async def test_jobs_are_taken_only_where_they_were_asked_for(server) -> None:
    with pytest.raises(UsageError, match="codegen serve --jobs"):
        await RemoteSandbox.open(server.url)
    body = {"digest": "", "job": codec.plain(Job("python", (HELLO,)))}
    assert server.ask("/v1/job", body).status == 400


def _synthesized(out: Path, *options: str) -> list[dict]:
    asked = ("--langs", "py", "--target", "2", "--mistakes", "0", "--out", str(out))
    command = [sys.executable, "-m", "codegen", "synthesize", *asked, *options]
    environment = {**os.environ, "CODEGEN_SERVE_TOKEN": TOKEN}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    lines = (out / "examples.jsonl").read_text("utf-8").splitlines()
    return sorted(map(json.loads, lines), key=lambda one: one["id"])


def test_a_run_is_the_same_with_it(jobs, tmp_path: Path) -> None:
    here = _synthesized(tmp_path / "here", "--sandbox", "local", "--slots", "2")
    there = _synthesized(tmp_path / "there", "--verifier", jobs.url)
    assert here == there and here  # the same executions too, by content
    # what was executed there is found in the journal here
    (tmp_path / "there/summary.json").unlink()
    assert _synthesized(tmp_path / "there", "--sandbox", "local", "--slots", "2") == there
    told = json.loads((tmp_path / "there/summary.json").read_text("utf-8"))
    assert told["journal"]["executions_made"] == 0
