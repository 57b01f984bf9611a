"""How hard a problem is: what was asked for or claimed, and what its solutions show."""

from __future__ import annotations

from collections.abc import Iterable

from codegen.records import Arm, Attempt, Problem
from codegen.synthesis.payoffs import passes

LEVELS = ("easy", "medium", "hard")
MOST_EXTRA = 2
MOST_EXTRA_HARD = 4
EXTRA_STARTS_HARD = 1


def difficulty_of(problem: Problem | None) -> str:
    """Return the level that was asked for, or the hardest that the tags claim; empty for none."""
    if problem is None:
        return ""
    claimed = (problem.traits.difficulty, *problem.tags)
    return next((level for level in reversed(LEVELS) if level in claimed), "")


def is_hard(problem: Problem) -> bool:
    """Return whether the problem is to have more tries before it is dropped."""
    return difficulty_of(problem) == "hard"


def most_extra(problem: Problem) -> int:
    """Return how many candidates may be called beyond the first ones."""
    return MOST_EXTRA_HARD if is_hard(problem) else MOST_EXTRA


def measured_difficulty(attempts: Iterable[Attempt]) -> float | None:
    """Return one minus the pass rate of the independent first answers, 0 to 1; None without any.

    Repairs and fresh starts do not count: they were asked for because an answer had failed; nor
    does the reference, which is asked for in other words.
    """
    first = [
        passes(one)
        for one in attempts
        if one.kind == "solution" and one.arm is Arm.FIRST and not one.round
    ]
    return round(1 - sum(first) / len(first), 4) if first else None
