"""How right a run of the builtin teacher is: the teacher knows, so it is asked when all is over.

    python -m benchmarks.quality --problems 40 --rates 0.1,0.3,0.5 --langs py,rs,go

A run for each rate of mistakes, in a folder of its own; an interrupted one goes on. Every value,
every program and every text that was accepted is compared with the truth, and what was rejected
too: what right things were lost? `--without reference` and `--without mutants` switch a mechanism
off; what consensus and arbitration contribute is told from any run. Ends with 1 where a target is
missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.quality.executed import LIMITS, execute
from benchmarks.quality.figures import Figures, shown, table
from benchmarks.quality.labels import Count
from codegen import language
from codegen.engine.run import open_run
from codegen.errors import CodegenError
from codegen.journal import Journal, JournaledSandbox
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.records import Json
from codegen.sandbox.choose import open_sandbox
from codegen.sandbox.contract import Sandbox
from codegen.synthesis.finished import problem_records
from codegen.synthesis.settings import Settings
from codegen.verify.verifier import Verifier

WITHOUT: Mapping[str, Mapping[str, object]] = {
    "": {},
    "reference": {"reference": False},
    "mutants": {"strength": 0.0},
}
TARGETS = (
    ("labels", "wrong at L4 and above", 0.0, "at most"),
    ("labels", "wrong at L3 and above", 0.001, "at most"),
    ("problems", "right ones kept", 0.95, "at least"),
    ("texts", "unfaithful ones passed", 0.01, "at most"),
)


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--problems", type=int, default=40, help="attempted at each rate")
    parser.add_argument("--rates", default="0.1,0.3,0.5", help="shares of wrong solutions")
    parser.add_argument("--langs", default="py,rs,go")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sandbox", default="auto", choices=["auto", "docker", "local"])
    parser.add_argument("--slots", type=int)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--without", default="", choices=list(WITHOUT))
    parser.add_argument("--folder", type=Path, default=Path("runs/quality"))
    parser.add_argument("--out", type=Path, help="the figures as JSON")
    return parser.parse_args(arguments)


async def made(options: argparse.Namespace, rate: float, sandbox: Sandbox) -> Path:
    """Make the run of one rate, as far as it is not there, and return its folder."""
    name = f"{rate}-without-{options.without}" if options.without else str(rate)
    folder: Path = options.folder / name
    settings = Settings(
        languages=language.parse_list(options.langs),
        seed=options.seed,
        limit=options.problems,
        concurrency=options.concurrency,
        limits=LIMITS,
    )
    settings = replace(settings, **WITHOUT[options.without])  # type: ignore[arg-type]
    teacher = BuiltinTeacher(mistakes=Mistakes.at(rate), seed=options.seed)
    async with open_run(folder, settings, teacher, sandbox, on_event=_tell) as run:
        await run.loop.run()
    return folder


async def counted(folder: Path, sandbox: Sandbox) -> Count:
    """Compare every record of a run with the truth; what has run for that is not run again."""
    with Journal.open(folder, read_only=True) as journal, Journal.open(folder / "truth") as kept:
        seed = journal.configuration()["seed"]
        async with Verifier(JournaledSandbox(sandbox, kept), key=b"truth" * 8) as verifier:
            truths = await execute(problem_records(journal), verifier, seed)
        count = Count(truths, seed)
        for record in problem_records(journal):
            count.add(record)
    count.finish()
    return count


def missed(figures: Figures) -> list[str]:
    """Return the targets that a run misses, in words."""
    found = []
    for stage, name, bound, kind in TARGETS:
        share = figures.of(stage, name)
        if share.value is None:
            continue
        if share.value > bound if kind == "at most" else share.value < bound:
            found.append(f"{stage}, {name}: {shown(share)}; the target is {kind} {bound:.1%}")
    return found


async def main() -> int:
    options = options_of()
    chosen = language.parse_list(options.langs)
    environments = tuple(one.environment for one in chosen)
    runs: dict[str, Figures] = {}
    report: dict[str, Json] = {}
    sandbox = await open_sandbox(options.sandbox, environments, slots=options.slots, on_event=_tell)
    try:
        for rate in map(float, options.rates.split(",")):
            started = time.monotonic()
            folder = await made(options, rate, sandbox)
            seconds = time.monotonic() - started
            count = await counted(folder, sandbox)
            checked = time.monotonic() - started - seconds
            _tell(f"at {rate}: {seconds:.0f} s for the run, {checked:.0f} s for the truth")
            runs[f"at {rate:g}"] = count.figures
            report[str(rate)] = {
                "figures": count.figures.to_json(),
                "missed": missed(count.figures),
                "wrong": count.complaints,
                "run_seconds": round(seconds, 1),
                "check_seconds": round(checked, 1),
            }
    finally:
        await sandbox.close()
    print(table(runs))
    return _told(options, runs, report)


def _told(options: argparse.Namespace, runs: Mapping[str, Figures], report: Json) -> int:
    if options.out:
        settings = {
            key: str(value) if isinstance(value, Path) else value
            for key, value in vars(options).items()
        }
        text = json.dumps({"settings": settings, "rates": report}, indent=1)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text + "\n", "utf-8")
    for name, one in report.items():
        for complaint in one["wrong"]:
            print(f"at {name} wrong: {complaint}")
    failed = [f"{name}: {words}" for name, one in runs.items() for words in missed(one)]
    print("\n".join(f"missed {line}" for line in failed) or "every target is met")
    return 1 if failed else 0


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except CodegenError as error:
        sys.exit(f"error: {error}")
