"""A replica's engine is killed in the middle of its work, and a run has a server of its own.

Comes last: the replica is gone then, and leaves room for another server.
"""

import asyncio
import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.journal import Journal, JournaledModel
from codegen.model.contract import Message, Request, Sampling

pytestmark = pytest.mark.vllm

REQUESTS = 64


def request(number):
    asked = (Message("user", f"Write program {number}."),)
    return Request("solution", asked, Sampling(seed=number, max_tokens=100))


async def test_when_a_replica_is_killed_the_other_answers_and_the_journal_has_each_call_once(
    servers, connect, tmp_path
):
    survivor, victim = (server.pid_of("EngineCore") for server in servers)
    model = connect(
        *servers, key="sk-for-the-second-server", concurrency=REQUESTS, extra={"ignore_eos": True}
    )
    with Journal.open(tmp_path) as journal:
        journaled = JournaledModel(model, journal)
        # both hold still until all is under way, however busy the machine is
        for engine in (survivor, victim):
            os.kill(engine, signal.SIGSTOP)
        calls = [asyncio.create_task(journaled.complete(request(i))) for i in range(REQUESTS)]
        async with asyncio.timeout(120):
            while model.activity.in_flight < REQUESTS:  # noqa: ASYNC110 - servers have no event
                await asyncio.sleep(0.05)
        os.kill(victim, signal.SIGKILL)
        os.kill(survivor, signal.SIGCONT)
        replies = await asyncio.gather(*calls)
        assert journaled.hits.misses == REQUESTS
        assert journal.usage()["solution"].calls == REQUESTS
        again = await asyncio.gather(*(journaled.complete(request(i)) for i in range(REQUESTS)))
        assert again == replies and journaled.hits.misses == REQUESTS
    assert model.activity.retried > 0 and model.activity.failed == 0
    assert all(len(each) == 1 and (each[0].text or each[0].reasoning) for each in replies)
    assert any(each[0].text for each in replies), "only the other one gives texts"


def test_a_run_serves_its_own_model_and_leaves_nothing_behind(
    tiny_model, vllm_arguments, vllm_environ, tmp_path
):
    command = [sys.executable, "-m", "codegen", "synthesize", "--langs", "py", "--limit", "2"]
    command += ["--serve-model", tiny_model, "--vllm-command", tiny_model.parent / "bin" / "vllm"]
    command += ["--vllm-args", shlex.join([*vllm_arguments, "--max-model-len", "2048"])]
    done = subprocess.run(
        [*command, "--max-tokens", "64", "--sandbox", "local", "--out", tmp_path / "run"],
        env={**vllm_environ, "CODEGEN_MARK": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=900,
    )
    # random weights write no problem that could be used, and that is a run's usual end
    assert done.returncode == 1 and "no problem was accepted" in done.stderr, done.stderr
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["problems"]["rejected"] == {"unusable_problem": 2}
    assert summary["tokens"]["cached_tokens"] >= 128, "what prompts say first is the same for all"
    assert marked(f"CODEGEN_MARK={tmp_path}") == []


def marked(text):
    """Return the processes that were started with a text in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if text.encode() in (process / "environ").read_bytes():
                found.append(process)
    return found
