"""Which of equal problems lives: the first by number, not the one that was quicker.

Equal are problems with one id, and, where a threshold is given, those whose statements are almost
the same, in words or in meaning. A problem that was refused refuses no other.

Not here: what makes an id (`codegen.synthesis.problem_fields`), a likeness
(`codegen.similarity`), or a vector (`codegen.model.embedding`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from codegen.model.contract import Embedder, Vector
from codegen.records import Problem
from codegen.similarity import NearDuplicates, NearVectors
from codegen.synthesis.allowance import BudgetSpent


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a problem may not live: the reason of its rejection, and which one was there before."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Meanings:
    """What tells that two statements mean the same: vectors, and how close they have to be."""

    embedder: Embedder
    known: NearVectors


class Claimant(Protocol):
    """What of a problem tells it from others."""

    @property
    def id(self) -> str:
        """The hash of what is asked."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def statement(self) -> str:
        """What is asked."""


@dataclass(frozen=True, slots=True)
class _Claim:
    problem: Claimant | None
    vector: Vector | None
    answer: asyncio.Future[Clash | None]
    stands: bool = False


@dataclass(slots=True)
class Registry:
    """Lets the first of equal problems live.

    A life may claim its problem only when all with lower numbers have; so of two equal problems
    it is always the later one that is a duplicate.
    """

    alike: NearDuplicates | None = None
    claimed: set[str] = field(default_factory=set)
    meanings: Meanings | None = None
    _next: int = 0
    _waiting: dict[int, _Claim] = field(default_factory=dict)
    _given_up: tuple[int, BudgetSpent] | None = None

    @property
    def waiting(self) -> int:
        """How many lives have claimed and wait for those with lower numbers."""
        return len(self._waiting)

    async def known(self, index: int, problem: Claimant | None) -> None:
        """Take over a record of an earlier start: its problem lived, or it has none.

        Raises:
            ModelError: the journal lacks its statement's vector, and the model has none.
        """
        await self._enter(index, problem, stands=True)

    async def claim(self, index: int, problem: Problem | None) -> Clash | None:
        """Claim a problem, or None for a life that ends without one; return what it clashes with.

        Raises:
            BudgetSpent: a life with a lower number has given up, so that nobody can say.
            ModelError: there is no vector of its statement to be had; nothing is claimed.
        """
        return await (await self._enter(index, problem))

    async def _enter(
        self, index: int, problem: Claimant | None, *, stands: bool = False
    ) -> asyncio.Future[Clash | None]:
        vector = None
        if self.meanings is not None and problem is not None:
            (vector,) = await self.meanings.embedder.embed([problem.statement])
        future: asyncio.Future[Clash | None] = asyncio.get_running_loop().create_future()
        self._waiting[index] = _Claim(problem, vector, future, stands)
        self._advance()
        return future

    def give_up(self, index: int, spent: BudgetSpent) -> None:
        """Note that a life ends, for want of a budget, without having claimed anything."""
        if index < self._next or index in self._waiting:
            return
        if self._given_up is None or index < self._given_up[0]:
            self._given_up = (index, spent)
        self._advance()

    def _advance(self) -> None:
        while self._next in self._waiting:
            claim = self._waiting.pop(self._next)
            clash = self._answer(claim)
            self._next += 1
            if not claim.answer.cancelled():
                claim.answer.set_result(clash)
        if self._given_up is not None:
            for index in [one for one in self._waiting if one > self._given_up[0]]:
                answer = self._waiting.pop(index).answer
                if not answer.done():
                    answer.set_exception(BudgetSpent(self._given_up[1].budget))

    def _answer(self, claim: _Claim) -> Clash | None:
        if claim.problem is None:
            return None
        clash = None if claim.stands else self._clash(claim.problem, claim.vector)
        if clash is None:
            self._admit(claim.problem, claim.vector)
        return clash

    def _clash(self, problem: Claimant, vector: Vector | None) -> Clash | None:
        if problem.id in self.claimed:
            return Clash("duplicate_problem", f"{problem.title}: an earlier one is the same")
        likeness = self._likeness(problem, vector)
        return (
            Clash("near_duplicate_problem", f"{problem.title}: {likeness}")
            if likeness is not None
            else None
        )

    def _admit(self, problem: Claimant, vector: Vector | None) -> None:
        if self.alike is not None:
            self.alike.add(self._next, problem.statement)
        if self.meanings is not None and vector is not None:
            self.meanings.known.add(self._next, vector)
        self.claimed.add(problem.id)

    def _likeness(self, problem: Claimant, vector: Vector | None) -> str | None:
        found = self.alike.find(problem.statement) if self.alike is not None else None
        if found is not None:
            return f"problem {found[0]} is {found[1]:.0%} the same"
        if self.meanings is not None and vector is not None:
            found = self.meanings.known.find(vector)
        return f"problem {found[0]} means the same, by {found[1]:.3f}" if found else None
