"""A problem whose solutions are run, and what they give.

Not here: what they are asked (`codegen.contamination.behaviour`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from codegen.records import Case, Comparator, Json, Outcome, Signature, Verdict, canonical

_FIRST = ("python", "javascript", "go", "typescript", "java", "rust", "cpp")


@dataclass(frozen=True, slots=True)
class Subject:
    """A problem whose solutions are run: (language, code) pairs, and its own cases with values."""

    signature: Signature
    comparator: Comparator
    solutions: tuple[tuple[str, str], ...]
    cases: tuple[Case, ...] = ()

    def ordered(self) -> list[tuple[str, str]]:
        """Return the solutions, those that cost least to run first."""
        return sorted(self.solutions, key=lambda one: (_FIRST.index(one[0]), one[1]))


@dataclass(slots=True)
class Answers:
    """What a solution gives, by its arguments in canonical form; and those it fails at.

    `nothing` says that there was no solution that gives anything.
    """

    got: dict[str, Json] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    nothing: bool = False

    @classmethod
    def of(cls, verdict: Verdict) -> Answers:
        """Return the answers in a verdict; what was never reached is in neither."""
        made = cls()
        for one in verdict.cases:
            key = canonical(list(one.arguments))
            if one.answered:
                made.got[key] = one.got
            elif one.outcome is not Outcome.SKIPPED:
                made.failed.add(key)
        return made

    def add(self, other: Answers) -> None:
        """Take over other answers."""
        self.got.update(other.got)
        self.failed.update(other.failed)
        self.nothing = self.nothing or other.nothing

    def knows(self, key: str) -> bool:
        """Whether it is known what becomes of the arguments."""
        return key in self.got or key in self.failed


@dataclass(frozen=True, slots=True)
class Answered:
    """The number of the first question that is answered, None for none.

    It is not decided where no solution gave anything, as when all of them were too slow.
    """

    question: int | None
    decided: bool
