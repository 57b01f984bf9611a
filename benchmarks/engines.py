"""Two Ray nodes against one process, on the same cores: what the engine itself costs.

    build/ray/bin/python -m benchmarks.engines --journal postgresql://user@host/database

The same run of the builtin teacher is made by one process with two sandbox slots and by two workers
on two nodes of one CPU each, with the same kind of journal; what is made must be the same. Reported
is the time of the clock (without the start of either) and the CPU time of our own processes and of
Ray's, without the programs' own.

Not here: what the loop costs (`benchmarks.orchestrator`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SAMPLE_S = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")
RAY = ("raylet", "gcs_server", "ray/", "ray::")


@dataclass(slots=True)
class Usage:
    """CPU seconds of the processes below this one, by what they are; each as last seen.

    What they had used at the first look does not count.
    """

    seen: dict[int, tuple[str, float]] = field(default_factory=dict)
    before: dict[int, float] = field(default_factory=dict)

    def look(self) -> None:
        """Read the times of all processes below this one."""
        parents, found = {}, {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                told = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (OSError, UnicodeDecodeError):
                continue
            pid = int(folder.name)
            parents[pid] = int(told[1])
            found[pid] = (kind_of(command), (int(told[11]) + int(told[12])) / _TICKS)
        for pid, one in found.items():
            if one[0] and descends(pid, parents):
                self.seen[pid] = one

    def sums(self) -> Counter[str]:
        """Return the seconds by kind."""
        made: Counter[str] = Counter()
        for pid, (kind, seconds) in self.seen.items():
            made[kind] += seconds - self.before.get(pid, 0.0)  # type: ignore[assignment]  # a Counter takes any number
        return made


def kind_of(command: str) -> str:
    """Return what a process is: the run, a worker, Ray's own; nothing for any other."""
    if "ray::Worker" in command:
        return "workers"
    if "codegen synthesize" in command:
        return "run"
    return "Ray" if any(name in command for name in RAY) else ""


def descends(pid: int, parents: dict[int, int]) -> bool:
    """Whether a process is below this one."""
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = parents.get(pid, 0)
    return False


def run(folder: Path, journal: str, options: list[str]) -> tuple[float, Counter[str]]:
    """Make the run; return its seconds, and the CPU seconds of what took part."""
    command = [sys.executable, "-m", "codegen", "synthesize", *options, "--out", str(folder)]
    command += ["--journal", f"{journal}{'&' if '?' in journal else '?'}run=b{uuid.uuid4().hex}"]
    usage = Usage()
    usage.look()
    usage.before = {pid: seconds for pid, (_, seconds) in usage.seen.items()}
    with (folder.parent / "log").open("ab") as log:
        driver = subprocess.Popen(command, stdout=log, stderr=log)
        while driver.poll() is None:
            usage.look()
            time.sleep(_SAMPLE_S)
    if driver.returncode:
        raise SystemExit((folder.parent / "log").read_text())
    return json.loads((folder / "summary.json").read_text())["seconds"], usage.sums()


def cluster() -> Any:
    """Start two nodes with a CPU each."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - an optional extra

    head = {"num_cpus": 0, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args=head)
    for _ in range(2):
        made.add_node(num_cpus=1)
    return made


def main(options: argparse.Namespace) -> None:
    """Measure both in turns, and print the figures."""
    shared = ["--langs", options.langs, "--limit", str(options.limit), "--sandbox", "local"]
    shared += ["--derive", "none", "--mistakes", "0"]
    here = [*shared, "--slots", "2", "--concurrency", "16"]
    nodes = cluster()
    there = [*shared, "--concurrency", "8", "--engine", "ray", "--worker-cpus", "1"]
    there += ["--ray-address", nodes.address]
    with tempfile.TemporaryDirectory(prefix="codegen-engines-") as scratch:
        for turn in range(options.rounds):
            one, two = Path(scratch) / f"process-{turn}", Path(scratch) / f"ray-{turn}"
            wall, cpu = run(one, options.journal, here)
            ray_wall, ray_cpu = run(two, options.journal, there)
            made = [(folder / "examples.jsonl").read_bytes() for folder in (one, two)]
            assert made[0] == made[1]
            total = ray_cpu.total()
            print(f"one process: {wall:.1f} s, {cpu['run']:.1f} s of CPU; two Ray nodes:"
                  f" {ray_wall:.1f} s ({ray_wall / wall:.2f} x), {total:.1f} s of CPU"
                  f" ({total / cpu['run']:.2f} x): {dict(ray_cpu)}", flush=True)  # fmt: skip
    nodes.shutdown()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--journal", required=True, help="a PostgreSQL database, without a run")
    parser.add_argument("--langs", default="py")
    parser.add_argument("--limit", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=1)
    main(parser.parse_args())
