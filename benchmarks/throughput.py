"""Verifications per second against the bare toolchain, in the same run.

    python -m benchmarks [FOLDER] [--langs py,rs,go] [--sandbox docker] [--rows 60] [--rounds 3]

takes model answers in `FOLDER/humaneval-{py,rs,go}.jsonl`, keeps those that pass with the bare
toolchain, and lets both go through them in turn, two at a time: `python3 file.py`; `rustc --test`
and the program; `go test` with a warm cache; and the verifier without and with its linters. Prints
the median of the rounds' ratios: on a shared machine a ratio is worth more than a rate. Without a
folder the languages' own small proofs are gone through, each again and again.

Not here: whether the verdicts are right (`benchmarks.agreement`).
"""

from __future__ import annotations

import asyncio
import re
import statistics
import tempfile
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.humaneval_rows import Bare, Row, as_row, programs, run_bare, run_commands
from benchmarks.in_image import image_rate
from codegen import language as languages
from codegen.sandbox.contract import Job, Sandbox, Step
from codegen.verify.request import LintMode, VerifyRequest
from codegen.verify.verifier import Verifier

SLOTS = 2
_MAIN = re.compile(r"\bfn\s+main\s*\(\s*\)")


@dataclass(frozen=True, slots=True)
class Rates:
    """Programs per second in one round."""

    bare: float
    verifier: float
    linting: float
    in_image: float | None = None


def passing_rows(alias: str, folder: Path, most: int) -> list[Row]:
    """Return the first rows that pass with the bare toolchain."""
    rows = list(programs(languages.get(alias), folder / f"humaneval-{alias}.jsonl"))
    with ThreadPoolExecutor(SLOTS) as pool:
        reasons = list(pool.map(lambda row: run_bare(row.bare), rows))
    return [row for row, reason in zip(rows, reasons, strict=True) if not reason][:most]


def proof_rows(alias: str, count: int) -> list[Row]:
    """Return the language's own passing proof, `count` times, each a program of its own."""
    language = languages.get(alias)
    proofs = language.folder / "proofs"
    task = tomllib.loads((proofs / "task.toml").read_text("utf-8"))
    code = tomllib.loads((proofs / "passed.toml").read_text("utf-8"))["solution"]
    comment = "#" if language.name == "python" else "//"
    solutions = [f"{code.strip()}\n{comment} {number}\n" for number in range(count)]
    return [
        as_row(language, f"proof-{i}", s, task["tests_in_scope"]) for i, s in enumerate(solutions)
    ]


def measured_command(row: Row) -> Bare:
    """Return what a person would run: for Rust the tests as libtest's, as `cargo test` has them."""
    if row.language != "rust":
        return row.bare
    program = _MAIN.sub("#[test]\nfn program()", row.bare.files["program.rs"])
    build = ("rustc", "--test", "--edition=2021", "-Awarnings", "-o", "program", "program.rs")
    return replace(row.bare, files={"program.rs": program}, commands=(build, ("./program", "-q")))


def bare_rate(rows: Sequence[Row]) -> float:
    """Run the plain commands, two programs at a time."""

    def one(bare: Bare) -> None:
        with tempfile.TemporaryDirectory() as folder:
            reason = run_commands(bare, Path(folder))
            assert not reason, reason

    bares = [measured_command(row) for row in rows]
    started = time.perf_counter()
    with ThreadPoolExecutor(SLOTS) as pool:
        list(pool.map(one, bares))
    return len(rows) / (time.perf_counter() - started)


async def verifier_rate(verifier: Verifier, rows: Sequence[Row], lint: LintMode) -> float:
    """Verify the same programs; all of them must pass where nothing but tests can fail them."""
    requests = [VerifyRequest(r.language, r.solution, tests=r.tests, lint=lint) for r in rows]
    started = time.perf_counter()
    verdicts = [verdict async for verdict in verifier.averify_many(requests)]
    seconds = time.perf_counter() - started
    failed = [r.name for r, v in zip(rows, verdicts, strict=True) if lint == "off" and not v.passed]
    assert not failed, failed
    return len(rows) / seconds


async def rounds(
    verifier: Verifier, rows: Sequence[Row], count: int, *, in_image: bool
) -> list[Rates]:
    """Take turns; the first, which warms both, is not counted.

    With `in_image` the plain commands are measured in the sandbox's image as well.
    """
    found = []
    for _ in range(count + 1):
        bare = await asyncio.to_thread(bare_rate, rows)
        plain = await verifier_rate(verifier, rows, "off")
        linting = await verifier_rate(verifier, rows, "errors")
        inside = await asyncio.to_thread(_in_image, rows) if in_image else None
        found.append(Rates(bare, plain, linting, inside))
    return found[1:]


def _in_image(rows: Sequence[Row]) -> float:
    return image_rate(rows[0].language, [measured_command(row) for row in rows])


async def overheads(sandbox: Sandbox, count: int = 300) -> list[float]:
    """Return, sorted, the milliseconds of a job that were not spent in its program."""
    job = Job("python", (Step("run", ("run.py",), files={"run.py": b"pass\n"}, preloaded=True),))
    found = []
    for _ in range(count):
        started = time.perf_counter()
        execution = await sandbox.run(job)
        inside = sum(step.wall_s for step in execution.steps)
        found.append(1000 * (time.perf_counter() - started - inside))
    return sorted(found[count // 10 :])


def report(alias: str, found: Sequence[Rates], rows: int) -> str:
    """Return one line of the table."""
    bare = statistics.median(one.bare for one in found)
    plain = statistics.median(one.verifier / one.bare for one in found)
    linting = statistics.median(one.linting / one.bare for one in found)
    inside = [one.verifier / one.in_image for one in found if one.in_image]
    image = (
        f"   against the image's own toolchain {statistics.median(inside):5.2f} x" if inside else ""
    )
    return (
        f"{alias:4} {rows:4} programs   bare {bare:6.1f}/s"
        f"   verifier {plain:5.2f} x   with linters {linting:5.2f} x{image}"
    )
