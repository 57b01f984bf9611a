"""Judges the attestations of native tests: every test found by parsing must be attested, once.

What counts is what came over the private channel with the right seal, which differs for each test
and outcome. A missing test, an unknown name, a second attestation, a dead canary, an early exit
with code 0, or a solution that gives other meanings to what its tests say is `tampered`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codegen.records import CaseResult, Limits, Outcome
from codegen.sandbox.contract import StepResult
from codegen.verify.ends import End, end
from codegen.verify.judge_claims import Forged, judged, readable
from codegen.verify.plan import Plan
from codegen.verify.scaffold.unit import seal
from codegen.verify.scrub import clean

_OUTCOMES = {
    "passed": Outcome.PASSED,
    "failed": Outcome.WRONG_ANSWER,
    "error": Outcome.RUNTIME_ERROR,
    "skipped": Outcome.SKIPPED,
}
_SHOWN = 2000
_GO_BLOCK = re.compile(r"^--- FAIL: (\S+) [^\n]*\n((?:[ \t]+[^\n]*\n?)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Said:
    """What was attested; `broken` says why it cannot be believed."""

    tests: Mapping[str, tuple[str, str]]
    last: Mapping[str, Any] | None
    broken: str = ""


def test_results(plan: Plan, run: StepResult) -> tuple[tuple[CaseResult, ...], End | None]:
    """Return a result for each test, and how the process ended where it did not attest them all."""
    tests, limits = plan.tests, plan.request.limits
    try:
        said = _Said({}, None, plan.refused) if plan.refused else _said(plan, run)
    except Forged as forged:
        said = _Said({}, None, str(forged))
    if said.broken:
        return _all(tests, Outcome.TAMPERED, said.broken), End(Outcome.TAMPERED, said.broken)
    told = _told(run.stdout)
    found = {name: _result(name, *said.tests[name], told) for name in said.tests}
    if said.last is None:
        return _unfinished(tests, found, run, limits)
    missing = [name for name in tests if said.tests.get(name, ("missing", ""))[0] == "missing"]
    if missing:
        return tuple(found.values()), End(Outcome.TAMPERED, f"the test {missing[0]} was never run")
    canary = said.last.get("canary")
    if canary:
        reason = f"the test framework no longer works ({clean(str(canary), 40)})"
        return tuple(found.values()), End(Outcome.TAMPERED, reason)
    return (*(found[name] for name in tests), *_extra(said.last, told)), None


def _said(plan: Plan, run: StepResult) -> _Said:
    """Return what was attested.

    Raises:
        Forged: something in it cannot come from the harness.
    """
    found: dict[str, tuple[str, str]] = {}
    last: Mapping[str, Any] | None = None
    for reply in run.replies:
        if reply.payload is None:
            continue
        item = _parsed(reply.payload)
        if item is None or not _genuine(item, plan.nonce) or last is not None:
            raise Forged("an attestation that the harness did not give")
        if item.get("end") is True:
            last = item
            continue
        name, outcome = item.get("name"), item.get("outcome")
        known = (
            name in plan.tests
            and name not in found
            and (outcome in _OUTCOMES or outcome == "missing")
        )
        if not known:
            raise Forged("an attestation for a test that is not there or was done")
        found[str(name)] = _attested(plan, str(name), str(outcome), item)
    return _Said(found, last)


def _attested(plan: Plan, name: str, outcome: str, item: Mapping[str, Any]) -> tuple[str, str]:
    """Return a test's outcome and message; one that passed must have been right in its claims."""
    message = readable(plan.claims, str(item.get("message") or ""))
    wrong = judged(plan.claims, name, item.get("claims")) if outcome == "passed" else ""
    return ("failed", f"AssertionError: {wrong}") if wrong else (outcome, message)


def _genuine(item: Mapping[str, Any], nonce: str) -> bool:
    """Whether what may help a program is sealed; a failure needs no seal."""
    name, outcome = (
        ("", "end") if item.get("end") is True else (item.get("name"), item.get("outcome"))
    )
    if outcome in ("failed", "error", "missing"):
        return True
    return item.get("seal") == seal(nonce, str(name), str(outcome)).hex()


def _parsed(payload: bytes) -> dict[str, Any] | None:
    try:
        item = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, dict) else None


def _result(name: str, outcome: str, message: str, told: Mapping[str, str]) -> CaseResult:
    shown = clean(message or told.get(name, ""), _SHOWN) if outcome != "passed" else ""
    return CaseResult(name, _OUTCOMES.get(outcome, Outcome.TAMPERED), message=shown)


def _extra(last: Mapping[str, Any], told: Mapping[str, str]) -> tuple[CaseResult, ...]:
    """Return what was run beyond the tests that were found: inherited or imported ones."""
    extra = last.get("extra")
    return tuple(
        _result(clean(str(item[0]), 200), item[1], str(item[2]), told)
        for item in (extra if isinstance(extra, list) else [])
        if isinstance(item, list) and len(item) == 3 and item[1] in _OUTCOMES  # noqa: PLR2004 - name, outcome, message
    )


def _unfinished(
    tests: tuple[str, ...], found: dict[str, CaseResult], run: StepResult, limits: Limits
) -> tuple[tuple[CaseResult, ...], End]:
    dying = next((reply for reply in run.replies if reply.payload is None), None)
    ended = end(dying.status, dying.code, limits) if dying else end(run.status, run.code, limits)
    results = []
    for name in tests:
        if name in found:
            results.append(found[name])
        elif len(results) == len(found):
            results.append(CaseResult(name, ended.outcome, message=ended.message))
        else:
            results.append(CaseResult(name, Outcome.SKIPPED, message="not reached"))
    return tuple(results), ended


def _all(tests: tuple[str, ...], outcome: Outcome, message: str) -> tuple[CaseResult, ...]:
    return tuple(CaseResult(name, outcome, message=message) for name in tests)


def _told(stdout: bytes) -> dict[str, str]:
    """Return what Go's testing package printed under each failed test; never believed."""
    text = stdout.decode("utf-8", "replace")
    return {name: body.rstrip() for name, body in _GO_BLOCK.findall(text)}
