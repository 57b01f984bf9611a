"""What is done for a verdict: a job is run and judged, and looked at again where that is due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from codegen.records import Outcome, Verdict
from codegen.sandbox.contract import Sandbox
from codegen.syntax import syntax_errors
from codegen.verify import checking
from codegen.verify.judge import judge
from codegen.verify.plan import Plan, plan
from codegen.verify.request import Checked

Open = Callable[[str], Awaitable[Sandbox]]
_DOUBTFUL = (Outcome.RUNTIME_ERROR, Outcome.TAMPERED, Outcome.COMPILE_ERROR)


def planned(request: Checked, key: bytes) -> Plan:
    """Return the plan of a request: lean where nobody asks for what the linters say.

    Raises:
        UsageError: the tests hold no test, or files have the names of ours.
    """
    lean = request.lint == "off" and not syntax_errors(
        request.language, request.solution.encode("utf-8", "replace")
    )
    return plan(request, key, lean=lean)


async def verified(first: Plan, key: bytes, opened: Open) -> Verdict:
    """Return the verdict on a planned request.

    Raises:
        CheckerError, ToolchainError, SandboxError: see `Verifier.averify`.
    """
    verdict = await _judged(first, opened)
    if verdict.outcome in _DOUBTFUL and first.request.lint == "off":
        full = plan(first.request, key)
        # what kept the program from answering may be what the compiler says of it
        verdict = verdict if full.stages == first.stages else await _judged(full, opened)
    return verdict


async def _judged(planned: Plan, opened: Open) -> Verdict:
    environment = planned.job.environment
    sandbox = await opened(environment)
    execution = await sandbox.run(planned.job)
    verdict = judge(planned, execution)
    if checking.answered(planned, verdict):
        job = checking.checker_job(planned, execution, verdict)
        checker = await opened(job.environment)
        verdict = checking.checked(planned, verdict, job, await checker.run(job))
    return replace(verdict, environment=await sandbox.digest(environment))
