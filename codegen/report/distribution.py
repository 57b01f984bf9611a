"""How values are spread: their middle, their ends, and a histogram, in bounded memory.

Quantiles and histograms are of a sample, which is the whole while there are few values; what is
drawn depends on the values' names alone, so it is the same whatever their order. The
ends are exact.

Not here: which values are looked at (`codegen.report.figures`).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SAMPLE = 4000
ENDS = 8
_WHISKER = 2.2
_FINEST = 1e-9
_STEPS = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """How many values are from `low` up to `high`; the last bin holds its upper end too."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Outlier:
    """A value far from the others, by the name of what has it."""

    name: str
    value: float


@dataclass(slots=True)
class Distribution:
    """Values with names (hexadecimal ids); add them in any order."""

    count: int = 0
    total: float = 0.0
    _sample: list[tuple[int, float]] = field(default_factory=list)
    _highest: list[tuple[float, str]] = field(default_factory=list)
    _lowest: list[tuple[float, str]] = field(default_factory=list)

    def add(self, name: str, value: float) -> None:
        """Count one value."""
        self.count += 1
        self.total += value
        _keep(self._sample, (-int(name[:15], 16), value), SAMPLE)
        _keep(self._highest, (value, name), ENDS)
        _keep(self._lowest, (-value, name), ENDS)

    @property
    def mean(self) -> float | None:
        """The mean; None of nothing."""
        return self.total / self.count if self.count else None

    @property
    def sampled(self) -> bool:
        """Whether quantiles and bins are of a sample of the values."""
        return self.count > SAMPLE

    def quantile(self, share: float) -> float:
        """Return the value that a share (0 to 1) of the values do not pass; 0 of nothing."""
        values = sorted(value for _, value in self._sample)
        return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0

    def bins(self, most: int = 24, *, span: tuple[float, float] | None = None) -> list[Bin]:
        """Return at most about `most` bins of one round width, over the values or over a span.

        Values beyond a span are counted in the bin at its end. Counts are of all values, by the
        shares in the sample.
        """
        if not self._sample:
            return []
        values = [value for _, value in self._sample]
        low, high = span or (min(values), max(values))
        # bins narrower than what is written of their ends would have none
        width = _round_width(max((high - low) / most, high * _FINEST))
        if span is None and all(value.is_integer() for value in values):
            width = max(width, 1.0)
        first = math.floor(low / width + 1e-9)
        count = max(1, math.ceil(high / width - 1e-9) - first)
        counts = [0] * count
        for value in values:
            at = math.floor(value / width + 1e-9) - first
            counts[min(max(at, 0), count - 1)] += 1
        scale = self.count / len(values)
        return [
            Bin(_tidy((first + i) * width), _tidy((first + i + 1) * width), round(n * scale))
            for i, n in enumerate(counts)
        ]

    def outliers(self) -> Iterator[Outlier]:
        """Yield what lies far out, the furthest first, by fences on a log scale.

        The fences are 2.2 interquartile ranges away from the quartiles of log(1 + value) (D.
        Hoaglin and B. Iglewicz, "Fine-tuning some resistant rules for outlier labeling", 1987).
        Where half of the values are one and the same, nothing is far out.
        """
        low, high = math.log1p(self.quantile(0.25)), math.log1p(self.quantile(0.75))
        reach = _WHISKER * (high - low)
        if not reach:
            return
        found = [(value, name) for value, name in self._highest if math.log1p(value) > high + reach]
        yield from (Outlier(name, value) for value, name in sorted(found, reverse=True))
        found = [(-value, name) for value, name in self._lowest if math.log1p(-value) < low - reach]
        yield from (Outlier(name, value) for value, name in sorted(found))


def _keep(heap: list[Any], entry: tuple[Any, ...], most: int) -> None:
    push = heapq.heappushpop if len(heap) >= most else heapq.heappush
    push(heap, entry)


def _round_width(width: float) -> float:
    if width <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in _STEPS if step * power >= width * 0.999)


def _tidy(value: float) -> float:
    return float(f"{value:.12g}")
