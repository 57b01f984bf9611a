"""What verifying costs beside the work: a job's overhead, a cold start, many cases, idle memory.

Not here: rates against the bare toolchains (`benchmarks.throughput`).
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.language import Language
from codegen.records import Case, Signature, from_json
from codegen.sandbox.choose import Choice, open_sandbox
from codegen.sandbox.contract import Job, Sandbox, Step
from codegen.sandbox.docker_client import connect
from codegen.sandbox.docker_leftovers import labels
from codegen.verify.request import VerifyRequest
from codegen.verify.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one language in one sandbox: seconds, times and bytes. `cases` is what 100 cost of one."""

    cold_s: float
    warm_s: float
    cases: float
    idle_bytes: int


async def overheads(sandbox: Sandbox, slots: int, count: int = 300) -> tuple[float, float]:
    """Return the milliseconds of a job that its steps did not take: median, 99th percentile."""
    job = Job("python", (Step("run", ("run.py",), files={"run.py": b"pass\n"}, preloaded=True),))
    found: list[float] = []

    async def one() -> None:
        for _ in range(count // slots):
            started = time.perf_counter()
            execution = await sandbox.run(job)
            inside = sum(step.wall_s for step in execution.steps) + execution.queue_s
            found.append(1000 * (time.perf_counter() - started - inside))

    await asyncio.gather(*(one() for _ in range(slots)))
    ordered = sorted(found[count // 10 :])
    return statistics.median(ordered), ordered[len(ordered) * 99 // 100]


async def costs(language: Language, choice: Choice, repeats: int = 7) -> Costs:
    """Measure one language in a sandbox of its own, from nothing running."""
    started = time.perf_counter()
    sandbox = await open_sandbox(choice, (language.environment,), slots=1, on_event=lambda _: None)
    try:
        async with Verifier(sandbox) as verifier:
            await _seconds(verifier, _request(language, 1, 0))
            cold = time.perf_counter() - started
            singles = [
                await _seconds(verifier, _request(language, 1, n)) for n in range(1, repeats + 1)
            ]
            many = [
                await _seconds(verifier, _request(language, 100, n)) for n in range(1, repeats + 1)
            ]
            idle = await asyncio.to_thread(_idle_bytes, choice, language)
    finally:
        await sandbox.close()
    single = statistics.median(singles)
    return Costs(cold, single, statistics.median(many) / single, idle)


async def _seconds(verifier: Verifier, request: VerifyRequest) -> float:
    started = time.perf_counter()
    verdicts = [verdict async for verdict in verifier.averify_many([request])]
    assert verdicts[0].passed, verdicts[0]
    return time.perf_counter() - started


def _request(language: Language, count: int, number: int) -> VerifyRequest:
    """Return the language's proof with its first case so often; each is a program of its own."""
    proofs = language.folder / "proofs"
    task = tomllib.loads((proofs / "task.toml").read_text("utf-8"))
    code = tomllib.loads((proofs / "passed.toml").read_text("utf-8"))["solution"]
    comment = "#" if language.name == "python" else "//"
    told = task["cases"][0]
    cases = tuple(
        Case(str(n), tuple(told["arguments"]), told["expected"], "specification")
        for n in range(count)
    )
    return VerifyRequest(
        language.name,
        f"{code.strip()}\n{comment} {number}\n",
        signature=from_json(Signature, task["signature"]),
        cases=cases,
        lint="off",
    )


def _idle_bytes(choice: Choice, language: Language) -> int:
    """Return the memory of this process's only slot: what no other process shares with it."""
    time.sleep(1.0)
    if choice == "local":
        return sum(_private(pid) for pid in _below(os.getpid()))
    client = connect()
    try:
        filters = [f"{key}={value}" for key, value in labels(language.environment).items()]
        slots = client.containers.list(filters={"label": filters})
        told: Any = slots[0].stats(stream=False)
        stats = told["memory_stats"]["stats"]
        return int(stats.get("anon", stats.get("rss", 0))) + int(stats.get("shmem", 0))
    finally:
        client.close()


def _below(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    waiting = list(children.get(root, []))
    for pid in waiting:
        yield pid
        waiting.extend(children.get(pid, []))


def _private(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss_Anon"))
