"""From an execution to a verdict: compile, then lint, then run, the first that fails decides.

Not here: cases and tests one by one (`judge_call`, `judge_io`, `judge_unit`); findings
(`diagnostics`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from codegen.errors import SandboxError, ToolchainError
from codegen.records import (
    CaseResult,
    Diagnostic,
    Outcome,
    Resources,
    Severity,
    Stage,
    Verdict,
)
from codegen.sandbox.contract import Execution, Status, StepResult
from codegen.schema import Tool
from codegen.syntax import syntax_errors
from codegen.verify.diagnostics import diagnostics
from codegen.verify.ends import End, limit_message, signal_name
from codegen.verify.judge_call import case_results
from codegen.verify.judge_io import Run, io_results
from codegen.verify.judge_unit import test_results
from codegen.verify.plan import Plan, is_run
from codegen.verify.scrub import clean

_TEXT = 8000
_GOOD = (Outcome.PASSED, Outcome.SKIPPED)
_LIMITED = (Status.CPU_LIMIT, Status.WALL_LIMIT, Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT)


def judge(plan: Plan, execution: Execution) -> Verdict:
    """Return the verdict.

    Raises:
        SandboxError: the execution does not fit the job.
        ToolchainError: a compiler or linter of the language is missing.
    """
    findings: list[Diagnostic] = []
    for (stage, tool), step in zip(plan.stages, execution.steps, strict=False):
        _present(plan, tool, step)
        if stage == "compile" and not step.succeeded:
            return _finished(_not_compiled(plan, tool, step), plan, execution, step)
        findings.extend(_compiled(tool, step) if stage == "compile" else _linted(plan, tool, step))
    runs = tuple(zip(plan.job.steps, execution.steps, strict=False))[len(plan.stages) :]
    if not runs:
        raise SandboxError(f"the sandbox ran {len(execution.steps)} of {len(plan.job.steps)} steps")
    verdict = _lint_verdict(plan, findings) or _run_verdict(plan, runs)
    verdict = replace(verdict, diagnostics=tuple(findings))
    return _finished(verdict, plan, execution, _telling(verdict, runs))


def _telling(verdict: Verdict, runs: Sequence[Run]) -> StepResult:
    """Return the run that the verdict is about: the first input that failed, else the last."""
    failed = [i for i, one in enumerate(verdict.cases) if one.outcome not in _GOOD]
    number = failed[0] if failed and len(runs) > 1 else len(runs) - 1
    return runs[min(number, len(runs) - 1)][1]


def _present(plan: Plan, tool: Tool, step: StepResult) -> None:
    if step.status is Status.NOT_STARTED and not tool.optional:
        name = plan.request.language.name
        raise ToolchainError(
            f"the {name} toolchain lacks {tool.argv[0]}; `codegen doctor` says what is there"
        )


def _not_compiled(plan: Plan, tool: Tool, step: StepResult) -> Verdict:
    language, solution = plan.request.language, plan.request.solution.encode()
    findings = diagnostics(tool, step.stdout, step.stderr)
    errors = tuple(one for one in findings if one.severity is Severity.ERROR)
    parsed = syntax_errors(language, solution)
    if step.status in _LIMITED:
        message = f"{tool.name}: {limit_message(step.status, language.compile_limits)}"
    elif step.status is Status.SIGNALED:
        message = f"{tool.name} was killed by {signal_name(step.code)}"
    else:
        message = _first(errors or parsed) or clean(step.stderr or step.stdout, 1000).strip()
    return Verdict(
        outcome=Outcome.COMPILE_ERROR,
        stage=Stage.PARSE if parsed and step.status is Status.EXITED else Stage.COMPILE,
        message=message or f"{tool.name} exited with code {step.code}",
        diagnostics=errors or parsed,
    )


def _compiled(tool: Tool, step: StepResult) -> tuple[Diagnostic, ...]:
    return diagnostics(tool, step.stdout, step.stderr)


def _linted(plan: Plan, tool: Tool, step: StepResult) -> tuple[Diagnostic, ...]:
    if step.status is Status.NOT_STARTED:
        return ()
    if step.status in _LIMITED or step.status is Status.SIGNALED:
        limits = plan.request.language.lint.limits
        message = (
            limit_message(step.status, limits)
            if step.status in _LIMITED
            else f"killed by {signal_name(step.code)}"
        )
        return (Diagnostic(tool.name, "unfinished", Severity.WARNING, message),)
    found = diagnostics(tool, step.stdout, step.stderr)
    return tuple(_in_scope(plan, one) for one in found)


def _in_scope(plan: Plan, finding: Diagnostic) -> Diagnostic:
    """Take an undefined name that the tests define as what it is: only a warning."""
    if finding.severity is Severity.ERROR and plan.bound:
        named = re.findall(r"`(\w+)`", finding.message)
        if named and set(named) <= plan.bound:
            return replace(finding, severity=Severity.WARNING)
    return finding


def _lint_verdict(plan: Plan, findings: list[Diagnostic]) -> Verdict | None:
    strict = plan.request.lint == "strict"
    failing = [one for one in findings if strict or one.severity is Severity.ERROR]
    if not failing:
        return None
    return Verdict(Outcome.LINT_ERROR, Stage.LINT, message=_first(tuple(failing)))


def _first(findings: tuple[Diagnostic, ...]) -> str:
    if not findings:
        return ""
    one = findings[0]
    place = f"{one.file}:{one.line}:{one.column}: " if one.file else ""
    rule = f" [{one.tool} {one.rule}]" if one.rule else f" [{one.tool}]"
    return f"{place}{one.message}{rule}"


def _run_verdict(plan: Plan, runs: Sequence[Run]) -> Verdict:
    request, run = plan.request, runs[0][1]
    if run.status is Status.NOT_STARTED:
        raise SandboxError(f"the program that was built did not start: {clean(run.stderr, 300)}")
    if plan.oracle == "io":
        results, ended = io_results(request.inputs, request.comparison, runs)
    elif plan.oracle == "unit":
        results, ended = test_results(plan, run)
    else:
        assert request.signature is not None
        results, ended = case_results(
            request.cases, request.signature, request.comparison, run, request.limits
        )
    outcome, message = decided(results, ended, "test" if plan.oracle == "unit" else "case")
    return Verdict(
        outcome=outcome,
        stage=Stage.RUN,
        message=message,
        cases=results,
        exit_code=ended.exit_code if ended else None,
        signal=ended.signal if ended else None,
    )


def decided(results: tuple[CaseResult, ...], ended: End | None, what: str) -> tuple[Outcome, str]:
    """Return the outcome of the first that failed; nothing is passed that was not judged."""
    if what == "test" and ended is not None and ended.outcome is Outcome.TAMPERED:
        return ended.outcome, ended.message
    judged = [one for one in results if one.outcome is not Outcome.SKIPPED]
    failed = next((one for one in judged if one.outcome is not Outcome.PASSED), None)
    if failed is not None:
        told = f": {failed.message}" if failed.message else ""
        return failed.outcome, f"{what} {failed.name}: {failed.outcome}{told}"
    if ended is not None:
        return ended.outcome, ended.message
    if not judged:
        reason = "every test was skipped" if what == "test" else "no case has an expected value"
        return Outcome.SKIPPED, reason
    return Outcome.PASSED, ""


def _finished(verdict: Verdict, plan: Plan, execution: Execution, last: StepResult) -> Verdict:
    steps = execution.steps
    used = Resources(
        cpu_s=round(sum(step.cpu_s for step in steps), 6),
        wall_s=round(sum(step.wall_s for step in steps), 6),
        peak_memory_bytes=max(step.peak_memory_bytes for step in steps),
        queue_s=round(execution.queue_s, 6),
        run_cpu_s=round(sum(step.cpu_s for step in steps if is_run(step.name)), 6),
    )
    compiled = verdict.stage in (Stage.LINT, Stage.RUN)
    return replace(
        verdict,
        oracle=plan.oracle if compiled else "none",
        resources=used,
        output_truncated=last.truncated,
        stdout=clean(last.stdout, _TEXT) if compiled else "",
        stderr=clean(last.stderr, _TEXT) if compiled else "",
        executions=(execution.key,) if execution.key else (),
    )
