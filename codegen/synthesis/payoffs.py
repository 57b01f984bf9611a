"""Which way out of a failure pays: passes for tokens, by class of error and arm.

Counted from finished records only, so that what follows from it depends on no clock: a run that
read its own counters would decide by who was quicker, and the same seed would not give the same
bytes.

Not here: what is decided by it (`codegen.synthesis.policy`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from types import MappingProxyType

from codegen.records import Arm, Attempt, ErrorClass, Json, Outcome

Key = tuple[ErrorClass | None, Arm]


@dataclass(frozen=True, slots=True)
class Payoff:
    """What an arm has brought: answers asked for, those that passed, their completion tokens."""

    answers: int = 0
    passed: int = 0
    tokens: int = 0

    def __add__(self, other: Payoff) -> Payoff:
        """Add two counts."""
        return Payoff(
            self.answers + other.answers, self.passed + other.passed, self.tokens + other.tokens
        )

    @property
    def per_1000_tokens(self) -> float | None:
        """Passes per 1,000 completion tokens; None where no token was counted."""
        return round(1000 * self.passed / self.tokens, 4) if self.tokens else None


@dataclass(frozen=True, slots=True)
class Payoffs:
    """Payoffs by the class of the failure that was answered (None: there was none) and the arm."""

    table: Mapping[Key, Payoff] = field(default_factory=lambda: MappingProxyType({}))

    def __add__(self, other: Payoffs) -> Payoffs:
        """Add two tables."""
        keys = [*self.table, *(key for key in other.table if key not in self.table)]
        return Payoffs({key: self.of(*key) + other.of(*key) for key in keys})

    def of(self, error: ErrorClass | None, arm: Arm) -> Payoff:
        """Return what is known of one arm after one class of error."""
        return self.table.get((error, arm), Payoff())

    @property
    def total(self) -> Payoff:
        """All answers together."""
        return sum(self.table.values(), Payoff())

    def to_json(self) -> list[Json]:
        """Return one object for each class and arm, in a fixed order."""
        return [
            {
                "class": error.value if error else "",
                "arm": arm.value,
                "answers": one.answers,
                "passed": one.passed,
                "completion_tokens": one.tokens,
                "passed_per_1000_tokens": one.per_1000_tokens,
            }
            for (error, arm), one in sorted(self.table.items(), key=_order)
        ]


def payoffs_of(attempts: Iterable[Attempt]) -> Payoffs:
    """Count attempts; those of one candidate must follow one another, in order.

    Given code is no answer, and counts for nothing.
    """
    found: dict[Key, Payoff] = {}
    asked = (one for one in attempts if one.kind != "given")
    for _, group in groupby(asked, lambda one: (one.language, one.candidate)):
        for key, attempt in _answered(list(group)):
            one = Payoff(1, passes(attempt), attempt.usage.completion_tokens)
            found[key] = found.get(key, Payoff()) + one
    return Payoffs(found)


def passes(attempt: Attempt) -> bool:
    """Whether an attempt failed in nothing that is known; without known values none can pass."""
    return attempt.outcome in (Outcome.PASSED, Outcome.SKIPPED)


def _answered(attempts: Sequence[Attempt]) -> Iterator[tuple[Key, Attempt]]:
    yield (None, Arm.FIRST), attempts[0]
    for failed, attempt in pairwise(attempts):
        if failed.error_class is not None:
            yield (failed.error_class, attempt.arm), attempt


def _order(item: tuple[Key, Payoff]) -> tuple[int, int]:
    (error, arm), _ = item
    return (list(ErrorClass).index(error) + 1 if error else 0, list(Arm).index(arm))
