"""The votes of one problem's solutions: who gave which value on which case, and what that comes to.

Not here: who may vote, and what follows from the counts (`codegen.synthesis.council`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from codegen.records import Case, Json, Problem, canonical
from codegen.verify.interface import same_answer
from codegen.verify.oracle import Tally, tally

Voter = tuple[str, int, int]
"""A language, the number of a candidate in it, and that of its conversation."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The least number of independent solutions, and of their languages, that agree on a case."""

    solutions: int
    languages: int


@dataclass(slots=True)
class Ballot:
    """The votes on the cases of one problem; private to its council."""

    problem: Problem
    _votes: dict[str, dict[Voter, Json]] = field(default_factory=dict)

    def cast(self, case: str, voter: Voter, value: Json) -> None:
        """Take a vote; one that the same voter gave on the case before is replaced."""
        self._votes.setdefault(case, {})[voter] = value

    def votes_on(self, case: Case) -> Mapping[Voter, Json]:
        """Return the votes on a case."""
        return self._votes.get(case.id, {})

    def same(self, case: Case, one: Json, other: Json) -> bool:
        """Whether two values are the same answer to a case."""
        problem = self.problem
        asked = case.arguments
        return same_answer(one, other, problem.signature, problem.comparator, arguments=asked)

    def tallies(self, cases: Iterable[Case]) -> dict[str, Tally]:
        """Return the count of every case that somebody voted on."""
        return {
            case.id: tally(votes.items(), partial(self.same, case))
            for case in cases
            if (votes := self.votes_on(case))
        }

    def disputed(self, cases: Iterable[Case]) -> list[Case]:
        """Return the cases on which a settled value has votes against it, short inputs first."""
        asked = [case for case in cases if not case.known_from]
        counts = self.tallies(asked)
        found = [case for case in asked if counts[case.id].dissenting]
        return sorted(found, key=lambda case: (len(canonical(case.arguments)), case.id))

    def values_of(self, case: Case) -> list[Json]:
        """Return the distinct values that were given for a case, the settled one first."""
        values: list[Json] = [self.tallies([case])[case.id].value]
        for value in self.votes_on(case).values():
            if not any(self.same(case, value, known) for known in values):
                values.append(value)
        return values

    def agreement(self, cases: Iterable[Case]) -> Agreement:
        """Return the least agreement over the cases whose value comes from votes."""
        asked = [case for case in cases if not case.known_from]
        voters = [one.agreeing for one in self.tallies(asked).values()]
        return Agreement(min(map(len, voters)), min(len(_languages(group)) for group in voters))


def _languages(voters: Iterable[object]) -> set[str]:
    return {voter[0] for voter in voters if isinstance(voter, tuple)}
