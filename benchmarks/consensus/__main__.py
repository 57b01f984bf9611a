"""Real answers judged without their tests, and the judgement held against those tests.

    python -m benchmarks.consensus FOLDER [--langs py,rs,go] [--rows N] [--sandbox local]

takes a model's answers in `FOLDER/humaneval-*.jsonl`, one problem in several languages. Inputs are
generated from the typed signature and the statement's examples; what agrees is accepted. Only
then the given tests say which answers were right: precision is the share of the accepted that
are, recall the share of those that are accepted. With `--journal FOLDER` nothing is run twice.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.consensus import figures
from benchmarks.consensus.ruling import RULES
from benchmarks.consensus.running import Seen, Task, run, tasks
from codegen import language as languages
from codegen.errors import CodegenError
from codegen.journal import Journal, JournaledSandbox
from codegen.sandbox.choose import open_sandbox
from codegen.sandbox.contract import Sandbox
from codegen.verify.verifier import Verifier

_AT_ONCE = 2  # problems
_KEY = b"the same for each run, for --journal"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.consensus", description=__doc__)
    parser.add_argument("folder", type=Path, help="humaneval-*.jsonl of MultiPL-E")
    parser.add_argument("--langs", default=",".join(languages.names()))
    parser.add_argument("--rows", type=int, default=1000, help="problems, at most")
    parser.add_argument("--sandbox", default="local", choices=["docker", "local"])
    parser.add_argument("--inputs", type=int, default=24, help="generated for each problem")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--journal", type=Path)
    return parser.parse_args()


@asynccontextmanager
async def _verifier(options: argparse.Namespace) -> AsyncIterator[Verifier]:
    named = tuple(one.environment for one in languages.parse_list(options.langs))
    pool = await open_sandbox(options.sandbox, named, slots=options.slots, on_event=print)
    journal = Journal.open(options.journal) if options.journal else None
    sandbox: Sandbox = JournaledSandbox(pool, journal) if journal else pool
    try:
        async with Verifier(sandbox, slots=options.slots, key=_KEY) as verifier:
            yield verifier
    finally:
        await pool.close()
        if journal:
            journal.close()


async def _run_all(options: argparse.Namespace) -> list[Seen]:
    chosen = [one.name for one in languages.parse_list(options.langs)]
    turn = asyncio.Semaphore(_AT_ONCE)
    async with _verifier(options) as verifier:

        async def one(task: Task) -> Seen:
            async with turn:
                return await run(task, verifier, count=options.inputs, seed=options.seed)

        found = tasks(options.folder, chosen)[: options.rows]
        return list(await asyncio.gather(*map(one, found)))


def _report(seen: list[Seen], options: argparse.Namespace) -> None:
    found = figures.judged(seen, RULES[0])
    without = [one.task.name for one in seen if one.task.problem and not one.task.problem.examples]
    names = [one.name for one in languages.parse_list(options.langs)]
    print(figures.language_table(seen, found, names))
    print(figures.rule_table(seen))
    print(figures.agreement_table(seen, found))
    for title, lines in (
        ("not covered", figures.uncovered(seen)),
        ("no example that can be read", without),
        ("accepted, and the given tests fail", figures.wrongly_accepted(found)),
        ("not accepted, and the given tests pass", figures.wrongly_refused(seen, found)),
    ):
        print(f"\n{title}: {len(lines)}", *lines, sep="\n  ")


if __name__ == "__main__":
    chosen = _options()
    try:
        _report(asyncio.run(_run_all(chosen)), chosen)
    except CodegenError as error:
        sys.exit(f"error: {error}")
