"""`python -m benchmarks.load`: many clients at once against a server, for as long as is wanted.

    python -m benchmarks.load --clients 256 --seconds 300 [--langs py,rs,go] [--sandbox docker]

Each client asks one thing after another, drawn from a mix: verifications by all three oracles, runs
as verl sends them, programs that fail, hang or are hostile. What may come back is a result or the
refusal of a full queue; anything else, and any verdict but the one that is known, is an error, and
the exit code is 1. It reports the time in the queue and that of the work apart, as the server tells
them, and its memory before and after.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from codegen import language as languages
from codegen.language import Language

_BUSY = (429, 504)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask: `expected` is what `outcome` or `status` must be."""

    path: str
    body: dict[str, Any]
    expected: str


@dataclass(slots=True)
class Tally:
    """What came back."""

    answers: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    queued: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)


def questions(language: Language) -> list[Question]:
    """Return what can be asked of a language: its own proofs, and for Python more."""
    proofs = language.folder / "proofs"
    task = tomllib.loads((proofs / "task.toml").read_text("utf-8"))
    proof = tomllib.loads((proofs / "passed.toml").read_text("utf-8"))
    plain = {"language": language.name, "solution": proof["solution"], "lint": "off"}
    calls = {"cases": task["cases"], "signature": task["signature"]}
    found = [
        Question("/v1/verify", {**plain, **calls}, "passed"),
        Question("/v1/verify", {**plain, "tests": task["tests_importing"]}, "passed"),
    ]
    return found + _python() if language.name == "python" else found


def _python() -> list[Question]:
    plain = {"language": "python", "lint": "off"}
    feeds = {"cases": [{"stdin": "1 2\n", "expected": "3\n"}]}
    added = "print(sum(map(int, input().split())))\n"
    leaving = "import os\nos._exit(0)\n"
    verl = {"language": "python", "compile_timeout": 10, "run_timeout": 10, "stdin": "1 2\n"}
    return [
        Question("/v1/verify", {**plain, **feeds, "solution": added}, "passed"),
        Question("/v1/verify", {**plain, **feeds, "solution": "print(4)\n"}, "wrong_answer"),
        Question(
            "/v1/verify", {**plain, "solution": leaving, "tests": "assert 1 < 2\n"}, "tampered"
        ),
        Question(
            "/v1/verify",
            {**plain, **feeds, "solution": "while True: pass\n", "limits": {"cpu_s": 0.5}},
            "time_limit",
        ),
        *[Question("/run_code", {**verl, "code": added, "fetch_files": []}, "Success")] * 4,
        Question("/run_code", {**verl, "code": "1 / 0\n"}, "Failed"),
    ]


async def client(
    session: aiohttp.ClientSession, asked: list[Question], end: float, tally: Tally, seed: int
) -> None:
    """Ask one thing after another until the time is over."""
    draw, clock = random.Random(seed), asyncio.get_running_loop().time
    while clock() < end:
        question = draw.choice(asked)
        try:
            async with session.post(question.path, json=question.body) as response:
                status, answer = response.status, await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            tally.errors[f"{question.path}: {type(error).__name__}: {error}"[:200]] += 1
            continue
        if status in _BUSY:
            tally.answers["refused: the queue is full"] += 1
            await asyncio.sleep(float(response.headers.get("Retry-After", "1")))
        elif status == 200:
            _result(question, answer, tally)
        else:
            tally.errors[f"{question.path}: status {status}: {answer.get('message')}"[:200]] += 1


def _result(question: Question, answer: dict[str, Any], tally: Tally) -> None:
    told = answer.get("outcome") or answer["status"]
    if told != question.expected:
        said = f"{told} instead of {question.expected}: {answer.get('message')}"
        tally.errors[f"{question.path} ({question.body['language']}): {said}"[:200]] += 1
        return
    tally.answers[told] += 1
    used = answer.get("resources")
    if used is None:
        used = {"queue_s": answer["codegen"]["queue_s"], **answer["codegen"]["run"]}
    tally.queued.append(used["queue_s"])
    tally.worked.append(used["wall_s"])


async def _started(options: argparse.Namespace) -> tuple[asyncio.subprocess.Process, str]:
    command = ["-m", "codegen", "serve", "--port", "0", "--sandbox", options.sandbox]
    command += ["--langs", options.langs, "--queue", str(options.queue)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    async for line in process.stderr:
        print(line.decode().rstrip(), flush=True)
        found = re.search(rb"listening on (\S+)", line)
        if found:
            return process, found[1].decode()
    raise SystemExit("the server did not start")


def _memory_mib(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else 0.0


def _percentiles(seconds: list[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    at = (ordered[len(ordered) * part // 100] for part in (50, 90, 99))
    return "median {:.3f} s, 90 % {:.3f} s, 99 % {:.3f} s".format(*at)


async def main() -> int:
    """Run the load and report it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--clients", type=int, default=256)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--langs", default="py,rs,go")
    parser.add_argument("--queue", type=int, default=1024)
    parser.add_argument("--sandbox", default="auto", choices=["auto", "docker", "local"])
    options = parser.parse_args()
    asked = [one for name in languages.parse_list(options.langs) for one in questions(name)]
    process, url = await _started(options)
    tally, before = Tally(), _memory_mib(process.pid)
    limits = aiohttp.ClientTimeout(total=900)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(url, timeout=limits, connector=connector) as session:
        end = asyncio.get_running_loop().time() + options.seconds
        clients = (client(session, asked, end, tally, n) for n in range(options.clients))
        await asyncio.gather(*clients)
    after = _memory_mib(process.pid)
    process.terminate()
    code = await process.wait()
    total = sum(tally.answers.values())
    print(f"{options.clients} clients, {options.seconds:.0f} s: {total} answers")
    print(", ".join(f"{count} {what}" for what, count in tally.answers.most_common()))
    print(f"in the queue: {_percentiles(tally.queued)}")
    print(f"at work:      {_percentiles(tally.worked)}")
    print(f"the server's memory: {before:.0f} MiB before, {after:.0f} MiB after; exit code {code}")
    for what, count in tally.errors.most_common(20):
        print(f"ERROR {count} x {what}")
    return 1 if tally.errors or code else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
