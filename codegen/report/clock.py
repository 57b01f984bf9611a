"""Periods of a run's time: round widths, and which one a moment is in.

Not here: when a problem ended (`codegen.report.reading` asks the journal).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

_DAY = 86_400.0
_WIDTHS = (
    *(1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 10_800.0),
    *(21_600.0, 43_200.0, _DAY, 2 * _DAY, 7 * _DAY, 28 * _DAY, 84 * _DAY, 364 * _DAY),
)


@dataclass(frozen=True, slots=True)
class Clock:
    """Periods of `width` seconds each, from the start of the one that something began in."""

    width: float

    @classmethod
    def over(cls, began: float, ended: float, *, most: int) -> Clock:
        """Return the finest clock with at most `most` periods between two moments."""
        wanted = max(ended - began, 1.0) / (most - 1)
        return cls(next((one for one in _WIDTHS if one >= wanted), wanted))

    def period(self, moment: float) -> float:
        """Return when the period of a moment begins, in seconds since 1970."""
        return math.floor(moment / self.width) * self.width

    def written(self, period: float) -> str:
        """Return a period's beginning as it is read, in UTC; it sorts as the time does."""
        at = datetime.fromtimestamp(period, UTC)
        if self.width >= _DAY:
            return f"{at:%Y-%m-%d}"
        return f"{at:%Y-%m-%d %H:%M:%S}" if self.width < 60 else f"{at:%Y-%m-%d %H:%M}"  # noqa: PLR2004 - seconds of a minute

    def told(self) -> str:
        """Return the width in words: `10 minutes`."""
        for unit, size in (("week", 7 * _DAY), ("day", _DAY), ("hour", 3600.0), ("minute", 60.0)):
            if self.width >= size and not self.width % size:
                count = int(self.width / size)
                return f"{count} {unit}s" if count > 1 else unit
        return f"{self.width:g} seconds" if self.width > 1 else "second"
