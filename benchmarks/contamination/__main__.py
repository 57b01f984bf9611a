"""What decontamination finds, and what it takes for a benchmark's though it is none.

    python -m benchmarks.contamination FOLDER [--rows 164] [--langs py,js] [--honest RUN ...]

makes questions of `FOLDER/humaneval-*.jsonl` (MultiPL-E, with a model's answers) into problems, in
the disguises of `benchmarks.contamination.planting`, puts them among the honest problems of runs of
the builtin teacher (made where none is named), and has the pass look for `humaneval-py.jsonl`, and
for Rust's file, in which every Python program is a translation. Prints how many of each disguise
were found and by which method, those that were missed, and which honest problems were dropped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.consensus.running import tasks
from benchmarks.contamination.planting import Plant, plants
from codegen import language as languages
from codegen.contamination.policy import Decontamination
from codegen.curate.collect import collect
from codegen.curate.decontamination import DecontaminationPass
from codegen.curate.draft import drafted
from codegen.curate.opened import opened
from codegen.curate.selection import EVERYTHING
from codegen.records import Example, Json
from codegen.verify.verifier import Verifier

_PLANTED = 1000  # the run that planted problems are put into


@dataclass(slots=True)
class Result:
    """What became of the problems that were looked at for one target."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[tuple[str, str]] = field(default_factory=list)
    honest: int = 0
    alarms: list[str] = field(default_factory=list)
    figures: Json = None
    seconds: float = 0.0


def honest_examples(runs: list[Path]) -> list[Example]:
    """Return the first solution of every problem of runs."""
    found: dict[str, Example] = {}
    for run in runs:
        with opened(run) as dataset:
            for row in dataset.rows():
                if row.kind == "solution":
                    found.setdefault(row.problem, row.example)
    return list(found.values())


async def planted(options: argparse.Namespace, honest: list[Example]) -> list[Plant]:
    """Make questions into problems."""
    wanted = [one.name for one in languages.parse_list(options.langs)]
    lines = (options.folder / "humaneval-py.jsonl").read_text("utf-8").splitlines()
    rows = {json.loads(line)["name"]: json.loads(line) for line in lines}
    made: list[Plant] = []
    async with Verifier(options.sandbox) as verifier:
        for task in tasks(options.folder, wanted)[: options.rows]:
            row = rows[task.name]
            reference = row["prompt"] + row["canonical_solution"]
            made += [one async for one in plants(task, row["prompt"], reference, honest, verifier)]
    return made


def looked_for(target: Path, made: list[Plant], runs: list[Path], sandbox: str) -> Result:
    """Look for one benchmark among honest and planted problems."""
    result = Result()
    settings = Decontamination(targets=(str(target),))
    settings = replace(settings, sandbox=sandbox)  # type: ignore[arg-type] # argparse has checked it
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        step = DecontaminationPass(settings, 2, place / "memory.sqlite")
        with drafted(place / "data") as draft:
            collect(runs, draft)
            draft.add_run(_PLANTED, place, {}, ())
            for index, plant in enumerate(made):
                draft.add(_PLANTED, replace(plant.record, index=index))
            draft.flush()
            started = time.monotonic()
            result.figures = step.run(draft)
            result.seconds = time.monotonic() - started
            seen = set()
            for row in draft.rows(EVERYTHING):
                if row.run != _PLANTED:
                    honest = (row.run, row.index)
                    result.honest += honest not in seen
                    if row.status == "dropped" and honest not in seen:
                        result.alarms.append(f"{row.title}: {row.detail}")
                    seen.add(honest)
                    continue
                plant = made[row.index]
                result.planted[plant.disguise] += 1
                if row.status == "dropped":
                    result.found[plant.disguise, row.detail.partition(":")[0]] += 1
                else:
                    result.missed.append((plant.disguise, plant.name))
    return result


def shown(target: Path, result: Result) -> str:
    """Return a result as Markdown."""
    lines = [
        f"## {target.name}",
        "",
        "| disguise | planted | found | by |",
        "|---|---:|---:|---|",
    ]
    for disguise, count in result.planted.items():
        methods = {how: n for (what, how), n in result.found.items() if what == disguise}
        by = ", ".join(f"{how} {n}" for how, n in sorted(methods.items()))
        lines.append(f"| {disguise} | {count} | {sum(methods.values())} | {by} |")
    asked = result.figures["behaviour"]
    lines += ["", f"{len(result.alarms)} of {result.honest} honest problems dropped."]
    lines += [f"- {alarm}" for alarm in result.alarms]
    lines += [f"- missed: {disguise}, {name}" for disguise, name in result.missed]
    lines.append(
        f"\n{asked['programs_run']} programs run for {asked['problems_asked']} problems, "
        f"{result.seconds:.0f} s"
    )
    return "\n".join(lines)


def teacher_run(folder: Path, problems: int) -> Path:
    """Make a run of the builtin teacher."""
    command = [sys.executable, "-m", "codegen", "synthesize", "--langs", "py,js", "--sandbox"]
    command += ["local", "--target", str(problems), "--out", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contamination", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=164)
    parser.add_argument("--langs", default="py,js,go,rs")
    parser.add_argument("--honest", type=Path, nargs="*", default=[])
    parser.add_argument("--problems", type=int, default=40, help="of a run that is made")
    parser.add_argument("--sandbox", choices=["auto", "docker", "local"], default="auto")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = options.honest or [teacher_run(Path(folder) / "run", options.problems)]
        honest = honest_examples(runs)
        made = asyncio.run(planted(options, honest))
        for name in ("py", "rs"):
            target = options.folder / f"humaneval-{name}.jsonl"
            chosen = made if name == "py" else [x for x in made if x.disguise == "paraphrase"]
            result = looked_for(target, chosen, runs, options.sandbox)
            print(shown(target, result), flush=True)


if __name__ == "__main__":
    main()
