"""What the examples of a run rest on: their kinds and levels, and what was tried and refused.

Not here: how far solutions came (`codegen.report.statistics`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from codegen.records import BackTranslation, Example, Json, ProblemRecord


@dataclass(slots=True)
class Mean:
    """A mean as its sum and its count."""

    total: float = 0.0
    count: int = 0

    def add(self, value: float) -> None:
        """Count one value."""
        self.total += value
        self.count += 1

    @property
    def value(self) -> float | None:
        """The mean; None of nothing."""
        return round(self.total / self.count, 4) if self.count else None


@dataclass(slots=True)
class Regenerated:
    """Programs written from texts alone, kept or refused, and from the texts for mutants."""

    texts: int = 0
    samples: int = 0
    passed: int = 0
    control_samples: int = 0
    control_passed: int = 0

    def add(self, one: BackTranslation) -> None:
        """Count one text."""
        self.texts += 1
        self.samples += one.samples
        self.passed += one.passed
        self.control_samples += one.control_samples
        self.control_passed += one.control_passed

    def to_json(self) -> Json:
        """Return the plain form; `passed` and `control_passed` are shares of the programs."""
        return {
            "texts": self.texts,
            "samples": self.samples,
            "passed": _share(self.passed, self.samples),
            "control_samples": self.control_samples,
            "control_passed": _share(self.control_passed, self.control_samples),
        }


@dataclass(slots=True)
class Evidence:
    """Counts over the records of a run, in any order.

    `mutation` is over solutions, presumed equivalent mutants left out, `strict` with them.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    mutation: Mean = field(default_factory=Mean)
    strict: Mean = field(default_factory=Mean)
    regenerated: Regenerated = field(default_factory=Regenerated)

    def add(self, record: ProblemRecord) -> None:
        """Count one problem."""
        self.decisions.update(_decision(one.decision) for one in record.arbitrations)
        for refused in record.refused:
            self.refused[refused.kind, refused.reason] += 1
            if refused.back_translation is not None:
                self.regenerated.add(refused.back_translation)
        for example in record.examples:
            self.add_example(example)

    def add_example(self, example: Example) -> None:
        """Count one example, where a record comes without its own."""
        self.kinds[example.kind] += 1
        self.levels[example.verification.level] += 1
        if example.back_translation is not None:
            self.regenerated.add(example.back_translation)
        if example.kind == "solution" and example.strength is not None:
            self.mutation.add(example.strength.score)
            self.strict.add(example.strength.strict_score)

    def to_json(self) -> Json:
        """Return the plain form; means and shares are fractions between 0 and 1."""
        return {
            "kinds": dict(sorted(self.kinds.items())),
            "levels": dict(sorted(self.levels.items())),
            "refused": [
                {"kind": kind, "reason": reason, "count": count}
                for (kind, reason), count in sorted(self.refused.items())
            ],
            "arbitrations": dict(sorted(self.decisions.items())),
            "mutation_score": {
                "solutions": self.mutation.count,
                "mean": self.mutation.value,
                "strict_mean": self.strict.value,
            },
            "back_translation": self.regenerated.to_json(),
        }


def _decision(said: str) -> str:
    if not said.isdecimal():
        return said
    return "settled_value" if said == "0" else "another_value"


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
