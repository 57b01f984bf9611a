"""One curation: its run is generated, it is curated, and what it found is counted."""

from __future__ import annotations

import resource
import shutil
import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.curation.generated import write_questions
from benchmarks.curation.writing import EACH, write_generated
from codegen.contamination.policy import Decontamination
from codegen.curate.curation import How, curate
from codegen.curate.dataset import Dataset
from codegen.curate.passes import passes_of
from codegen.curate.row import Row
from codegen.curate.selection import EVERYTHING
from codegen.curate.settings import CurationSettings, Splits
from codegen.journal import codec

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """One curation: seconds, CPU seconds of all processes, mebibytes at most, what was found.

    `steps` and `cpu_steps` have the seconds of each step, by the clock and of the CPUs.
    """

    records: int
    seconds: float
    cpu_seconds: float
    steps: dict[str, float]
    cpu_steps: dict[str, float]
    parent_mib: int
    worker_mib: int
    disk_mib: int
    kept: int
    found: dict[str, int]


def generate(run: Path, count: int, seed: int, workers: int) -> None:
    """Write a run with so many examples, and beside it the benchmark that some of them answer."""
    write_generated(run, count // EACH, seed, workers)
    write_questions(_questions(run), seed)


def measure(run: Path, count: int, workers: int) -> Measured:
    """Curate a run with the defaults; to be called in a process of its own, for the memory."""
    settings = CurationSettings(
        splits=Splits({"train": 0.9, "validation": 0.05, "test": 0.05}),
        # programs that are of no use are not run
        decontamination=Decontamination(targets=(str(_questions(run)),), off=("behaviour",)),
    )
    out = run.with_name(f"{run.name}.data")
    marks: list[tuple[str, float, float]] = []
    how = How(told=lambda name: marks.append((name, time.monotonic(), _cpu())), workers=workers)
    curate([run], out, settings, passes_of(settings, workers=workers), how=how)
    marks.append(("end", time.monotonic(), _cpu()))
    pairs = list(pairwise(marks))
    steps = {one[0]: round(other[1] - one[1], 1) for one, other in pairs}
    cpu_steps = {one[0]: round(other[2] - one[2], 1) for one, other in pairs}
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own, largest = (one.ru_maxrss * 1024 // MIB for one in used)
    disk = sum(one.stat().st_size for one in out.iterdir()) // MIB
    with Dataset.open(out) as dataset:
        kept, found = dataset.count(), _found(dataset)
    shutil.rmtree(out)
    return Measured(
        records=count,
        seconds=round(marks[-1][1] - marks[0][1], 1),
        cpu_seconds=round(marks[-1][2] - marks[0][2], 1),
        steps=steps,
        cpu_steps=cpu_steps,
        parent_mib=own,
        worker_mib=largest,
        disk_mib=disk,
        kept=kept,
        found=found,
    )


def _questions(run: Path) -> Path:
    return run.with_name(f"{run.name}.questions.jsonl")


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _found(dataset: Dataset) -> dict[str, int]:
    """Count what was planted, missed and lost.

    Of a problem and its copies one is to be kept, for each kind and language by itself. What is
    unfinished, holds a key or is a benchmark's is to be dropped, an address to be taken out.
    """
    kept: dict[tuple[str, str, str], int] = {}
    counted: Counter[str] = Counter()
    for row in dataset.rows(EVERYTHING):
        fate, number = row.title.split()[0], row.title.split()[-1]
        if fate not in ("plain", "copy", "reworded", "renamed"):
            missed = _missed(fate, row)
            if missed is not None:
                counted.update({fate: 1, f"{fate} missed": missed})
            continue
        counted["copies"] += fate != "plain"
        name = (number, row.kind, row.language)
        kept[name] = kept.get(name, 0) + (row.status == "kept")
    counted["copies missed"] = sum(one - 1 for one in kept.values() if one > 1)
    counted["lost"] = sum(not one for one in kept.values())
    return dict(counted)


def _missed(fate: str, row: Row) -> bool | None:
    """Whether what is planted in an example was missed; None where nothing is in this one."""
    if fate == "stub":
        here = row.language == "python" and row.kind == "solution"
        return row.reason != "stub" if here else None
    if fate == "secret":
        return row.reason != "secret" if row.language == "python" else None
    if fate == "address":
        return b"-post.com" in codec.unpack_bytes(row.data)
    return row.status == "kept"
