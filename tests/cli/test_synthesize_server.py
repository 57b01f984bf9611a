"""A whole run against an OpenAI-compatible server: HTTP in between, refusals and restarts too.

The teacher answers behind the server, so the run can be compared with one without a server.
"""

import asyncio
import json
import subprocess
import sys
import threading
import time

import pytest
from aiohttp import web

from benchmarks.simulator import request_of
from codegen.model.builtin import BuiltinTeacher

COMMAND = [sys.executable, "-m", "codegen", "synthesize", "--sandbox", "local"]
QUICK = ["--langs", "py", "--target", "3", "--inputs", "6", "--cpu", "2"]


class Server:
    """Answers chat completions as the teacher does; every third request is put off with a 429."""

    def __init__(self, key="", host="127.0.0.1"):
        self.key, self._host = key, host
        self.asked = 0
        self.under_schema = set()
        self.embedded = []
        self.url = ""
        self.teacher = BuiltinTeacher(seed=0)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve)
        self._ready = threading.Event()

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    def _serve(self):
        app = web.Application()
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/embeddings", self._embeddings)
        runner = web.AppRunner(app, access_log=None)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, self._host, 0)
        self._loop.run_until_complete(site.start())
        self.url = f"http://{self._host}:{runner.addresses[0][1]}/v1"
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())

    def _refusal(self, request):
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            echoed = request.headers.get("Authorization", "")
            return web.json_response({"error": {"message": f"bad key {echoed}"}}, status=401)
        return None

    async def _models(self, request):
        return self._refusal(request) or web.json_response(
            {"object": "list", "data": [{"id": "teacher", "object": "model", "root": "teacher-1"}]}
        )

    async def _embeddings(self, request):
        """All statements mean the same to it."""
        texts = (await request.json())["input"]
        self.embedded += texts
        listed = [{"index": n, "embedding": [1.0, 2.0]} for n in range(len(texts))]
        return web.json_response({"data": listed})

    async def _chat(self, request):
        self.asked += 1
        if self.asked % 3 == 0:
            return web.json_response({"error": "busy"}, status=429, headers={"Retry-After": "0"})
        body = await request.json()
        asked = request_of(body)
        if "response_format" in body:
            self.under_schema.add(asked.purpose)
        replies = await self.teacher.complete(asked)
        choices = [
            {
                "index": i,
                "message": {"role": "assistant", "content": reply.text},
                "finish_reason": "stop",
            }
            for i, reply in enumerate(replies)
        ]
        usage = {
            "prompt_tokens": 7,
            "completion_tokens": 11,
            "total_tokens": 18,
            "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 2},
        }
        return self._refusal(request) or web.json_response(
            {"id": "x", "object": "chat.completion", "choices": choices, "usage": usage}
        )


