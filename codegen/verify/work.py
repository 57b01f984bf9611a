"""What is done for a verdict: a job is run and judged, and looked at again where that is due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from codegen.errors import CodegenError, SandboxError
from codegen.records import Outcome, Stage, Verdict
from codegen.sandbox.contract import Execution, Job, Sandbox
from codegen.syntax import TangledError, parse, syntax_errors
from codegen.verify import again, checking
from codegen.verify.again import Tried
from codegen.verify.judge import judge
from codegen.verify.plan import Plan, plan
from codegen.verify.request import Checked

Open = Callable[[str], Awaitable[Sandbox]]
_DOUBTFUL = (Outcome.RUNTIME_ERROR, Outcome.TAMPERED, Outcome.COMPILE_ERROR)
_LOOKS = 3  # a run, a quiet one, and one more


def planned(request: Checked, key: bytes) -> Plan:
    """Return the plan of a request: lean where nobody asks for what the linters say.

    Raises:
        UsageError: the tests hold no test, or files have the names of ours.
    """
    lean = request.lint == "off" and not syntax_errors(
        request.language, request.solution.encode("utf-8", "replace")
    )
    return plan(request, key, lean=lean)


def is_tangled(request: Checked) -> bool:
    """Whether it is the solution that the grammar does not get through."""
    try:
        parse(request.language, request.solution.encode("utf-8", "replace"))
    except TangledError:
        return True
    return False


def most_jobs(first: Plan) -> tuple[Job, ...]:
    """Return the jobs that a request may need one after another."""
    return (first.job,) * (_LOOKS * (1 + first.request.reruns))


async def verified(first: Plan, key: bytes, opened: Open) -> Verdict:
    """Return the verdict on a planned request.

    Raises:
        CheckerError, ToolchainError, SandboxError: see `Verifier.averify`.
    """
    work = _Work(first, key, opened)
    verdict = await work.settled(0)
    for number in range(1, first.request.reruns + 1):
        if verdict.stage is not Stage.RUN or verdict.outcome is Outcome.FLAKY:
            break
        other = again.joined(await work.settled(number), verdict)
        seen = again.difference(first.request, verdict, other)
        if other.outcome is Outcome.FLAKY:
            return other
        if seen:
            return again.flaky(other, f"in run {number + 1} {seen}")
        verdict = replace(verdict, executions=other.executions)
    return verdict


async def ran(job: Job, opened: Open) -> Execution:
    """Return the execution of a job without a verdict; a disturbed one is run again, quietly."""
    sandbox = await opened(job.environment)
    execution = await sandbox.run(job)
    if any(map(again.disturbed, execution.steps)):
        execution = await sandbox.run(replace(job, quiet=True, attempt=1))
    return execution


@dataclass(frozen=True, slots=True)
class _Work:
    """A planned request and where it is run."""

    first: Plan
    key: bytes
    opened: Open

    async def settled(self, rerun: int) -> Verdict:
        """Return the verdict of one run, or of the quiet ones after it where that is in doubt."""
        start = rerun * _LOOKS
        first = await self._tried(start, quiet=False)
        if self._is_settled(first.verdict):
            return first.verdict
        number = again.doubted(first)
        if number is None:
            return first.verdict
        second = await self._tried(start + 1, quiet=True)
        verdict = again.waited(again.joined(second.verdict, first.verdict), first.verdict)
        if second.verdict.outcome is first.verdict.outcome:
            # whether the machine was busy is no matter of the record, which is the same elsewhere
            return replace(verdict, executions=first.verdict.executions)
        if again.counts(first, second, number):
            return verdict
        third = await self._tried(start + 2, quiet=True)
        last = again.waited(again.joined(third.verdict, verdict), verdict)
        seen = again.difference(self.first.request, verdict, last)
        if seen:
            return again.flaky(last, f"{first.verdict.outcome} on a busy machine; alone {seen}")
        return last

    def _is_settled(self, verdict: Verdict) -> bool:
        return self.first.request.hasty and verdict.outcome is Outcome.TIME_LIMIT

    async def _tried(self, attempt: int, *, quiet: bool) -> Tried:
        tried = await self._judged(self._prepared(self.first, attempt, quiet=quiet))
        if tried.verdict.outcome in _DOUBTFUL and self.first.request.lint == "off":
            full = plan(self.first.request, self.key)
            # what kept the program from answering may be what the compiler says of it
            if full.stages != self.first.stages:
                looked = await self._judged(self._prepared(full, attempt, quiet=quiet))
                return replace(looked, verdict=again.waited(looked.verdict, tried.verdict))
        return tried

    @staticmethod
    def _prepared(planned: Plan, attempt: int, *, quiet: bool) -> Plan:
        rerun = attempt // _LOOKS
        job = again.varied(planned.job, rerun) if rerun else planned.job
        return replace(planned, job=replace(job, quiet=quiet, attempt=attempt))

    async def _judged(self, planned: Plan) -> Tried:
        environment = planned.job.environment
        sandbox = await self.opened(environment)
        execution = await sandbox.run(planned.job)
        try:
            verdict = judge(planned, execution)
        except CodegenError:
            raise
        except Exception as error:
            # whatever a program has sent, it must not end those that are judged beside it
            told = f"what the program sent cannot be judged: {type(error).__name__}: {error}"
            raise SandboxError(told) from error
        if checking.answered(planned, verdict):
            job = checking.checker_job(planned, execution, verdict)
            checker = await self.opened(job.environment)
            verdict = checking.checked(planned, verdict, job, await checker.run(job))
        verdict = replace(verdict, environment=await sandbox.digest(environment))
        return Tried(planned.job, execution, verdict)
