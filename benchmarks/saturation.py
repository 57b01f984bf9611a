"""`python -m benchmarks.saturation`: whether a run keeps its model busy, and its sandboxes.

    python -m benchmarks.saturation [--slots 256] [--longer 6] [--seconds 300] [--langs py]

A run with real sandboxes goes against the simulator (`benchmarks.simulator`), whose answers are the
builtin teacher's and take their time. Where the model is the slow part its slots should be taken
all the time; where it is fast (`--longer 0.1`) the sandbox slots should be. Both are told of the
`--seconds` after the warm-up, which ends when the first problem has been accepted: until then all
lives are at the same stages, of which some are short and some wait for others. What is not said
here goes to `codegen synthesize` as it is.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.simulator import MODEL

_SLOTS = re.compile(r"slots (\d+)/(\d+)")
_WARM = re.compile(r" accepted [1-9]")


def simulator(options: argparse.Namespace) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.simulator", "--slots", str(options.slots)]
    command += ["--longer", str(options.longer), "--decode", str(options.decode)]
    return subprocess.Popen(command, stdin=-1, stdout=-1, text=True)


def sandbox_share(lines: list[str]) -> float:
    """Return the share of sandbox slots taken in the lines of a run."""
    seen = [int(taken) / int(of) for taken, of in _SLOTS.findall("".join(lines))]
    return sum(seen) / max(len(seen), 1)


def followed(command: list[str], seconds: float, server: subprocess.Popen[str]) -> str:
    """Run a command until it was warm for so long, then end it; returns what there is to tell."""
    assert server.stdin is not None
    assert server.stdout is not None
    lines: list[str] = []
    begun = time.monotonic()
    warm = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=-1, text=True) as run:
        assert run.stderr is not None
        for line in run.stderr:  # the run says something every five seconds
            sys.stderr.write(line)
            if warm:
                lines.append(line)
            elif _WARM.search(line):
                warm = time.monotonic()
                server.stdin.write("begin\n")
                server.stdin.flush()
            if warm and time.monotonic() > warm + seconds:
                break
        server.stdin.write("\n")
        server.stdin.flush()
        report = json.loads(server.stdout.readline())
        run.terminate()
        run.stderr.read()
    if not warm:
        sys.exit("the run ended before a problem was accepted")
    return (
        f"warm after {warm - begun:.0f} s; then the model was busy {report['busy']:.1%} of"
        f" {report['seconds']:.0f} s, sandbox slots {sandbox_share(lines):.1%}"
        f" ({report['requests']} requests in all)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.saturation", description=__doc__)
    parser.add_argument("--slots", type=int, default=256, help="of the model")
    parser.add_argument("--longer", type=float, default=6.0, help="answers count as so much longer")
    parser.add_argument("--decode", type=float, default=30.0, help="tokens per second and slot")
    parser.add_argument("--seconds", type=int, default=300, help="after the warm-up")
    parser.add_argument("--langs", default="py")
    options, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder, simulator(options) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        command = [sys.executable, "-m", "codegen", "synthesize", "--langs", options.langs]
        command += ["--model", MODEL, "--base-url", url, "--out", str(Path(folder) / "run")]
        # the teacher's statements are of few kinds: as duplicates most would end at once
        command += ["--near-duplicates", "1"]
        print(followed([*command, "--target", "1000000", *more], options.seconds, server))
        server.stdin.close()


if __name__ == "__main__":
    main()
