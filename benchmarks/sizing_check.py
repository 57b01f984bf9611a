"""Whether what `benchmarks.sizing` computes is what a run takes: checked against the simulator.

    python -m benchmarks.sizing_check [--problems 80] [--slots 32] [--longer 2] [--langs py]

A short run of the builtin teacher is measured as `--measure` does. From that, and from the rates of
`benchmarks.simulator` in a GPU's place, the model of the sizing page says how many tokens, seconds
of the server and seconds of CPU other problems will take; then those are made against the
simulator. The CPU of programs is what the journal holds of them, that of the run the process's.
What is told is predicted / measured, for each. The time by the clock has two ends, in which the
server is not full, that a run of a week would not notice: they are told apart.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.saturation import simulator
from benchmarks.simulator import MODEL
from benchmarks.sizing import Assumed, Measured, Served, core_hours, measure, seconds_of

_PREFILL = 20_000.0  # tokens per second, as the simulator has it
_BY_LIMIT = 4


def synthesized(out: Path, *more: str) -> tuple[float, float]:
    """Make a run; returns its seconds by the clock, and those of CPU with all that it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    command = [sys.executable, "-m", "codegen", "synthesize", "--out", str(out), *more]
    ended = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    if ended.returncode not in (0, _BY_LIMIT):
        raise SystemExit(f"the run ended with {ended.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - started, spent


def attempted(run: Measured, problems: int) -> int:
    """Return the examples to be expected of so many attempted problems."""
    return round(problems * run.examples / run.attempted)


def main() -> None:
    """Measure, predict, run and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--problems", type=int, default=80, help="attempted")
    parser.add_argument("--measured", type=int, default=40, help="problems of the first run")
    parser.add_argument("--slots", type=int, default=32, help="of the simulated server")
    parser.add_argument("--decode", type=float, default=30.0, help="tokens per second and slot")
    parser.add_argument("--longer", type=float, default=2.0)
    parser.add_argument("--langs", default="py")
    options = parser.parse_args()
    common = ["--langs", options.langs, "--sandbox", "local"]
    with tempfile.TemporaryDirectory() as scratch:
        first = Path(scratch) / "measured"
        synthesized(first, *common, "--limit", str(options.measured), "--target", "1000000")
        known = measure(first)
        with simulator(options) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            other = Path(scratch) / "other"
            more = ["--model", MODEL, "--base-url", url, "--seed", "1", "--target", "1000000"]
            more += ["--near-duplicates", "1"]  # the teacher's statements are of few kinds
            more += ["--limit", str(options.problems), "--concurrency", str(2 * options.slots)]
            clock_s, cpu_s = synthesized(other, *common, *more)
            server.stdin.write("\n")
            server.stdin.flush()
            report = json.loads(server.stdout.readline())
            server.stdin.close()
        print(compared(options, known, measure(other), (clock_s, cpu_s, report["busy_s"])))


def compared(
    options: argparse.Namespace, known: Measured, found: Measured, took: tuple[float, float, float]
) -> str:
    """Return the table of what was predicted and what was measured."""
    clock_s, cpu_s, busy_s = took
    assumed = Assumed(longer=options.longer, tries=1.0, cached=0.0)
    examples = attempted(known, options.problems)
    per_slot = 1 / (options.slots * options.decode)
    rates = Served(options.slots, per_slot, 1 / (options.slots * _PREFILL))
    server_s = examples * seconds_of(known, assumed, rates)
    cores_s = {name: 3600 * hours for name, hours in core_hours(known, examples, assumed).items()}
    programs_s = sum(cores_s[name] for name in known.program_cpu_s)
    programs_found_s = found.examples * sum(found.program_cpu_s.values())
    lines = [
        ("examples", examples, found.examples),
        ("written tokens", examples * known.completion_tokens * options.longer,
         found.examples * found.completion_tokens),
        ("seconds of the whole server", server_s, busy_s / options.slots),
        ("seconds by the clock, with both ends", server_s, clock_s),
        ("seconds of CPU of programs", programs_s, programs_found_s),
        ("seconds of CPU of the run", cores_s["the run"], cpu_s),
    ]  # fmt: skip
    table = ["| | predicted | measured | ratio |", "|---|---:|---:|---:|"]
    table += [
        f"| {name} | {said:,.0f} | {was:,.0f} | {said / was:.2f} |" for name, said, was in lines
    ]
    return "\n".join(table)


if __name__ == "__main__":
    main()
