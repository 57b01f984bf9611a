"""What to do about a failed answer: a pure choice between the arms, within a budget.

What an arm pays is its passes per token after this class of error, as measured in finished runs
(`codegen.synthesis.payoffs`) and, as far as that is too little, as the table below expects. Nothing
here is random and nothing is remembered: the same failure in the same place is always met alike.

Not here: what a failure is called (`codegen.synthesis.classify`), what an arm does
(`codegen.synthesis.candidate`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from codegen.records import Arm, ErrorClass
from codegen.synthesis.payoffs import Payoffs

PRIOR_ANSWERS = 20
"""So many answers the expectation counts for: a measurement must be larger to overrule it."""

_SHOWN = {Arm.REPAIR: 0.6, Arm.REASONED_REPAIR: 0.5, Arm.FRESH: 0.4}
_THOUGHT = {Arm.REPAIR: 0.3, Arm.REASONED_REPAIR: 0.5, Arm.FRESH: 0.4}
EXPECTED: Mapping[ErrorClass, Mapping[Arm, float]] = {
    one: _THOUGHT if one is ErrorClass.WRONG_ANSWER else _SHOWN for one in ErrorClass
}
"""The share of answers that pass, by class and arm, before anything is measured.

A diagnostic says where to look, so that a repair does; a wrong answer says only that the idea is
wrong: one thought about the case, and then another idea."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How often a candidate may try: repairs in a conversation, and conversations."""

    repairs: int = 2
    starts: int = 2

    @property
    def answers(self) -> int:
        """The most answers of one candidate."""
        return self.starts * (1 + self.repairs)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a candidate has tried: conversations before this one, repairs in this one.

    `reasoned` says that one of them was a reasoned repair.
    """

    start: int = 0
    repairs: int = 0
    reasoned: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The budget, and what is known of the arms; both fixed before the run begins."""

    budget: Budget = field(default_factory=Budget)
    payoffs: Payoffs = field(default_factory=Payoffs)

    def choose(self, error: ErrorClass, standing: Standing) -> Arm:
        """Return the arm that pays most after this failure, among those that are still open.

        A conversation has at most one reasoned repair, and a wrong answer after it is not repaired
        while a fresh start is left. When nothing is left it is given up.
        """
        open_arms = self._open(error, standing)
        if not open_arms:
            return Arm.GIVE_UP
        # of equals the first: max keeps it
        return max(open_arms, key=lambda arm: self.expected(error, arm))

    def expected(self, error: ErrorClass, arm: Arm) -> float:
        """Return an arm's passes per token, relative to the mean length of an answer.

        Measured and expected answers are added up, as a posterior mean adds pseudo-counts.
        """
        seen, total = self.payoffs.of(error, arm), self.payoffs.total
        length = total.tokens / total.answers if total.tokens and total.answers else 1.0
        passed = PRIOR_ANSWERS * EXPECTED[error][arm] + seen.passed
        return passed / (PRIOR_ANSWERS + seen.tokens / length)

    def with_starts(self, more: int) -> Policy:
        """Return the same policy with more conversations for each candidate."""
        return replace(self, budget=replace(self.budget, starts=self.budget.starts + more))

    def _open(self, error: ErrorClass, standing: Standing) -> list[Arm]:
        repairable = standing.repairs < self.budget.repairs
        fresh = standing.start + 1 < self.budget.starts
        pondered = standing.reasoned and error is ErrorClass.WRONG_ANSWER and fresh
        return [
            *([Arm.REPAIR] if repairable and not pondered else []),
            *([Arm.REASONED_REPAIR] if repairable and not standing.reasoned else []),
            *([Arm.FRESH] if fresh else []),
        ]
