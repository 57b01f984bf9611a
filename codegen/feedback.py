"""What a verdict says to whoever has to mend the program: chosen, ordered and bounded.

A pure function of the verdict, so the same verdict is told in the same words to the byte: no
address, no duration and nothing that was measured. Of expected values there are those of the cases
that are shown, at most three, and no others.

Not here: how it reads (`prompts/repair.md.j2`).
"""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from typing import Any

from codegen.operations import asked
from codegen.records import (
    CaseResult,
    Diagnostic,
    Outcome,
    Severity,
    Signature,
    Stage,
    Verdict,
    canonical,
)

MOST_DIAGNOSTICS = 8
MOST_CASES = 3
MOST_VALUE = 600
MOST_MESSAGE = 1_000
MOST_OUTPUT = 2_000
MOST_STEP = 200
MOST_STEPS = 24
_MOST_EXCERPT = 160
_LIMITED = (
    Outcome.TIME_LIMIT,
    Outcome.IDLE_LIMIT,
    Outcome.MEMORY_LIMIT,
    Outcome.OUTPUT_LIMIT,
)
_OPERATION = re.compile(r"operation (\d+), ")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")


def values(
    verdict: Verdict,
    solution: str,
    known_from: Mapping[str, str],
    signature: Signature | None = None,
) -> dict[str, Any]:
    """Return what the repair template needs of a verdict; see `codegen.prompt.repair_prompt`."""
    found, failing = _diagnostics(verdict), _failing(verdict)
    cases = [_case(case, known_from, verdict) for case in failing[:MOST_CASES]]
    if signature is not None and signature.methods:
        told = zip(cases, failing, strict=False)
        cases = [{**case, "steps": _steps(case, result, signature)} for case, result in told]
    return {
        "verdict": verdict,
        # it may quote a case that is not shown
        "message": "" if failing else _steady(shortened(verdict.message, MOST_MESSAGE)),
        "ended": _ended(verdict),
        "diagnostics": [_shown(one, solution) for one in found[:MOST_DIAGNOSTICS]],
        "more_diagnostics": max(0, len(found) - MOST_DIAGNOSTICS),
        "cases": cases,
        "more_cases": max(0, len(failing) - MOST_CASES),
        "stdout": _output(verdict, verdict.stdout),
        "stderr": _output(verdict, verdict.stderr),
    }


def tried(verdict: Verdict) -> str:
    """Return one line about a failed attempt: what failed, without any value."""
    found, failing = _diagnostics(verdict), _failing(verdict)
    if verdict.stage is Stage.RUN and failing:
        others = f" and {len(failing) - 1} more" if len(failing) > 1 else ""
        return f"{verdict.outcome}: {failing[0].name}{others}"
    if not found:
        return f"{verdict.outcome}: {verdict.stage}"
    one = found[0]
    place = f" at line {one.line}" if one.line else ""
    others = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{verdict.outcome}: {one.tool} {one.rule}".rstrip() + place + others


def shortened(text: str, most: int = MOST_VALUE) -> str:
    """Return a text of at most about `most` characters: its head, how much is left out, its end."""
    if len(text) <= most:
        return text
    head, tail = most * 2 // 3, most // 3
    return f"{text[:head]} …({len(text) - head - tail:,} characters)… {text[-tail:]}"


def _diagnostics(verdict: Verdict) -> list[Diagnostic]:
    # a program that ran has another problem than its style
    wanted = (
        one
        for one in verdict.diagnostics
        if verdict.stage is not Stage.RUN or one.severity is Severity.ERROR
    )
    return sorted(
        wanted, key=lambda d: (d.severity is not Severity.ERROR, d.line, d.column, d.rule)
    )


def _shown(diagnostic: Diagnostic, solution: str) -> dict[str, Any]:
    lines = solution.split("\n")
    # tests and harness have other lines under the same numbers
    ours = not diagnostic.file or diagnostic.file.rpartition("/")[2].startswith("solution.")
    known = ours and 1 <= diagnostic.line <= len(lines)
    return {
        "file": diagnostic.file,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "severity": diagnostic.severity,
        "message": shortened(diagnostic.message, MOST_MESSAGE),
        "tool": diagnostic.tool,
        "rule": diagnostic.rule,
        "excerpt": lines[diagnostic.line - 1].strip()[:_MOST_EXCERPT] if known else "",
    }


