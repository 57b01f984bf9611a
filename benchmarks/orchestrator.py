"""What the loop itself costs: CPU for an accepted example, and the resume of a long run.

    python -m benchmarks.orchestrator [--targets 10] [--langs py,js] [--problems 100000]

A run of the builtin teacher is made with real executions. Its records are taken away and it is made
again: every call and every execution is in the journal then, so what is left is the loop: lookups,
parsing, planning, judging, records. Then a journal of many finished problems is written through the
journal's own interface, made of that run's records under other numbers and statements, and a run
over it is opened that has nothing left to do.

Not here: the model's client (`benchmarks.client`), and what executions cost (`benchmarks.costs`).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from codegen import language
from codegen.engine.run import Run, open_run
from codegen.journal import Journal
from codegen.journal.entries import CallEntry
from codegen.model.builtin import BuiltinTeacher
from codegen.model.contract import Message, Reply, Request
from codegen.records import ProblemRecord, to_json
from codegen.sandbox.choose import open_sandbox
from codegen.synthesis.finished import Finished, problem_records
from codegen.synthesis.settings import Settings

_BATCH = 500


@dataclass(slots=True)
class Watch:
    """Seconds of the clock and of this process's CPU."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def watched() -> Iterator[Watch]:
    """Measure a block; the figures are there when it is over."""
    made, wall, cpu = Watch(), time.monotonic(), time.process_time()
    yield made
    made.wall, made.cpu = time.monotonic() - wall, time.process_time() - cpu


async def run(folder: Path, settings: Settings) -> tuple[Watch, Run, int]:
    """Run to the end; return what it took, the run, and how many examples were made."""
    sandbox = await open_sandbox("local", slots=2)
    try:
        for one in settings.languages:
            await sandbox.digest(one.environment)
        with watched() as watch:
            async with open_run(folder, settings, BuiltinTeacher(), sandbox) as made:
                await made.loop.run()
        with Journal.open(folder, read_only=True) as journal:
            examples = sum(len(one.examples) for one in problem_records(journal))
    finally:
        await sandbox.close()
    return watch, made, examples


async def orchestrated(folder: Path, settings: Settings) -> list[str]:
    """Return what an example costs in this process, with executions and without."""
    first, _, examples = await run(folder, settings)
    with sqlite3.connect(folder / "journal.sqlite") as tables:
        tables.execute("DELETE FROM records")
        tables.execute("DELETE FROM ends")
    tables.close()
    again, made, same = await run(folder, settings)
    assert same == examples
    assert not made.engine.calls.misses
    assert not made.engine.executions.misses
    found = made.engine.executions.hits / examples
    return [
        f"{examples} examples, {found:.0f} executions for each",
        f"with the teacher and the sandbox: {1000 * first.cpu / examples:.1f} ms of CPU an example",
        f"from the journal: {1000 * again.cpu / examples:.1f} ms of CPU an example",
    ]


async def fill(folder: Path, records: list[ProblemRecord], problems: int, calls: int) -> None:
    """Write so many finished problems, with so many calls each."""
    request = Request("solution", (Message("user", "x" * 4000),))
    reply = Reply("y" * 2000, prompt_tokens=1000, completion_tokens=500)
    with Journal.open(folder) as journal:
        for start in range(0, problems, _BATCH):
            indices = range(start, min(problems, start + _BATCH))
            writes: list[Awaitable[object]] = []
            for index, record in zip(indices, itertools.cycle(records), strict=False):
                one = renumbered(record, index)
                end = Finished.of(one).to_json()
                writes.append(journal.record(index, one.status, to_json(one), end=end))
                for number in range(calls):
                    key = f"{index:032x}{number:032x}"
                    entry = CallEntry(key, "builtin", "1", request, (reply,), 0.0, 1.0)
                    writes.append(journal.add(entry))
            await asyncio.gather(*writes)


def renumbered(record: ProblemRecord, index: int) -> ProblemRecord:
    """Return a record of another problem of the same size."""
    assert record.problem is not None
    statement = f"Number {index}. {record.problem.statement}"
    problem = replace(record.problem, id=f"{index:064x}", statement=statement)
    return replace(record, index=index, problem=problem)


async def resumed(source: Path, folder: Path, settings: Settings, calls: int) -> list[str]:
    """Return what it takes to open a long run again."""
    with Journal.open(source, read_only=True) as journal:
        records = [one for one in problem_records(journal) if one.status == "accepted"]
    assert settings.limit is not None
    await fill(folder, records, settings.limit, calls)
    size = (folder / "journal.sqlite").stat().st_size
    watch, made = await run_empty(folder, settings)
    assert made.progress.resumed == settings.limit
    problems, rows = settings.limit, settings.limit * calls
    took = f"resumed in {watch.wall:.1f} s ({watch.cpu:.1f} s of CPU)"
    return [f"{problems:,} finished problems, {rows:,} calls, {size / 1e9:.1f} GB: {took}"]


async def run_empty(folder: Path, settings: Settings) -> tuple[Watch, Run]:
    """Open a run that has nothing left to do, and let it find that out."""
    sandbox = await open_sandbox("local", slots=1)
    try:
        with watched() as watch:
            async with open_run(folder, settings, BuiltinTeacher(), sandbox) as made:
                await made.loop.run()
    finally:
        await sandbox.close()
    return watch, made


async def main(options: argparse.Namespace) -> None:
    """Measure both, and print the figures."""
    languages = language.parse_list(options.langs)
    folder = Path(tempfile.mkdtemp(prefix="codegen-orchestrator-"))
    try:
        short = Settings(languages, target=options.targets)
        for line in await orchestrated(folder / "short", short):
            print(line, flush=True)
        long = Settings(languages, limit=options.problems)
        for line in await resumed(folder / "short", folder / "long", long, options.calls):
            print(line, flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.orchestrator", description=__doc__)
    parser.add_argument("--langs", default="py,js")
    parser.add_argument("--targets", type=int, default=10, help="accepted problems to be made")
    parser.add_argument("--problems", type=int, default=100_000, help="finished ones to resume")
    parser.add_argument("--calls", type=int, default=4, help="model calls of each of those")
    sys.exit(asyncio.run(main(parser.parse_args())))
