"""Counters of a run, written by the loop and read by whoever shows them.

Not here: how they are shown (`codegen.cli.display`), and the final figures, which are computed from
the journal (`codegen.report.statistics`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from codegen.records import Attempt, Outcome, Usage
from codegen.synthesis.finished import Finished


@dataclass(slots=True)
class Progress:
    """What has happened so far. Counts only; memory does not grow with the run."""

    target: int | None = None
    limit: int | None = None
    resumed: int = 0
    started: int = 0
    calls_in_flight: int = 0
    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)
    examples: Counter[tuple[str, str]] = field(default_factory=Counter)
    mix: Counter[tuple[str, str]] = field(default_factory=Counter)
    quotas: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @property
    def finished(self) -> int:
        """Problems that came to an end, accepted or not."""
        return self.accepted + self.rejected.total()

    def shares(self) -> Iterator[tuple[str, str, float, float]]:
        """Yield dimension, value, the share asked for and the share had, of every quota."""
        for (dimension, value), asked in self.quotas.items():
            yield dimension, value, asked, self.mix[dimension, value] / max(1, self.accepted)

    def enter(self, stage: str) -> None:
        """Note that a problem is now in a stage."""
        self.stages[stage] += 1

    def leave(self, stage: str) -> None:
        """Note that a problem has left a stage."""
        self.stages[stage] -= 1

    def attempt(self, attempt: Attempt) -> None:
        """Count one attempt of one candidate."""
        self.count(attempt.language, attempt.outcome, 1)

    def count(self, language: str, outcome: Outcome, times: int) -> None:
        """Count attempts of one language and one outcome."""
        self.attempts[language] += times
        self.outcomes[language, outcome] += times
        if outcome is Outcome.PASSED:
            self.passed[language] += times

    def finish(self, end: Finished) -> None:
        """Count a problem's end."""
        self.usage += end.usage
        if not end.accepted:
            self.rejected[end.reason] += 1
            return
        self.accepted += 1
        self.mix.update(end.mix.items())
        self.repaired.update(end.repaired)
        self.examples.update(end.examples)
