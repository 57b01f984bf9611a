"""One curation: its run is generated, it is curated, and what it found is counted."""

from __future__ import annotations

import resource
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.curation.generated import generated
from benchmarks.curation.records import record, write_forms
from codegen.curate.curation import How, curate
from codegen.curate.dataset import Dataset
from codegen.curate.passes import passes_of
from codegen.curate.selection import EVERYTHING
from codegen.curate.settings import CurationSettings, Splits
from codegen.records import Json, to_json

EACH = 4  # examples of a problem
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """One curation: seconds of each step and of the CPUs, mebibytes at most, what was found."""

    records: int
    seconds: float
    cpu_seconds: float
    steps: dict[str, float]
    parent_mib: int
    worker_mib: int
    kept: int
    found: dict[str, int]


def generate(run: Path, count: int, seed: int) -> None:
    """Write a run with so many examples."""

    def forms() -> Iterator[tuple[int, Json]]:
        for number in range(count // EACH):
            yield number, to_json(record(number, generated(seed, number)))

    write_forms(run, forms())


def measure(run: Path, count: int, workers: int) -> Measured:
    """Curate a run with the defaults; to be called in a process of its own, for the memory."""
    settings = CurationSettings(splits=Splits({"train": 0.9, "validation": 0.05, "test": 0.05}))
    out = run.with_name(f"{run.name}.data")
    marks: list[tuple[str, float]] = []
    passes = passes_of(settings, workers=workers)
    how = How(told=lambda name: marks.append((name, time.monotonic())), workers=workers)
    curate([run], out, settings, passes, how=how)
    end = time.monotonic()
    ends = [at for _, at in marks[1:]] + [end]
    steps = {name: round(e - at, 1) for (name, at), e in zip(marks, ends, strict=True)}
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own, largest = (one.ru_maxrss * 1024 // MIB for one in used)
    cpu = round(sum(one.ru_utime + one.ru_stime for one in used), 1)
    with Dataset.open(out) as dataset:
        kept, found = dataset.count(), _found(dataset)
    shutil.rmtree(out)
    seconds = round(end - marks[0][1], 1)
    return Measured(count, seconds, cpu, steps, own, largest, kept, found)


def _found(dataset: Dataset) -> dict[str, int]:
    """Count what was missed and lost: of a problem and its copies one is to be kept.

    That holds for each kind and language by itself. What is unfinished is to be dropped.
    """
    kept: dict[tuple[str, str, str], int] = {}
    counted: Counter[str] = Counter()
    for row in dataset.rows(EVERYTHING):
        fate, number = row.title.split()[0], row.title.split()[-1]
        if fate == "stub":
            counted["stubs"] += row.language == "python"
            counted["stubs missed"] += row.language == "python" and row.reason != "stub"
            continue
        counted["copies"] += fate != "plain"
        name = (number, row.kind, row.language)
        kept[name] = kept.get(name, 0) + (row.status == "kept")
    counted["copies missed"] = sum(one - 1 for one in kept.values() if one > 1)
    counted["lost"] = sum(not one for one in kept.values())
    return dict(counted)
