"""How well a problem's cases tell a right solution from wrong ones, measured on one solution.

Two scores, so that nothing is hidden: `strict_score` counts every mutant that was not killed
against the cases, `score` leaves out those that are presumed to be no different from the solution.

Not here: how it is measured (`codegen.verify.strength`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small change of a solution: the lines at `line` (from 1) as they were and as they are."""

    operator: str
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant that is presumed to be no different: it agreed with the solution on `inputs`.

    Those are inputs beside the cases, on each of which the solution gave a value.
    """

    mutant: Mutant
    inputs: int


@dataclass(frozen=True, slots=True)
class Strength:
    """What became of the wrong solutions, and whether the right one is deterministic.

    `stubs_failed`, `stubs_passed` and `stubs_invalid` (they do not compile) name the stubs.
    `made` mutants are `killed`, `invalid` (they do not compile and do not count), `survivors`, or
    presumed `equivalent`.
    `rounds` counts how often inputs were added; `reruns` the repetitions of the right solution,
    which is `deterministic` if it passed each time with the same answers. A wrong solution ran for
    `cpu_s` seconds of CPU time at most.
    """

    language: str
    threshold: float
    stubs_failed: tuple[str, ...] = ()
    stubs_passed: tuple[str, ...] = ()
    stubs_invalid: tuple[str, ...] = ()
    made: int = 0
    killed: int = 0
    invalid: int = 0
    survivors: tuple[Mutant, ...] = ()
    equivalent: tuple[Equivalent, ...] = ()
    rounds: int = 0
    reruns: int = 0
    deterministic: bool = False
    cpu_s: float = 0.0

    @property
    def score(self) -> float:
        """The share of mutants killed, without the presumed equivalent ones; 0 if none was."""
        return self.killed / max(1, self.killed + len(self.survivors))

    @property
    def strict_score(self) -> float:
        """The share of mutants killed of all that compile."""
        return self.killed / max(1, self.killed + len(self.survivors) + len(self.equivalent))

    @property
    def met(self) -> bool:
        """Whether stubs fail, enough mutants are killed, and reruns give the same answers."""
        stubs = bool(self.stubs_failed) and not self.stubs_passed + self.stubs_invalid
        return stubs and self.deterministic and self.score >= self.threshold
