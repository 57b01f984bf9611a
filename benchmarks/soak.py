"""A long run under load: no verdict changes, nothing is left behind, no memory grows.

    python -m benchmarks.soak --jobs 20000 --sandbox docker [--langs py,rs,go] [--hostile 0.1]

The programs are the languages' own proofs. Each is judged once in a quiet sandbox; then a random
mixture of them goes through one verifier with three slots for each core, and every verdict is
compared with the quiet one. Before and after, the processes, descriptors, containers, temporary
files and cgroups of this process are counted. Exits with 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import docker

from codegen import language as languages
from codegen.records import Outcome, Verdict
from codegen.verify.request import VerifyRequest
from codegen.verify.verifier import Verifier

HOSTILE = (
    Outcome.TAMPERED,
    Outcome.TIME_LIMIT,
    Outcome.IDLE_LIMIT,
    Outcome.MEMORY_LIMIT,
    Outcome.OUTPUT_LIMIT,
)
SAMPLES = 200
GROWTH = 1.25  # of memory between the second and the last quarter of the run


@dataclass(frozen=True, slots=True)
class Program:
    """A proof under one oracle."""

    name: str
    outcome: Outcome
    request: VerifyRequest


@dataclass(frozen=True, slots=True)
class Left:
    """What this process has at a moment, all of which must be as it was in the end."""

    descendants: int
    descriptors: int
    containers: int
    temporary_files: int
    cgroups: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident bytes of the orchestrator, and of its largest supervisor."""

    orchestrator: int
    supervisor: int


def programs(names: list[str]) -> list[Program]:
    """Return every proof of some languages, by cases and by native tests."""
    return [
        program
        for name in names
        for path in sorted((languages.get(name).folder / "proofs").glob("*.toml"))
        if path.stem != "task"
        for program in _of(name, path)
    ]


def _of(name: str, path: Path) -> Iterator[Program]:
    proof = tomllib.loads((path.parent / "task.toml").read_text("utf-8"))
    proof |= tomllib.loads(path.read_text("utf-8"))
    outcome = Outcome(proof["outcome"])
    if outcome is Outcome.LINT_ERROR:
        return  # linters are another matter, and slow
    oracles: dict[str, dict[str, Any]] = {
        "call": {"cases": proof["cases"], "signature": proof["signature"]},
        "unit": {"tests": proof["tests_importing"]},
    }
    for oracle, asked in oracles.items():
        request = VerifyRequest(
            name, proof["solution"], lint="off", limits=proof.get("limits"), **asked
        )
        yield Program(f"{name} {path.stem} {oracle}", outcome, request)


def essence(verdict: Verdict) -> tuple[Any, ...]:
    """Return what must not depend on the load."""
    cases = tuple((case.name, str(case.outcome)) for case in verdict.cases)
    return (str(verdict.outcome), str(verdict.stage), verdict.oracle, cases)


def mixture(found: list[Program], jobs: int, hostile: float, seed: int) -> Iterator[Program]:
    """Yield a random mixture with a share of hostile programs."""
    rng = random.Random(seed)
    bad = [one for one in found if one.outcome in HOSTILE]
    good = [one for one in found if one.outcome not in HOSTILE]
    for _ in range(jobs):
        yield rng.choice(bad if rng.random() < hostile else good)


def left() -> Left:
    """Count what this process has now."""
    mine = _containers()
    groups = [path for one in mine for path in Path("/sys/fs/cgroup").glob(f"*/docker/{one}")]
    prefixes = ("codegen", "slot")
    temporary = [one for one in _names(tempfile.gettempdir()) if one.startswith(prefixes)]
    return Left(
        descendants=len(_descendants(os.getpid())),
        descriptors=len(_names("/proc/self/fd")),
        containers=len(mine),
        temporary_files=len(temporary),
        cgroups=len(groups),
    )


def _containers() -> list[str]:
    """Return the ids of the slots that this process owns."""
    try:
        client = docker.from_env()
        label = f"codegen.owner-pid={os.getpid()}"
        found = [one.id or "" for one in client.containers.list(all=True, filters={"label": label})]
        client.close()
    except Exception:  # noqa: BLE001 - no daemon, no containers
        return []
    return found


