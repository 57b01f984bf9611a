"""A run against an earlier one: whether what it makes has become less diverse.

Models that are trained on their own output lose the rare first (I. Shumailov et al., "AI models
collapse when trained on recursively generated data", 2024), so a later round is held against the
one before. Both are looked at in samples of one size.

Not here: what diversity is (`codegen.report.diversity`).
"""

from __future__ import annotations

from dataclasses import dataclass

from codegen.records import Json
from codegen.report.diversity import SAMPLE, Diversity, measures

COLLAPSE = 0.2
"""A measure that has fallen by more than this share of its earlier value is warned of."""
LEAST_PROBLEMS = 20
"""Samples of fewer say nothing: a few problems differ by chance."""


@dataclass(frozen=True, slots=True)
class Change:
    """A measure of diversity in the earlier run and in the later one."""

    measure: str
    earlier: float
    later: float

    @property
    def fall(self) -> float:
        """By which share of its earlier value it has fallen; negative where it has risen."""
        return round(1 - self.later / self.earlier, 4) if self.earlier else 0.0

    @property
    def collapsed(self) -> bool:
        """Whether it has fallen by more than is put down to chance."""
        return self.fall > COLLAPSE


@dataclass(frozen=True, slots=True)
class Comparison:
    """What has changed between two runs, in samples of `problems` problems each; empty if few."""

    problems: int
    changes: tuple[Change, ...]

    @property
    def collapsed(self) -> tuple[Change, ...]:
        """What has fallen too far."""
        return tuple(one for one in self.changes if one.collapsed)

    def to_json(self) -> Json:
        """Return the plain form."""
        return {
            "problems": self.problems,
            "least_problems": LEAST_PROBLEMS,
            "threshold": COLLAPSE,
            "changes": [
                {
                    "measure": one.measure,
                    "earlier": one.earlier,
                    "later": one.later,
                    "fall": one.fall,
                    "collapsed": one.collapsed,
                }
                for one in self.changes
            ],
        }


def compare(earlier: Diversity, later: Diversity) -> Comparison:
    """Compare two runs in samples as large as the smaller of them allows."""
    size = min(earlier.problems, later.problems, SAMPLE)
    if size < LEAST_PROBLEMS:
        return Comparison(size, ())
    before, now = measures(earlier.sample(size)), measures(later.sample(size))
    return Comparison(size, tuple(Change(name, before[name], now[name]) for name in before))
