"""Execution consensus: which value is right when several independent programs answer.

A **vote** is the value that one independent program gave on one case. A program that was told what
others answer is no longer independent on that case, so its later values are not votes; what it
gave before stays one. A value is *settled* when its votes outnumber all others together by two:
two that agree are enough where nobody disagrees, and every disagreement needs one more vote.

Not here: who may vote, and what happens to the dissenters (`codegen.synthesis.life`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from codegen.records import Json

MARGIN = 2


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of one case: the value with most votes, those for it and those against."""

    value: Json
    agreeing: tuple[Hashable, ...]
    dissenting: tuple[Hashable, ...]
    tied: bool

    @property
    def settled(self) -> bool:
        """Whether the value may be believed."""
        return len(self.agreeing) >= len(self.dissenting) + MARGIN


def tally(votes: Iterable[tuple[Hashable, Json]], same: Callable[[Json, Json], bool]) -> Tally:
    """Count (voter, value) pairs; `same` is the problem's comparator.

    Raises:
        ValueError: nobody voted.
    """
    groups: list[tuple[Json, list[Hashable]]] = []
    for voter, value in votes:
        group = next((members for known, members in groups if same(known, value)), None)
        if group is None:
            groups.append((value, [voter]))
        else:
            group.append(voter)
    if not groups:
        raise ValueError("a tally needs at least one vote")
    groups.sort(key=lambda group: -len(group[1]))
    value, agreeing = groups[0]
    dissenting = tuple(voter for _, members in groups[1:] for voter in members)
    tied = len(groups) > 1 and len(groups[1][1]) == len(agreeing)
    return Tally(value, tuple(agreeing), dissenting, tied)
