"""What wrong programs are judged on: a right solution, cases, and who judges.

Not here: which programs those are, and what their verdicts mean (`codegen.verify.strength`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from codegen.errors import InfrastructureError
from codegen.language import Language
from codegen.records import Case, Comparator, Comparison, Limits, Outcome, Signature, Verdict
from codegen.verify.ahead import all_of
from codegen.verify.interface import judged
from codegen.verify.request import VerifyRequest
from codegen.verify.verifier import Verifier

_STEPS = (0.5, 2.0, 8.0)
"""Seconds; few and far apart, so that limits do not follow what one run happened to need."""
_TIMES = 4


@dataclass(frozen=True, slots=True)
class Subject:
    """The right solution that is made wrong."""

    language: Language
    code: str
    signature: Signature


class Judge(Protocol):
    """Judges a program over cases, without linters."""

    async def __call__(
        self,
        language: Language,
        code: str,
        cases: tuple[Case, ...],
        *,
        limits: Limits,
        reruns: int,
        hasty: bool = False,
    ) -> Verdict:
        """Return the verdict; a `hasty` one without a second look at a limit of CPU time.

        Raises:
            InfrastructureError: nothing is known about the program.
        """


def judge_with(
    verifier: Verifier, signature: Signature, comparator: Comparator | Comparison
) -> Judge:
    """Return the judge of a problem that a verifier makes."""

    async def judge(
        language: Language,
        code: str,
        cases: tuple[Case, ...],
        *,
        limits: Limits,
        reruns: int,
        hasty: bool = False,
    ) -> Verdict:
        request = VerifyRequest(
            language.name,
            code,
            comparator=comparator,
            lint="off",
            limits=limits,
            reruns=reruns,
            hasty=hasty,
        )
        return await judged(verifier, request, cases, signature)

    return judge


@dataclass(frozen=True, slots=True)
class Bench:
    """A right solution, cases, and what judges other programs in its place."""

    judge: Judge
    subject: Subject
    cases: tuple[Case, ...]
    limits: Limits

    async def judged(self, code: str, *, reruns: int = 0, hasty: bool = False) -> Verdict:
        """Return the verdict on one program."""
        verdict = await self.judge(
            self.subject.language,
            code,
            self.cases,
            limits=self.limits,
            reruns=reruns,
            hasty=hasty,
        )
        if verdict.outcome is Outcome.INFRASTRUCTURE_ERROR:
            raise InfrastructureError(verdict.message)
        return verdict

    async def all_judged(self, codes: Iterable[str]) -> list[Verdict]:
        """Return the verdicts on wrong programs, which are judged side by side."""
        return await all_of(self.judged(code, hasty=True) for code in codes)


def tighter(limits: Limits, right: Verdict) -> Limits:
    """Return limits for wrong programs: a few times the CPU time that the right one needed.

    Many wrong programs never end, and are known to be wrong long before the limit of right ones.
    """
    needed = right.resources.run_cpu_s * _TIMES
    cpu_s = min((*(step for step in _STEPS if step >= needed), limits.cpu_s))
    return replace(limits, cpu_s=cpu_s)


def is_invalid(verdict: Verdict) -> bool:
    """Whether a program does not compile."""
    return verdict.outcome in (Outcome.COMPILE_ERROR, Outcome.LINT_ERROR)
