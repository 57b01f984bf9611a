"""Which of equal problems lives: the first by number, not the one that was quicker.

Equal are problems with one id, and, where a threshold is given, those whose statements are almost
the same. A problem that was refused refuses no other.

Not here: what makes an id (`codegen.synthesis.problems.problem_id`), or a likeness
(`codegen.similarity`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from codegen.records import Problem
from codegen.similarity import NearDuplicates
from codegen.synthesis.allowance import BudgetSpent


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a problem may not live: the reason of its rejection, and which one was there before."""

    reason: str
    detail: str


@dataclass(slots=True)
class Registry:
    """Lets the first of equal problems live.

    A life may claim its problem only when all with lower numbers have; so of two equal problems
    it is always the later one that is a duplicate.
    """

    alike: NearDuplicates | None = None
    claimed: set[str] = field(default_factory=set)
    _next: int = 0
    _waiting: dict[int, tuple[Problem | None, asyncio.Future[Clash | None]]] = field(
        default_factory=dict
    )
    _given_up: tuple[int, BudgetSpent] | None = None

    def known(self, index: int, problem: Problem | None) -> None:
        """Take over the claim of a record from an earlier start."""
        self._waiting[index] = (problem, asyncio.get_running_loop().create_future())
        self._advance()

    async def claim(self, index: int, problem: Problem | None) -> Clash | None:
        """Claim a problem, or None for a life that ends without one; return what it clashes with.

        Raises:
            BudgetSpent: a life with a lower number has given up, so that nobody can say.
        """
        future: asyncio.Future[Clash | None] = asyncio.get_running_loop().create_future()
        self._waiting[index] = (problem, future)
        self._advance()
        return await future

    def give_up(self, index: int, spent: BudgetSpent) -> None:
        """Note that a life ends, for want of a budget, without having claimed anything."""
        if index < self._next or index in self._waiting:
            return
        if self._given_up is None or index < self._given_up[0]:
            self._given_up = (index, spent)
        self._advance()

    def _advance(self) -> None:
        while self._next in self._waiting:
            problem, future = self._waiting.pop(self._next)
            clash = self._admit(problem) if problem is not None else None
            self._next += 1
            if not future.cancelled():
                future.set_result(clash)
        if self._given_up is not None:
            for index in [one for one in self._waiting if one > self._given_up[0]]:
                _, future = self._waiting.pop(index)
                if not future.done():
                    future.set_exception(BudgetSpent(self._given_up[1].budget))

    def _admit(self, problem: Problem) -> Clash | None:
        if problem.id in self.claimed:
            return Clash("duplicate_problem", f"{problem.title}: an earlier one is the same")
        if self.alike is not None:
            found = self.alike.find(problem.statement)
            if found is not None:
                number, likeness = found
                what = f"{problem.title}: problem {number} is {likeness:.0%} the same"
                return Clash("near_duplicate_problem", what)
            self.alike.add(self._next, problem.statement)
        self.claimed.add(problem.id)
        return None
