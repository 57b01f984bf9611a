"""The work itself: the verifier behind its queue, with a deadline for everything.

The time that a request waits is never charged to its program. Not here: anything of HTTP.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from codegen.errors import DeadlineError, UsageError
from codegen.records import Outcome, Stage, Verdict
from codegen.sandbox.contract import Execution, Job, Sandbox
from codegen.serve.metrics import Metrics
from codegen.serve.turns import Turns
from codegen.verify.request import VerifyRequest, check
from codegen.verify.run import RunRequest, RunResult, check_run
from codegen.verify.verifier import Verifier

NO_JOBS = "jobs are not taken here; start it with codegen serve --jobs"


@dataclass(frozen=True, slots=True)
class Available:
    """A language as this service has it; `problem` says why it cannot be used, or is empty.

    `environment` identifies the toolchain, `version` is its own number.
    """

    name: str
    aliases: tuple[str, ...]
    title: str
    environment: str
    version: str = "0"
    problem: str = ""


class Service:
    """Verifies and runs for many clients. Every request ends by its deadline."""

    def __init__(
        self,
        verifier: Verifier,
        turns: Turns,
        metrics: Metrics,
        languages: tuple[Available, ...],
        *,
        deadline_s: float,
        sandbox: Sandbox | None = None,
    ) -> None:
        """Put a verifier behind a queue; with `sandbox`, jobs are run in it as they are."""
        self.verifier, self.turns, self.metrics = verifier, turns, metrics
        self.languages = languages
        self.sandbox = sandbox
        self._deadline_s = deadline_s

    async def verify(
        self, request: VerifyRequest, client: str, *, admitted: bool = False
    ) -> Verdict:
        """Return the verdict on a request; `admitted` says that its place in the queue is sure.

        Raises:
            UsageError: the request cannot be carried out; names the field.
            Busy: the queue is full.
            InfrastructureError: the sandbox failed; nothing is known about the program.
        """
        language = check(request).language.name
        if not admitted:
            self.turns.admit()
        limit = self._bounded(request.deadline_s)
        try:
            async with self._turn(client, limit) as (waited, left):
                begun = time.monotonic()
                verdict = await self.verifier.averify_request(replace(request, deadline_s=left))
        except DeadlineError as error:
            verdict = Verdict(Outcome.INFRASTRUCTURE_ERROR, Stage.RUN, message=str(error))
            self.metrics.verdicts.labels(language, verdict.outcome).inc()
            return verdict
        self.metrics.verdicts.labels(language, verdict.outcome).inc()
        used = verdict.resources
        queued = round(used.queue_s + waited, 6)
        work = max(0.0, time.monotonic() - begun - used.queue_s)
        self.metrics.spent(language, queue=queued, run=used.wall_s, work=work)
        return replace(verdict, resources=replace(used, queue_s=queued))

    async def run(self, request: RunRequest, client: str) -> RunResult:
        """Run a program and return what became of it; nothing is judged.

        Raises:
            DeadlineError: the deadline is over.
            UsageError, Busy, InfrastructureError: as `verify`.
        """
        language = check_run(request).language.name
        self.turns.admit()
        async with self._turn(client, self._bounded(request.deadline_s)) as (waited, left):
            result = await self.verifier.arun(replace(request, deadline_s=left))
        queued = round(result.queue_s + waited, 6)
        last = result.run or result.compile
        self.metrics.runs.labels(language, last.status if last else "none").inc()
        self.metrics.spent(language, queue=queued)
        if result.compile:
            self.metrics.spent(language, compile=result.compile.wall_s)
        if result.run:
            self.metrics.spent(language, run=result.run.wall_s)
        return replace(result, queue_s=queued)

    async def execute(self, job: Job, digest: str, client: str) -> Execution:
        """Run a job for a verifier that is elsewhere; nothing is judged.

        Raises:
            UsageError: jobs are not taken, or the toolchain is not the one of `digest`.
            Busy, DeadlineError, InfrastructureError: as `run`.
        """
        if self.sandbox is None:
            raise UsageError(NO_JOBS)
        if digest != await self.sandbox.digest(job.environment):
            raise UsageError(
                f"the toolchain of {job.environment} is another here than the run began with;"
                " start the same command again"
            )
        self.turns.admit()
        limit = self._bounded(None)
        try:
            async with self._turn(client, limit) as (waited, left), asyncio.timeout(left):
                execution = await self.sandbox.run(job)
        except TimeoutError:
            raise DeadlineError(f"the deadline of {limit:g} s came while the job ran") from None
        status = execution.steps[-1].status if execution.steps else "none"
        self.metrics.runs.labels(job.environment, status).inc()
        queued = round(execution.queue_s + waited, 6)
        self.metrics.spent(job.environment, queue=queued)
        return replace(execution, queue_s=queued)

    @asynccontextmanager
    async def _turn(self, client: str, limit: float) -> AsyncIterator[tuple[float, float]]:
        """Hold a turn. Gives the seconds that it was waited for, and those that are left.

        Raises:
            DeadlineError: it did not come in time.
        """
        turn = self.turns.turn(client)
        try:
            async with asyncio.timeout(limit):
                waited = await turn.__aenter__()
        except TimeoutError:
            raise DeadlineError(
                f"the deadline of {limit:g} s came while the request waited; nothing was judged"
            ) from None
        try:
            yield waited, max(0.05, limit - waited)
        finally:
            await turn.__aexit__(None, None, None)

    def _bounded(self, wanted: float | None) -> float:
        return self._deadline_s if wanted is None else min(wanted, self._deadline_s)
