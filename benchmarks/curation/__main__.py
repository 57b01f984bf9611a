"""`python -m benchmarks.curation`: how long curation takes, in how much memory, what it finds.

    python -m benchmarks.curation --records 10000,100000,1000000 [--workers 2] [--folder FOLDER]

For each number of records a run is generated (`benchmarks.curation.generated`) and curated with the
defaults, in a process of its own. What was planted is compared with what was dropped: copies and
faults that were missed, and honest problems that were lost.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from benchmarks.curation.measure import Measured, generate, measure


def main() -> None:
    """Measure each number of records, and print a table."""
    options = _options()
    print("| records | seconds | CPU seconds | MiB, this process | MiB, each worker | kept |")
    print("|---|---|---|---|---|---|")
    done = []
    for count in map(int, options.records.split(",")):
        one = _in_process(count, options)
        done.append(one)
        print(
            f"| {one.records:,} | {one.seconds:,.0f} | {one.cpu_seconds:,.0f} |"
            f" {one.parent_mib:,} | {one.worker_mib:,} | {one.kept:,} |",
            flush=True,
        )
    for one in done:
        print(json.dumps(asdict(one)))


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
                pool.submit(generate, run, count, options.seed).result()
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(measure, run, count, options.workers).result()
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
