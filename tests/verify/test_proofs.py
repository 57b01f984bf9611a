"""Every language proves itself: each file of its `proofs/` folder gets the verdict that it says.

A proof is a solution of the task in `task.toml`, judged three times: by typed cases, by native
tests that import it, and by native tests that expect its names in scope.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from codegen.records import Outcome
from codegen.resources import folder
from codegen.verify.verifier import Verifier

PROOFS = sorted(path for path in folder("languages").glob("*/proofs/*.toml") if path.stem != "task")
ORACLES = ("cases", "tests_importing", "tests_in_scope")
NEVER = {Outcome.FLAKY, Outcome.INFRASTRUCTURE_ERROR}  # no single run of a program produces these


def load(path: Path) -> dict[str, Any]:
    task = tomllib.loads((path.parent / "task.toml").read_text("utf-8"))
    return task | tomllib.loads(path.read_text("utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("oracle", ORACLES)
@pytest.mark.parametrize("path", PROOFS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_gets_the_verdict_that_it_says(verifier: Verifier, path: Path, oracle: str) -> None:
    proof = load(path)
    asked: dict[str, Any] = (
        {"cases": proof["cases"], "signature": proof["signature"]}
        if oracle == "cases"
        else {"tests": proof[oracle]}
    )
    verdict = verifier.verify(
        path.parts[-3],
        proof["solution"],
        lint=proof.get("lint", "errors"),
        limits=proof.get("limits"),
        **asked,
    )
    assert (verdict.outcome, verdict.stage) == (proof["outcome"], proof["stage"]), verdict
    assert proof.get("says", "") in verdict.message + str(verdict.diagnostics)
    assert verdict.passed == (proof["outcome"] == "passed")


@pytest.mark.parametrize("language", sorted({path.parts[-3] for path in PROOFS}))
def test_there_is_a_proof_for_every_verdict(language: str) -> None:
    proved = {load(path)["outcome"] for path in PROOFS if path.parts[-3] == language}
    assert proved == {outcome.value for outcome in Outcome if outcome not in NEVER}