def _descendants(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for pid in _processes():
        try:
            stat = Path("/proc", str(pid), "stat").read_text()
        except OSError:
            continue
        parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(pid)
    found, waiting = [], [root]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def memory() -> Memory:
    """Measure this process and its supervisors."""
    largest = max(map(_resident, filter(_is_supervisor, _processes())), default=0)
    return Memory(_resident(os.getpid()), largest)


def _names(folder: str) -> list[str]:
    return [path.name for path in Path(folder).iterdir()]


def _processes() -> list[int]:
    return [int(name) for name in _names("/proc") if name.isdigit()]


def _is_supervisor(pid: int) -> bool:
    try:
        words = Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(word.endswith(b"supervisor.py") for word in words)


def _resident(pid: int) -> int:
    try:
        fields = Path("/proc", str(pid), "statm").read_text().split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def growth(samples: list[int]) -> float:
    """Return the median of the last quarter over that of the second."""
    quarter = max(1, len(samples) // 4)
    before = statistics.median(samples[quarter : 2 * quarter] or samples)
    return statistics.median(samples[-quarter:]) / before if before else 1.0


def soak(options: argparse.Namespace) -> dict[str, Any]:
    """Run it and return what was found."""
    names = [one.name for one in languages.parse_list(options.langs)]
    found = programs(names)
    print(f"{len(found)} programs; judging each in quiet", flush=True)
    with Verifier(options.sandbox, slots=1) as verifier:
        quiet = dict(
            zip(
                (one.name for one in found),
                map(essence, verifier.verify_many(one.request for one in found)),
                strict=True,
            )
        )
    wrong = [one.name for one in found if quiet[one.name][0] != str(one.outcome)]
    before, begun = left(), time.monotonic()
    differing: Counter[str] = Counter()
    kept: list[Memory] = []
    chosen = list(mixture(found, options.jobs, options.hostile, options.seed))
    every = max(1, options.jobs // SAMPLES)
    with Verifier(options.sandbox, slots=options.slots) as verifier:
        for number, verdict in enumerate(verifier.verify_many(one.request for one in chosen)):
            name = chosen[number].name
            if essence(verdict) != quiet[name]:
                differing[f"{name}: {quiet[name][0]} -> {verdict.outcome}: {verdict.message}"] += 1
            if number % every == 0:
                kept.append(memory())
                rate = (number + 1) / (time.monotonic() - begun)
                if sys.stdout.isatty():
                    print(f"\r{number + 1} of {options.jobs}, {rate:.1f}/s", end="", flush=True)
    took = time.monotonic() - begun
    time.sleep(1.0)  # the daemon removes containers in its own time
    after = left()
    grown = Memory(
        *(round(growth([getattr(one, name) for one in kept]) * 1000) for name in Memory.__slots__)
    )
    return {
        "jobs": options.jobs,
        "sandbox": options.sandbox,
        "languages": names,
        "slots": options.slots,
        "jobs_per_s": round(options.jobs / took, 1),
        "wrong_in_quiet": wrong,
        "differing": dict(differing),
        "before": asdict(before),
        "after": asdict(after),
        "orchestrator_mib": round(kept[-1].orchestrator / 2**20, 1),
        "supervisor_mib": round(kept[-1].supervisor / 2**20, 1),
        "growth": {
            "orchestrator": grown.orchestrator / 1000,
            "supervisor": grown.supervisor / 1000,
        },
    }


def complaints(report: dict[str, Any]) -> list[str]:
    """Return in words what must not be."""
    found = [f"in quiet: {name}" for name in report["wrong_in_quiet"]]
    found += [f"{times} x {text}" for text, times in report["differing"].items()]
    for name, count in report["after"].items():
        if count > report["before"][name]:
            found.append(f"{name}: {report['before'][name]} before, {count} after")
    found += [f"{name} grew by {by}" for name, by in report["growth"].items() if by > GROWTH]
    return found


def main() -> int:
    """Parse the command line, run, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--sandbox", choices=("docker", "local"), default="docker")
    parser.add_argument("--langs", default=",".join(languages.names()))
    parser.add_argument("--hostile", type=float, default=0.1)
    parser.add_argument("--slots", type=int, default=3 * (os.cpu_count() or 1))
    parser.add_argument("--seed", type=int, default=0)
    report = soak(parser.parse_args())
    print("\n" + json.dumps(report, indent=2))
    found = complaints(report)
    print("\n".join(found) or "nothing differs, nothing is left, nothing grows")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
