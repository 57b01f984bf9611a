"""Which of equal problems lives: the first by number, not the one that was quicker.

Not here: what makes two problems equal (`codegen.synthesis.problems.problem_id`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from codegen.synthesis.allowance import BudgetSpent


@dataclass(slots=True)
class Registry:
    """Lets the first of equal problems live.

    A life may claim its problem only when all with lower numbers have; so of two equal problems
    it is always the later one that is a duplicate.
    """

    claimed: set[str] = field(default_factory=set)
    _next: int = 0
    _waiting: dict[int, tuple[str | None, asyncio.Future[bool]]] = field(default_factory=dict)
    _given_up: tuple[int, BudgetSpent] | None = None

    def known(self, index: int, problem: str | None) -> None:
        """Take over the claim of a record from an earlier start."""
        self._waiting[index] = (problem, asyncio.get_running_loop().create_future())
        self._advance()

    async def claim(self, index: int, problem: str | None) -> bool:
        """Claim a problem's id, or None for a life that ends without one; False: a duplicate.

        Raises:
            BudgetSpent: a life with a lower number has given up, so that nobody can say.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
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
            self._next += 1
            if not future.cancelled():
                future.set_result(problem not in self.claimed)
            if problem is not None:
                self.claimed.add(problem)
        if self._given_up is not None:
            for index in [one for one in self._waiting if one > self._given_up[0]]:
                _, future = self._waiting.pop(index)
                if not future.done():
                    future.set_exception(BudgetSpent(self._given_up[1].budget))
