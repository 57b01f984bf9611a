"""Judges what a program printed. Expected outputs are here and never were in the sandbox.

Each input had a process of its own. What counts is the exit code and the bytes of standard output.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from codegen.records import CaseResult, Comparator, Comparison, IoCase, Outcome
from codegen.sandbox.contract import Status, Step, StepResult
from codegen.verify.compare_text import first_difference, same_text
from codegen.verify.ends import End, limit_message, outcome_of, signal_name
from codegen.verify.scrub import shortened

_SHOWN = 1 << 16
NO_TEXT = "standard output is not UTF-8"
TOO_LONG = f"standard output has more than {_SHOWN:,} characters"
"""Why what was printed is no value that another output can be compared with."""
Run = tuple[Step, StepResult]


def io_results(
    cases: tuple[IoCase, ...], comparison: Comparison, runs: Sequence[Run]
) -> tuple[tuple[CaseResult, ...], End | None]:
    """Return a result for each input, and how the first run ended that was not a good one."""
    found: list[CaseResult] = []
    first: End | None = None
    for number, case in enumerate(cases):
        if number >= len(runs):
            found.append(_result(case, Outcome.SKIPPED, message="not reached"))
            continue
        ended = ended_badly(*runs[number])
        first = first or ended
        if ended is not None:
            found.append(_result(case, ended.outcome, message=ended.message))
        else:
            found.append(_judged(case, runs[number], comparison))
    return tuple(found), first


def ended_badly(step: Step, run: StepResult) -> End | None:
    """Return how a run ended, None where it left as it should."""
    limited = outcome_of(run.status)
    if limited is not None:
        return End(limited, limit_message(run.status, step.limits))
    if run.status is Status.SIGNALED:
        message = f"killed by {signal_name(run.code)}"
        return End(Outcome.RUNTIME_ERROR, message, signal=run.code)
    if run.code:
        message = f"exited with code {run.code}"
        return End(Outcome.RUNTIME_ERROR, message, exit_code=run.code)
    return None


def _result(case: IoCase, outcome: Outcome, **more: Any) -> CaseResult:
    return CaseResult(case.id, outcome, (case.stdin,), case.expected, **more)


def _judged(case: IoCase, run: Run, comparison: Comparison) -> CaseResult:
    step, result = run
    text = result.stdout.decode("utf-8", "replace")
    shown = {"got": shortened(text, _SHOWN), "answered": True}
    if comparison.name is Comparator.CHECKER:
        return _result(case, Outcome.SKIPPED, **shown)
    if case.expected is None:
        why = _no_value(result, text)
        shown["answered"] = not why
        return _result(case, Outcome.SKIPPED, message=why, **shown)
    if result.truncated and len(result.stdout) >= step.keep_bytes - 1:
        message = "standard output is far longer than what is expected"
        return _result(case, Outcome.WRONG_ANSWER, message=message, **shown)
    if same_text(result.stdout, case.expected, comparison):
        return _result(case, Outcome.PASSED, **shown)
    line = first_difference(result.stdout, case.expected)
    message = f"standard output differs from line {line} on"
    return _result(case, Outcome.WRONG_ANSWER, message=message, **shown)


def _no_value(result: StepResult, text: str) -> str:
    """Return why an output cannot become an expected one; empty where it can."""
    if len(text) > _SHOWN or result.truncated:
        return TOO_LONG
    return "" if text.encode() == result.stdout else NO_TEXT
