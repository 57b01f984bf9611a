"""The gate for native tests whose author saw no solution: what they are is shown by what they do.

Accepted solutions must pass, stubs must fail, and mutants must be killed. A program fails when its
run ends badly; one that does not get that far (a mutant that does not compile) says nothing about
the tests, and does not count.

Not here: where stubs and mutants come from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from codegen.errors import InfrastructureError, UsageError
from codegen.records import GateResult, Outcome, Stage, Verdict
from codegen.verify.ahead import all_of

THRESHOLD = 0.8
# a program, its native tests, and of a wrong program the verdict on the slowest right one
Judge = Callable[[str, str, Verdict | None], Awaitable[Verdict]]
Named = tuple[str, str]  # a name and a program
_KILLED = frozenset(Outcome) - {Outcome.PASSED, Outcome.FLAKY, Outcome.SKIPPED}


@dataclass(frozen=True, slots=True)
class Programs:
    """What native tests are tried on; every program has a name of its own."""

    solutions: Sequence[Named]
    stubs: Sequence[Named]
    mutants: Sequence[Named]


async def gate(
    judge: Judge, tests: str, programs: Programs, *, threshold: float = THRESHOLD
) -> GateResult:
    """Return whether native tests are accepted; later programs run only if the earlier ones allow.

    Args:
        judge: gives a verdict on a program and its tests. With stubs and mutants it is given the
            verdict on the slowest solution, for they need no more than a few times its time.
        tests: a test file.
        programs: the solutions that are right, the stubs and the mutants.
        threshold: the fraction of the mutants that must be killed, from 0 to 1.

    Raises:
        InfrastructureError: a verdict could not be had; nothing is known about the tests.
    """
    if not 0 <= threshold <= 1:
        raise UsageError(f"threshold: expected 0 to 1, got {threshold}")
    try:
        verdicts = await _verdicts(judge, tests, programs.solutions)
    except UsageError as error:
        # of the fields of a request only this one is the model's
        if not str(error).startswith("tests"):
            raise
        return GateResult("unusable", str(error))
    refused = _on_solutions(programs.solutions, verdicts)
    if refused:
        return refused
    right = max(verdicts, key=lambda one: one.resources.run_cpu_s)
    stubs = await _verdicts(judge, tests, programs.stubs, right)
    refused = _on_stubs(programs.stubs, stubs)
    if refused:
        return refused
    mutants = await _verdicts(judge, tests, programs.mutants, right)
    return _on_mutants(programs.mutants, mutants, threshold)


async def _verdicts(
    judge: Judge, tests: str, programs: Sequence[Named], right: Verdict | None = None
) -> list[Verdict]:
    verdicts = await all_of(judge(program, tests, right) for _, program in programs)
    for (name, _), verdict in zip(programs, verdicts, strict=True):
        if verdict.outcome is Outcome.INFRASTRUCTURE_ERROR:
            raise InfrastructureError(f"native tests on {name}: {verdict.message}")
    return verdicts


def _on_solutions(programs: Sequence[Named], verdicts: Sequence[Verdict]) -> GateResult | None:
    for (name, _), verdict in zip(programs, verdicts, strict=True):
        if verdict.outcome is Outcome.FLAKY:
            return GateResult("flaky", f"{name}: {verdict.message}")
        if not verdict.passed:
            return GateResult("rejects_solution", f"{name}: {_shown(verdict)}")
    return None if programs else GateResult("unproven", "there is no solution to try them on")


def _on_stubs(programs: Sequence[Named], verdicts: Sequence[Verdict]) -> GateResult | None:
    ran = [
        (name, verdict)
        for (name, _), verdict in zip(programs, verdicts, strict=True)
        if verdict.stage is Stage.RUN
    ]
    for name, verdict in ran:
        if verdict.outcome not in _KILLED:
            return GateResult("accepts_stub", f"{name}: {verdict.outcome}")
    return None if ran else GateResult("unproven", "there is no stub that runs")


def _on_mutants(
    programs: Sequence[Named], verdicts: Sequence[Verdict], threshold: float
) -> GateResult:
    killed, survived, invalid = [], [], []
    for (name, _), verdict in zip(programs, verdicts, strict=True):
        if verdict.stage is not Stage.RUN:
            invalid.append(name)
        elif verdict.outcome in _KILLED:
            killed.append(name)
        else:
            survived.append(name)
    found = GateResult("", "", tuple(killed), tuple(survived), tuple(invalid))
    if not killed and not survived:
        return GateResult("unproven", "there is no mutant that runs", invalid=tuple(invalid))
    if found.score >= threshold:
        return found
    message = f"{len(killed)} of {len(killed) + len(survived)} mutants are killed"
    return GateResult("weak", message, found.killed, found.survived, found.invalid)


def _shown(verdict: Verdict) -> str:
    first = next(iter(verdict.diagnostics), None)
    told = verdict.message or (first.message if first else "")
    return f"{verdict.outcome}: {told}" if told else str(verdict.outcome)
