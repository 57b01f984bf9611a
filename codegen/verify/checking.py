"""A user's checker: a program that is asked, answer by answer, whether it is right.

It runs in a job of its own, never with the program whose answers it sees, once for each answer.
What it reads and says is under `codegen.records.Checker`. A checker that fails is the user's error:
the answer is then neither right nor wrong.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from codegen import language as languages
from codegen.errors import CheckerError
from codegen.records import CaseResult, Outcome, Stage, Verdict
from codegen.sandbox.contract import Execution, Job
from codegen.verify import program, steps
from codegen.verify.judge import decided
from codegen.verify.judge_io import ended_badly
from codegen.verify.program import Input, Program
from codegen.verify.scrub import clean
from codegen.verify.text import program as checked_program

if TYPE_CHECKING:
    from codegen.records import Checker
    from codegen.sandbox.contract import Step, StepResult
    from codegen.verify.plan import Plan

_SHOWN = 2000
_KEPT = 1 << 16


def answered(plan: Plan, verdict: Verdict) -> list[int]:
    """Return the numbers of the cases that a checker has to decide."""
    if plan.request.comparison.checker is None or verdict.stage is not Stage.RUN:
        return []
    return [number for number, one in enumerate(verdict.cases) if one.answered]


def checker_job(plan: Plan, execution: Execution, verdict: Verdict) -> Job:
    """Return the job that asks the checker about every answer."""
    checker = plan.request.comparison.checker
    assert checker is not None
    runs = execution.steps[len(plan.stages) :]
    inputs = tuple(
        Input(_question(plan, verdict.cases[number], runs, number), _KEPT)
        for number in answered(plan, verdict)
    )
    return _job(checker, inputs)


def _question(plan: Plan, case: CaseResult, runs: tuple[StepResult, ...], number: int) -> bytes:
    if plan.oracle == "io":
        got = runs[number].stdout.decode("utf-8", "replace")
        asked: dict[str, Any] = {"stdin": case.arguments[0], "expected": case.expected, "got": got}
    else:
        asked = {"arguments": case.arguments, "expected": case.expected, "got": case.got}
    return json.dumps(asked).encode() + b"\n"


def _job(checker: Checker, inputs: tuple[Input, ...]) -> Job:
    language = languages.get(checker.language)
    source = checked_program(checker.program, "comparator.checker.program")
    asked = Program(language, source, checker.limits)
    form = program.form_of(language, lean=True)
    found = program.sources(asked, form)
    built = steps.compiling(language, form, found, language.compile_limits)
    return Job(
        language.environment,
        (*built, *program.running(asked, form, found, inputs, linted=False)),
    )


def checked(plan: Plan, verdict: Verdict, job: Job, execution: Execution) -> Verdict:
    """Return the verdict with what the checker said of each answer.

    Raises:
        CheckerError: it does not compile, failed, or said something else than it may.
    """
    numbers = answered(plan, verdict)
    said = list(zip(job.steps, execution.steps, strict=False))
    built = len(job.steps) - len(numbers)
    for step, result in said[:built]:
        _must(step, result, "does not compile")
    if len(said) < len(job.steps):
        _must(*said[-1], "failed")
    results = list(verdict.cases)
    for number, (step, result) in zip(numbers, said[built:], strict=True):
        results[number] = _decided(results[number], *_answer(step, result))
    outcome, message = decided(tuple(results), None, "case")
    return replace(
        verdict,
        outcome=outcome,
        message=message,
        cases=tuple(results),
        executions=(*verdict.executions, *([execution.key] if execution.key else [])),
    )


def _must(step: Step, result: StepResult, what: str) -> None:
    ended = ended_badly(step, result)
    if ended is not None:
        said = clean(result.stderr or result.stdout, _SHOWN).strip()
        raise CheckerError(f"comparator.checker: it {what}: {ended.message}\n{said}".strip())


def _answer(step: Step, result: StepResult) -> tuple[bool, str]:
    _must(step, result, "failed")
    try:
        said = json.loads(result.stdout)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or type(said.get("pass")) is not bool:
        shown = clean(result.stdout, 200)
        raise CheckerError(
            f'comparator.checker: expected {{"pass": true or false}} on its output, got {shown!r}'
        )
    return said["pass"], clean(str(said.get("message") or ""), _SHOWN)


def _decided(case: CaseResult, passed: bool, message: str) -> CaseResult:
    if passed:
        return replace(case, outcome=Outcome.PASSED)
    told = message or "the checker says that it is wrong"
    return replace(case, outcome=Outcome.WRONG_ANSWER, message=told)