def _failing(verdict: Verdict) -> list[CaseResult]:
    """Return the cases that failed: those that the outcome is about first, then the shortest."""
    fine = (Outcome.PASSED, Outcome.SKIPPED)
    failing = [case for case in verdict.cases if case.outcome not in fine]
    return sorted(failing, key=lambda case: (case.outcome is not verdict.outcome, _length(case)))


def _length(case: CaseResult) -> tuple[int, str]:
    return len(canonical((case.arguments, case.expected))), case.name


def _case(case: CaseResult, known_from: Mapping[str, str], verdict: Verdict) -> dict[str, Any]:
    wrong = case.outcome is Outcome.WRONG_ANSWER
    return {
        "name": case.name,
        "outcome": case.outcome,
        "arguments": case.arguments,
        "expected": case.expected,
        "got": case.got,
        "message": _steady(shortened(case.message.strip(), MOST_MESSAGE)),
        "known_from": known_from.get(case.name, ""),
        # a native test has no values of its own, only what it says
        "has_arguments": verdict.oracle != "unit",
        "has_values": wrong and verdict.oracle != "unit",
    }


def _steps(case: Mapping[str, Any], result: CaseResult, signature: Signature) -> list[str]:
    """Return what an object was asked, line by line up to the first operation that went wrong."""
    if not case["has_arguments"]:
        return []
    made, *calls = (shortened(line, MOST_STEP) for line in asked(result.arguments, signature))
    known, got = result.expected, result.got
    if not (case["has_values"] and isinstance(known, list) and isinstance(got, list)):
        match = _OPERATION.match(result.message)
        return [made, *_few(calls[: int(match[1])] if match else calls)]
    pairs = enumerate(zip(known, got, strict=False))
    at = next((i for i, pair in pairs if canonical(pair[0]) != canonical(pair[1])), len(calls) - 1)
    before = [f"{call} → {_value(one)}" for call, one in zip(calls[:at], got, strict=False)]
    origin = f" (from {case['known_from']})" if case["known_from"] else ""
    return [
        made,
        *_few(before),
        calls[at],
        f"  expected: {_value(known[at])}{origin}",
        f"  got: {_value(got[at])}",
    ]


def _few(lines: list[str]) -> list[str]:
    """Return the first and the last of many lines."""
    if len(lines) <= MOST_STEPS:
        return lines
    left_out = len(lines) - MOST_STEPS
    first = MOST_STEPS // 3
    return [*lines[:first], f"…({left_out:,} operations)…", *lines[first + left_out :]]


def _value(value: Any) -> str:
    return shortened(canonical(value), MOST_STEP)


def _ended(verdict: Verdict) -> str:
    """Return how the program left, in words; empty where it ended as it should."""
    if verdict.signal is not None:
        known = {one.value: one.name for one in signal.Signals}
        return f"Signal: {known.get(verdict.signal, 'unknown')} ({verdict.signal})"
    if verdict.exit_code is not None and verdict.stage is Stage.RUN:
        return f"Exit code: {verdict.exit_code}"
    return ""


def _output(verdict: Verdict, text: str) -> str:
    """Return head and tail of an output; nothing of one in which native tests speak.

    A test framework prints the values of every test that failed, shown or not. What a program had
    written when a limit stopped it ends where the clock was, so that only its head is shown.
    """
    if verdict.oracle == "unit" and verdict.cases:
        return ""
    text = _steady(text.strip())
    if verdict.outcome in _LIMITED:
        return _head(text, MOST_OUTPUT // 3)
    if len(text) <= MOST_OUTPUT:
        return text
    head = _head(text, MOST_OUTPUT // 3)
    tail = text[-(MOST_OUTPUT - MOST_OUTPUT // 3) :]
    tail = tail[tail.find("\n") + 1 :]
    left_out = len(text) - len(head) - len(tail)
    return f"{head}\n…({left_out:,} characters)…\n{tail}"


def _head(text: str, most: int) -> str:
    """Return the first whole lines of at most `most` characters, or so much of a longer line."""
    if len(text) <= most:
        return text
    cut = text[:most]
    return cut[: cut.rfind("\n")] if "\n" in cut else cut


def _steady(text: str) -> str:
    # addresses differ from run to run; the feedback must not
    return _ADDRESS.sub("0x…", text)
