"""Judges the replies of called cases. Expected values are here and never were in the sandbox.

A reply is what the program's process wrote, so it is checked as any input is: what is not a reply
that the harness gives counts against the program, and a forged value is just an answer.
"""

from __future__ import annotations

import json
from typing import Any

from codegen.operations import result_type
from codegen.records import Case, CaseResult, Comparator, Comparison, Limits, Outcome, Signature
from codegen.sandbox.contract import Reply, Status, StepResult
from codegen.types import Type, mismatch
from codegen.verify.compare import matches
from codegen.verify.ends import End, end
from codegen.verify.scrub import clean

_SHOWN = 2000


def case_results(
    cases: tuple[Case, ...],
    signature: Signature,
    comparison: Comparison,
    run: StepResult,
    limits: Limits,
) -> tuple[tuple[CaseResult, ...], End | None]:
    """Return a result for each case, and how the process ended at the first not answered."""
    found: list[CaseResult] = []
    first: End | None = None
    for number, case in enumerate(cases):
        reply = _reply(run, number)
        if reply is None:
            found.append(_result(case, Outcome.SKIPPED, message="not reached"))
            continue
        if reply.payload is None:
            ended = end(reply.status, reply.code, limits)
            first = first or ended
            found.append(_result(case, ended.outcome, message=ended.message))
            continue
        kind = result_type(signature, case.arguments)
        found.append(_judged(case, reply.payload, kind, comparison))
    return tuple(found), first


def _reply(run: StepResult, number: int) -> Reply | None:
    if number < len(run.replies):
        return run.replies[number]
    died = all(reply.payload is not None for reply in run.replies)
    if number == len(run.replies) and died and run.status is not Status.ANSWERED:
        return Reply(None, run.status, run.code)
    return None


def _result(case: Case, outcome: Outcome, **more: Any) -> CaseResult:
    return CaseResult(case.id, outcome, case.arguments, case.expected, **more)


def _judged(case: Case, payload: bytes, kind: Type, comparison: Comparison) -> CaseResult:
    reply = _parsed(payload)
    if reply is None:
        message = "its answer is not one that the harness gives"
        return _result(case, Outcome.TAMPERED, message=message)
    if "error" in reply:
        return _result(case, Outcome.RUNTIME_ERROR, message=_error(reply["error"]))
    if "mismatch" in reply:
        return _result(case, Outcome.WRONG_ANSWER, message=_text(reply["mismatch"]))
    got = reply["value"]
    wrong = mismatch(got, kind, "the result")
    if wrong:
        return _result(case, Outcome.WRONG_ANSWER, message=clean(wrong, _SHOWN))
    return _compared(case, got, kind, comparison)


def _compared(case: Case, got: Any, kind: Type, comparison: Comparison) -> CaseResult:
    if not case.known_from or comparison.name is Comparator.CHECKER:
        return _result(case, Outcome.SKIPPED, got=got, answered=True)
    if matches(got, case.expected, kind, comparison):
        return _result(case, Outcome.PASSED, got=got, answered=True)
    told = _first_other(case, got, kind, comparison) if kind.name == "results" else ""
    return _result(case, Outcome.WRONG_ANSWER, got=got, answered=True, message=told)


def _first_other(case: Case, got: Any, kind: Type, comparison: Comparison) -> str:
    """Return which operation is the first with another result, without any value."""
    triples = zip(got, case.expected, kind.arguments, strict=True)
    number = next(i for i, one in enumerate(triples) if not matches(*one, comparison))
    name = case.arguments[-1][number][0]
    return f"the first result that differs is that of operation {number + 1}, {name}"


def _parsed(payload: bytes) -> dict[str, Any] | None:
    """Return a reply with exactly one known key, or None."""
    try:
        reply = json.loads(payload.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if isinstance(reply, dict) and len(reply) == 1 and set(reply) <= {"value", "error", "mismatch"}:
        return reply if _is_text(payload) else None
    return None


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _is_text(payload: bytes) -> bool:
    """Whether no string holds a lone surrogate, which could not be written out again."""
    if b"\\u" not in payload:
        return True
    try:
        json.dumps(json.loads(payload), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _error(error: Any) -> str:
    if not isinstance(error, dict):
        return "failed"
    kind, message, line = (error.get(key) for key in ("type", "message", "line"))
    shown = _text(kind) + (f": {_text(message)}" if message else "")
    if "at" in error:
        shown = f"{_text(error['at'])}: {shown}"
    return f"{shown}\n  at line {line}" if type(line) is int and line > 0 else shown


def _text(value: Any) -> str:
    return clean(value if isinstance(value, str) else str(value), _SHOWN)
