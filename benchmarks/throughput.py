"""Verifications per second against the bare toolchain, in the same run.

Model answers that pass with the bare toolchain go through it and through the verifier in turn:
`python3 file.py`; `rustc --test` and the program; `go test` with a warm cache; `g++` and the
program; `javac` and `java`; `node`; `tsc` and `node`. On a shared machine a ratio is worth more
than a rate: what is reported is the median of the rounds' ratios.

Not here: whether the verdicts are right (`benchmarks.agreement`), and what is not a rate
(`benchmarks.costs`).
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
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.humaneval_rows import Bare, Row, as_row, programs, run_bare, run_commands
from benchmarks.in_image import image_rate
from benchmarks.peer import peer_rate
from codegen import language as languages
from codegen.language import Language
from codegen.sandbox.choose import Choice, open_sandbox
from codegen.verify.request import LintMode, VerifyRequest
from codegen.verify.verifier import Verifier

_PEER_PROGRAMS = 10
_IN_IMAGE = ("python", "rust", "go")  # where our image's toolchain is not the machine's
_PYTHON = "/usr/bin/python3"
_MAIN = re.compile(r"\bfn\s+main\s*\(\s*\)")


@dataclass(slots=True)
class Rates:
    """Programs per second of one language with so many slots, a value for each round.

    The keys: `bare`, `image` (the plain commands in our image), `peer`, and for each sandbox its
    name and its name with ` lint`.
    """

    language: str
    slots: int
    programs: int
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, what: str, rate: float) -> None:
        """Note the rate of a round."""
        self.values.setdefault(what, []).append(rate)

    def ratio(self, what: str, to: str = "bare") -> float | None:
        """Return the median of the rounds' ratios, or None where one of the two is missing."""
        pairs = zip(self.values.get(what, ()), self.values.get(to, ()), strict=False)
        found = [one / other for one, other in pairs]
        return statistics.median(found) if found else None


def passing_rows(alias: str, folder: Path, most: int) -> list[Row]:
    """Return the first rows that pass with the bare toolchain."""
    rows = list(programs(languages.get(alias), answers(alias, folder)))
    with ThreadPoolExecutor(2) as pool:
        reasons = list(pool.map(lambda row: run_bare(row.bare), rows))
    return [row for row, reason in zip(rows, reasons, strict=True) if not reason][:most]


def answers(alias: str, folder: Path) -> Path:
    """Return the file of a language's answers, by whichever of its names it is called."""
    language = languages.get(alias)
    names = (alias, language.name, *language.aliases)
    paths = [folder / f"humaneval-{name}.jsonl" for name in names]
    found = next(filter(Path.exists, paths), None)
    if found is None:
        raise SystemExit(f"no answers in {language.title}: there is no {paths[0]}")
    return found


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
    """Return what a person would run: for Rust the tests as libtest's, as `cargo test` has them.

    For Python it is the system's own interpreter, where there is one: a version manager's starts
    many times slower, and we would shine beside it.
    """
    if row.language == "python" and Path(_PYTHON).exists():
        return replace(row.bare, commands=((_PYTHON, "program.py"),))
    if row.language != "rust":
        return row.bare
    program = _MAIN.sub("#[test]\nfn program()", row.bare.files["program.rs"])
    build = ("rustc", "--test", "--edition=2021", "-Awarnings", "-o", "program", "program.rs")
    return replace(row.bare, files={"program.rs": program}, commands=(build, ("./program", "-q")))


def bare_rate(bares: Sequence[Bare], slots: int) -> float:
    """Run the plain commands, so many programs at a time."""

    def one(bare: Bare) -> None:
        with tempfile.TemporaryDirectory() as folder:
            reason = run_commands(bare, Path(folder))
            assert not reason, reason

    started = time.perf_counter()
    with ThreadPoolExecutor(slots) as pool:
        list(pool.map(one, bares))
    return len(bares) / (time.perf_counter() - started)


async def verifier_rate(verifier: Verifier, rows: Sequence[Row], lint: LintMode) -> float:
    """Verify the same programs; all of them must pass where nothing but tests can fail them."""
    requests = [VerifyRequest(r.language, r.solution, tests=r.tests, lint=lint) for r in rows]
    started = time.perf_counter()
    verdicts = [verdict async for verdict in verifier.averify_many(requests)]
    seconds = time.perf_counter() - started
    failed = [r.name for r, v in zip(rows, verdicts, strict=True) if lint == "off" and not v.passed]
    assert not failed, failed
    return len(rows) / seconds


async def measure(
    language: Language, rows: Sequence[Row], sandboxes: Sequence[Choice], *, slots: int, rounds: int
) -> Rates:
    """Take turns; the first, which warms all of them, is not counted."""
    bares = [measured_command(row) for row in rows]
    found = Rates(language.name, slots, len(rows))
    opened = {
        name: await open_sandbox(name, (language.environment,), slots=slots, on_event=_quiet)
        for name in sandboxes
    }
    try:
        for number in range(rounds + 1):
            noted = found if number else Rates(language.name, slots, len(rows))
            noted.add("bare", await asyncio.to_thread(bare_rate, bares, slots))
            for name, sandbox in opened.items():
                async with Verifier(sandbox) as verifier:
                    noted.add(name, await verifier_rate(verifier, rows, "off"))
                    noted.add(f"{name} lint", await verifier_rate(verifier, rows, "errors"))
            if "docker" in opened and language.name in _IN_IMAGE:
                noted.add("image", await asyncio.to_thread(_in_image, language, bares, slots))
        if "docker" in opened:
            await asyncio.to_thread(_peer, found, bares[:_PEER_PROGRAMS], slots)
    finally:
        for sandbox in opened.values():
            await sandbox.close()
    return found


def _quiet(_: str) -> None:
    """Say nothing: the table is what is printed."""


def _in_image(language: Language, bares: Sequence[Bare], slots: int) -> float:
    return image_rate(language.environment, bares, slots)


def _peer(found: Rates, bares: Sequence[Bare], slots: int) -> None:
    """Measure a peer on our images, on few programs, as it takes a second for each."""
    rate = peer_rate(found.language, bares, slots)
    if rate is not None:
        found.add("bare beside peer", bare_rate(bares, slots))
        found.add("peer", rate)