def run(*arguments, env=None):
    return subprocess.run(
        [*COMMAND, *QUICK, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=280,
        env=env,
    )


@pytest.mark.slow
def test_a_run_over_http_makes_the_same_solutions_as_one_without(tmp_path):
    with Server() as server:
        priced = ["--price", "teacher=prompt:1000,cached:0,completion:2000,reasoning:0"]
        served = run(
            *["--model", "teacher", "--base-url", server.url, *priced, "--out", tmp_path / "served"]
        )
    assert served.returncode == 0, served.stderr
    assert server.under_schema >= {"problem", "tests", "critic", "judgement"}
    assert server.under_schema <= {
        "problem",
        "tests",
        "critic",
        "judgement",
        "review",
        "arbitration",
    }
    # of a server's problems those that are alike are rejected unless it is said otherwise
    assert run("--near-duplicates", "0.8", "--out", tmp_path / "builtin").returncode == 0
    rows = {
        name: [json.loads(x) for x in (tmp_path / name / "examples.jsonl").read_text().splitlines()]
        for name in ("served", "builtin")
    }
    assert [r["code"] for r in rows["served"]] == [r["code"] for r in rows["builtin"]]
    assert {r["generation"]["model"] for r in rows["served"]} == {"teacher"}
    again = run(
        "--replay", tmp_path / "served", "--near-duplicates", "0.8", "--out", tmp_path / "b"
    )
    assert again.returncode == 0, again.stderr
    replayed, made = (tmp_path / name / "examples.jsonl" for name in ("b", "served"))
    assert replayed.read_text() == made.read_text()
    summary = json.loads((tmp_path / "served" / "summary.json").read_text())
    assert summary["tokens"]["prompt_tokens"] == 7 * summary["tokens"]["calls"]
    (account,) = summary["servers"]
    assert (account["requests"], account["failures"]) == (server.asked, server.asked // 3)
    assert f"server {server.url}: {server.asked} requests" in served.stderr
    total, each = (summary["costs"][name] for name in ("total", "per_example"))
    calls = total["calls"]
    assert (total["cached_tokens"], total["reasoning_tokens"]) == (4 * calls, 2 * calls)
    assert sum(one["calls"] for one in summary["costs"]["purposes"].values()) == calls
    assert summary["cost"] == pytest.approx(calls * (3 * 1000 + 9 * 2000) / 1e6)
    assert each["money"] == pytest.approx(summary["cost"] / summary["examples"], abs=1e-6)
    assert f"({4 * calls:,} cached)" in served.stderr and "an example: " in served.stderr


@pytest.mark.slow
def test_statements_that_mean_the_same_are_rejected_and_a_resumed_run_asks_for_no_vector_again(
    tmp_path,
):
    with Server() as server:
        embedding = ["--embedding-url", server.url, "--embedding-model", "teacher"]
        arguments = [*embedding, "--no-critic", "--derive", "none", "--out", tmp_path]
        first = run("--limit", "3", *arguments)
        asked = list(server.embedded)
        second = run("--limit", "3", *arguments)
        assert server.embedded[len(asked) :] == ["teacher"], "the check alone"
        other = run("--limit", "3", *arguments, "--embedding-threshold", "0.9")
    assert first.returncode == second.returncode == 4, first.stderr
    problems = json.loads((tmp_path / "summary.json").read_text())["problems"]
    assert problems["accepted"] == 1 and problems["rejected"] == {"near_duplicate_problem": 2}
    assert asked[0] == "teacher" and len(asked) == 4
    assert other.returncode == 2 and "embedding: was" in other.stderr


@pytest.mark.slow
def test_a_server_that_comes_and_goes_costs_nothing_that_was_paid_for(tmp_path):
    with Server() as server:
        address = server.url
        limited = [
            *["--model", "teacher", "--base-url", address, "--timeout", "3", "--out", tmp_path],
            *["--concurrency", "1"],
        ]
        started = subprocess.Popen(
            [*COMMAND, *QUICK, *map(str, limited)], stderr=subprocess.PIPE, text=True
        )
        while server.asked < 6 and started.poll() is None:
            time.sleep(0.02)
    _, error = started.communicate(timeout=120)
    assert started.returncode == 3 and "Traceback" not in error
    assert address.rsplit("/", 1)[0] in error and "the same command goes on" in error


@pytest.mark.slow
def test_a_wrong_key_is_said_and_never_shown(tmp_path):
    key = "sk-secret-and-wrong-0123456789"
    (tmp_path / "key").write_text(key + "\n")
    with Server(key="the-right-one") as server:
        arguments = ["--model", "teacher", "--base-url", server.url, "--api-key-file"]
        done = run(*arguments, tmp_path / "key", "--out", tmp_path / "run")
    assert done.returncode == 3 and "401" in done.stderr and str(tmp_path / "key") in done.stderr
    assert key not in done.stderr + done.stdout and "Traceback" not in done.stderr
    assert not [
        p
        for p in tmp_path.rglob("*")
        if p.name != "key" and p.is_file() and key.encode() in p.read_bytes()
    ]
