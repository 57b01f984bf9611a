"""Shares with their denominators, and as tables in Markdown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from codegen.records import Json

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int = 0
    whole: int = 0

    def __add__(self, other: Share) -> Share:
        """Add two counts."""
        return Share(self.part + other.part, self.whole + other.whole)

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval for the share at 95%; everything where nothing was counted."""
        if not self.whole:
            return 0.0, 1.0
        share, count, square = self.part / self.whole, self.whole, _Z * _Z
        middle = share + square / (2 * count)
        spread = _Z * math.sqrt((share * (1 - share) + square / (4 * count)) / count)
        scale = 1 + square / count
        # at the ends the bound is exact, and the root is not
        low = (middle - spread) / scale if self.part else 0.0
        high = (middle + spread) / scale if self.part < self.whole else 1.0
        return max(0.0, low), min(1.0, high)

    def to_json(self) -> Json:
        """Return part, whole, share and interval."""
        low, high = self.interval
        value = None if self.value is None else round(self.value, 5)
        return {"part": self.part, "of": self.whole, "share": value, "interval": [low, high]}


@dataclass(slots=True)
class Figures:
    """Named shares, in the order in which they were first counted, by stage."""

    shares: dict[tuple[str, str], Share] = field(default_factory=dict)

    def count(self, stage: str, name: str, *hits: bool) -> None:
        """Count each hit and each miss under a name; without any the name is there, with none."""
        before = self.shares.get((stage, name), Share())
        self.shares[stage, name] = before + Share(sum(hits), len(hits))

    def of(self, stage: str, name: str) -> Share:
        """Return one share."""
        return self.shares.get((stage, name), Share())

    def to_json(self) -> Json:
        """Return the shares by stage and name."""
        found: dict[str, dict[str, Json]] = {}
        for (stage, name), share in self.shares.items():
            found.setdefault(stage, {})[name] = share.to_json()
        return found


def table(runs: Mapping[str, Figures]) -> str:
    """Return a row for each figure and a column for each run."""
    found = {name: None for one in runs.values() for name in one.shares}
    stages = list(dict.fromkeys(stage for stage, _ in found))
    names = sorted(found, key=lambda name: stages.index(name[0]))
    lines = [
        "| stage | what | " + " | ".join(runs) + " |",
        "|---|---|" + "---|" * len(runs),
    ]
    last = ""
    for stage, name in names:
        cells = (shown(one.of(stage, name)) for one in runs.values())
        lines.append(f"| {stage if stage != last else ''} | {name} | {' | '.join(cells)} |")
        last = stage
    return "\n".join(lines)


def shown(share: Share) -> str:
    """Return a share as `3 of 40 (7.5%)`."""
    if share.value is None:
        return "none"
    return f"{share.part:,} of {share.whole:,} ({100 * share.value:.1f}%)"
