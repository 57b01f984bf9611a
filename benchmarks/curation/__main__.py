"""`python -m benchmarks.curation`: how long curation takes, in how much memory, what it finds.

    python -m benchmarks.curation --records 10000,100000,1000000 [--workers 2] [--folder FOLDER]

For each number of records a run is generated (`benchmarks.curation.generated`) and curated with the
defaults, in a process of its own. What was planted (copies, unfinished programs, keys, addresses,
questions of a benchmark) is compared with what was found: what was missed, and honest problems that
were lost. What was measured is printed as JSON as well, as soon as it is known.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from benchmarks.curation.measure import Measured, generate, measure


def main() -> None:
    """Measure each number of records, and print tables."""
    options = _options()
    done: list[Measured] = []
    for count in map(int, options.records.split(",")):
        done.append(_in_process(count, options))
        print(json.dumps(asdict(done[-1])), flush=True)
    print("\n".join(table(done)))


def table(done: list[Measured]) -> Iterator[str]:
    """Yield the lines of the tables: each number of records, the steps, what was planted."""
    yield "| records | minutes | CPU minutes | ms a record | MiB | MiB, a worker | MiB on disk |"
    yield "|---:|---:|---:|---:|---:|---:|---:|"
    for one in done:
        yield (
            f"| {one.records:,} | {one.seconds / 60:.1f} | {one.cpu_seconds / 60:.1f} |"
            f" {1000 * one.cpu_seconds / one.records:.2f} | {one.parent_mib:,} |"
            f" {one.worker_mib:,} | {one.disk_mib:,} |"
        )
    yield ""
    yield "| ms of CPU a record | " + " | ".join(f"{one.records:,}" for one in done) + " |"
    yield "|---|" + "---:|" * len(done)
    for name in done[0].steps:
        shares = (f"{1000 * one.cpu_steps[name] / one.records:.3f}" for one in done)
        yield f"| {name} | " + " | ".join(shares) + " |"
    yield ""
    yield "| found | " + " | ".join(f"{one.records:,}" for one in done) + " |"
    yield "|---|" + "---:|" * len(done)
    for name in sorted({name for one in done for name in one.found}):
        yield f"| {name} | " + " | ".join(f"{one.found.get(name, 0):,}" for one in done) + " |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--records", default="10000,100000", help="numbers, with commas")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where runs are kept between calls")
    return parser.parse_args()


def _in_process(count: int, options: argparse.Namespace) -> Measured:
    """Measure in a process of its own, whose peak of memory is no other's."""
    folder = options.folder or Path(tempfile.mkdtemp(prefix="curation-"))
    run = folder / f"run-{count}-{options.seed}"
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            if not run.exists():
                pool.submit(generate, run, count, options.seed, options.workers).result()
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(measure, run, count, options.workers).result()
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
