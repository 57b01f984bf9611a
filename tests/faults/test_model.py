"""A model that answers with nothing, with garbage, and with far too much."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from codegen.journal import Journal
from tests.cli.test_synthesize_server import Server

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "codegen", "synthesize", "--sandbox", "local", "--langs", "py"]
COMMAND += ["--limit", "4", "--inputs", "6", "--derive", "none", "--cpu", "2", "--model", "teacher"]
LONG = "word " * 100_000
ANSWERS: tuple[str | None, ...] = (
    None,
    "",
    "\x00\x1b[2J\ud83d {not: json, ```",
    "```json\n" + "[" * 100_000,
    "```python\n" + "x = 1\n" * 20_000 + "```",
    LONG,
)


class Faulty(Server):
    """Every fourth answer is one of those that are none."""

    async def _chat(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.asked % 4:
            answer: web.Response = await super()._chat(request)
            return answer
        text = ANSWERS[self.asked // 4 % len(ANSWERS)]
        choice = {"index": 0, "message": {"role": "assistant", "content": text}}
        usage = {"prompt_tokens": 7, "completion_tokens": 100_000}
        choices = [{**choice, "finish_reason": "length"}]
        return web.json_response({"choices": choices, "usage": usage})


def run(server: Server, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "--base-url", server.url, "--out", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=250)


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return found


def test_answers_that_are_none_are_the_models_failures_and_nothing_more(tmp_path: Path) -> None:
    with Faulty() as server:
        first = run(server, tmp_path)
        assert first.returncode in (0, 1) and "Traceback" not in first.stderr, first.stderr
        told, asked = summary(tmp_path), server.asked
        assert told["problems"]["accepted"] + sum(told["problems"]["rejected"].values()) == 4
        again = run(server, tmp_path)
    assert again.returncode == first.returncode
    assert server.asked == asked, "what was answered is not asked again, whatever the answer was"
    assert summary(tmp_path)["journal"]["calls_made"] == 0
    with Journal.open(tmp_path, read_only=True) as journal:
        assert journal.counts().calls == told["journal"]["calls_made"]
        for record in journal.records():
            assert record.status == "accepted" or record.reason
