"""What candidates work with: one place for the model, the verifier and what bounds them."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.language import Language
from codegen.model.contract import Model, Purpose, Reply, Request, Sampling
from codegen.records import Case, Limits, Problem, Verdict
from codegen.synthesis.policy import Policy
from codegen.synthesis.progress import Progress
from codegen.verify.interface import judged
from codegen.verify.request import VerifyRequest
from codegen.verify.verifier import Verifier

READER: frozenset[Purpose] = frozenset(("regeneration", "judgement"))
"""What the second model does, where there is one: whoever wrote a text reads more than it says."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What candidates work with: the models, the verifier and the run's settings.

    `model` writes, `reader` writes again from texts and judges; they may be the same. With
    `schemas` they are sent those of the prompts.
    """

    model: Model
    reader: Model
    verifier: Verifier
    sampling: Sampling
    limits: Limits
    policy: Policy
    seed: int
    progress: Progress
    schemas: bool = False

    async def complete(self, request: Request) -> Reply:
        """Get one answer, counted while it is under way."""
        self.progress.calls_in_flight += 1
        try:
            model = self.reader if request.purpose in READER else self.model
            (reply,) = await model.complete(request)
        finally:
            self.progress.calls_in_flight -= 1
        return reply

    async def judge(
        self, language: Language, code: str, problem: Problem, cases: tuple[Case, ...]
    ) -> Verdict:
        """Verify code over a problem's cases, strictly."""
        request = VerifyRequest(
            language.name,
            code,
            comparator=problem.comparator,
            lint="strict",
            limits=self.limits,
        )
        return await judged(self.verifier, request, cases, problem.signature)
