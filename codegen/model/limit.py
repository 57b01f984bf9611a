"""How many requests one server is given at once: found by trying, as a climber finds a top.

A server that batches answers grows slower with every request and still does more; so latency alone
says nothing. What counts is work per second: as long as more requests bring more of it the limit
grows (twofold at first, by half later), and where they only wait longer it goes back. A server
that says that it is overloaded, or is out of time, loses three tenths. Growth is tried again after
a while, more and more seldom while it fails.

Not here: which server a request goes to (`codegen.model.replicas`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from codegen.errors import UsageError

_LEAST_WINDOW = 16  # answers, below which a rate means nothing
_FULL = 0.9  # of the limit in use: below that the demand is the bound, not the limit
_GAIN = 0.2  # of the requests that were added, so much must have become work
_SHRINK = 0.7
_DOUBLE, _MORE = 2.0, 1.5
_LONGEST_HOLD = 16  # windows between two trials


@dataclass(frozen=True, slots=True)
class Bounds:
    """Requests in flight at one server: at first, at least and at most."""

    first: int = 64
    least: int = 4
    most: int = 1024

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.first <= self.most:
            raise UsageError(
                "requests in flight at a server need 1 <= least <= first <= most, and are"
                f" {self.least}, {self.first}, {self.most}"
            )


class Limit:
    """The limit of one server, told of every answer. Times are those of `clock`, in seconds."""

    def __init__(self, bounds: Bounds, clock: Callable[[], float] = time.monotonic) -> None:
        """Start at the first bound."""
        self.bounds = bounds
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Begin anew, as with a server that has just come up."""
        self._factor = _DOUBLE
        self._good = 0  # the limit that is gone back to; 0 while nothing is measured
        self._rate = 0.0  # work per second there
        self._hold = 0
        self._patience = 1
        self.value = 0
        self._set(self.bounds.first)

    def answered(self, work: int, busy: int) -> None:
        """Note an answer of so much work, in any unit; `busy` counts it among those in flight."""
        if busy < _FULL * self.value:
            self._begin(0)
            return
        if self._skip > 0:
            self._skip -= 1
            self._since = self._clock()
            return
        self._count += 1
        self._work += work
        # twofold growth shows soon, but not in half a window: the first answers to come are the
        # short ones; the smaller steps of later have more to tell from chance
        windows = 1.0 if self._factor == _DOUBLE else 2.0
        if self._count >= max(windows * self.value, _LEAST_WINDOW):
            self._judge(self._work / max(self._clock() - self._since, 1e-9))

    def overloaded(self, sent: float) -> None:
        """Note that the server had too much, of a request that was sent at that time."""
        if sent < self._changed:
            return  # the limit has been lowered since
        self._wait_longer()
        self._good = 0
        self._set(max(self.bounds.least, int(self.value * _SHRINK)))

    def _judge(self, rate: float) -> None:
        climbing = 0 < self._good < self.value
        if climbing:
            wanted = 1 + _GAIN * (self.value / self._good - 1)
            if rate < self._rate * wanted:
                self._wait_longer()
                self._set(self._good)
                return
        self._good, self._rate = self.value, rate
        if climbing:
            self._patience = 1
        elif self._hold > 0:
            self._hold -= 1
            self._begin(0)
            return
        self._set(min(self.bounds.most, math.ceil(self.value * self._factor)))

    def _wait_longer(self) -> None:
        self._factor = _MORE
        self._hold = self._patience
        self._patience = min(_LONGEST_HOLD, 2 * self._patience)

    def _set(self, value: int) -> None:
        before, self.value = self.value, value
        self._changed = self._clock()
        self._begin(before)  # what was sent under the last limit says nothing of this one

    def _begin(self, skip: int) -> None:
        self._skip = skip
        self._count = self._work = 0
        self._since = self._clock()
