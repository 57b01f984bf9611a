"""Honest programs that verifiers are known to fail: each passes, in every language.

They print what looks like a failure, write megabytes, reserve a terabyte of addresses, leave a
thread running, or come near a limit on a busy machine. What they do is in `honest/`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codegen import language as languages
from codegen.records import Limits
from codegen.verify.verifier import Verifier

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent / "honest"
NO_RESERVE = {"java", "javascript", "typescript"}  # their machines take memory as they use it
# a script of theirs ends when nothing is left to happen: with a timer that runs on, node waits too
TO_THE_END = {"javascript", "typescript"}
DEEDS = ("prints", "writes", "reserves", "leaves")
ORACLES = ("cases", "tests_in_scope")


def program(language: str, deed: str) -> str:
    told = tomllib.loads((HERE / f"{language}.toml").read_text("utf-8"))
    text: str = told["frame"].lstrip().replace("$inside", told[deed].strip())
    return text


def judged(verifier: Verifier, language: str, deed: str, oracle: str, **more: Any) -> Any:
    path = languages.get(language).folder / "proofs" / "task.toml"
    task = tomllib.loads(path.read_text("utf-8"))
    asked = (
        {"cases": task["cases"], "signature": task["signature"]}
        if oracle == "cases"
        else {"tests": task[oracle]}
    )
    return verifier.verify(language, program(language, deed), lint="off", **asked, **more)


def deeds() -> Iterator[tuple[str, str, str]]:
    for language in languages.names():
        for deed in DEEDS:
            if deed == "reserves" and language in NO_RESERVE:
                continue
            for oracle in ORACLES:
                if (deed, oracle) != ("leaves", "tests_in_scope") or language not in TO_THE_END:
                    yield language, deed, oracle


@pytest.mark.parametrize(("language", "deed", "oracle"), list(deeds()))
def test_an_honest_program_passes(
    verifier: Verifier, language: str, deed: str, oracle: str
) -> None:
    verdict = judged(verifier, language, deed, oracle)
    assert verdict.passed, verdict


@pytest.fixture(scope="module")
def _busy() -> Iterator[None]:
    """Two processes for each CPU that want all of it, for a minute at most."""
    spin = "import time\nend = time.monotonic() + 60\nwhile time.monotonic() < end: pass"
    count = 2 * len(os.sched_getaffinity(0))
    loops = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(count)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


@pytest.mark.usefixtures("_busy")
@pytest.mark.parametrize("language", languages.names())
def test_a_program_near_its_limits_passes_on_a_busy_machine(
    verifier: Verifier, language: str
) -> None:
    limits = Limits(cpu_s=2.0, wall_s=10.0)
    verdict = judged(verifier, language, "nears", "cases", limits=limits)
    assert verdict.passed, verdict
