"""What the next problem is to be like, so that the accepted ones come to the mix asked for.

The n-th draw must be the same in every start of a run and whatever the concurrency, and it should
know what was accepted. So it depends on the ends of the tasks before n - window, which are waited
for, and on nothing of those that are nearer: they count as drawn, at the rate at which their value
has been accepted so far. With nothing known this is a largest-remainder schedule, which is close to
the mix from the first problem on; with every end that becomes known it is corrected by what was
rejected. (Corrections at the borders of epochs were the other way: they wait at every border for
the slowest problem, where a window only waits for one that has lasted a window's length.)

Every value keeps a quarter of its share of the draws, whatever was accepted, so that one of which
nothing is ever accepted does not take the whole run.

Not here: what quotas are (`codegen.synthesis.quotas`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from codegen.records import Problem
from codegen.synthesis.finished import Finished
from codegen.synthesis.quotas import Shares

_LEAST = Fraction(1, 4)  # of its share of the draws
Point = Mapping[str, str]


@dataclass(slots=True)
class _Count:
    """How often a value was drawn; of those that are settled, how many, and how many accepted."""

    drawn: int = 0
    settled: int = 0
    accepted: int = 0

    def expected(self) -> Fraction:
        """Return the accepted ones, with those that are to be expected of what is not settled."""
        rate = Fraction(self.accepted + 1, self.settled + 1)
        return self.accepted + rate * (self.drawn - self.settled)


@dataclass(frozen=True, slots=True)
class End:
    """How a task ended: whether its problem was accepted, and the problem where it is wanted."""

    accepted: bool
    problem: Problem | None = None


@dataclass(slots=True)
class Steering:
    """Draws a value in every dimension, task by task; to be asked in the order of their numbers.

    `shares` are the dimensions to be steered; `free` the values of those that are only to be met
    equally often. `needs_ends` says whether somebody else than the shares depends on the ends.
    """

    seed: int
    shares: Shares
    free: Mapping[str, tuple[str, ...]]
    window: int
    needs_ends: bool = False
    on_settled: Callable[[End], None] = lambda _: None
    _first: int = 0
    _ends: dict[int, End] = field(default_factory=dict)
    _known_to: int = 0
    _settled_to: int = 0
    _open: deque[Point] = field(default_factory=deque)
    _counts: dict[tuple[str, str], _Count] = field(default_factory=dict)
    _orders: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def begin(self, first: int) -> None:
        """Leave out the tasks before the number `first`: they are not drawn."""
        self._first = self._known_to = self._settled_to = first

    def note(self, end: Finished) -> None:
        """Take note of how a task ended."""
        if end.index < self._first or not (self.shares or self.needs_ends):
            return
        kept = end.problem if end.accepted and self.needs_ends else None
        self._ends[end.index] = End(end.accepted, kept)
        while self._known_to in self._ends:
            self._known_to += 1

    def ready(self, index: int) -> bool:
        """Whether every end is known on which the draw of a task depends."""
        return not (self.shares or self.needs_ends) or self._known_to >= index - self.window

    def draw(self, index: int) -> dict[str, str]:
        """Return the point of a task; call it once for each, in order, when it is ready."""
        self._settle(index - self.window)
        point = {name: self._free(name, values, index) for name, values in self.free.items()}
        point |= {name: self._steered(name, shares, index) for name, shares in self.shares.items()}
        if self.shares or self.needs_ends:
            self._open.append(point)
        for name in self.shares:
            self._count(name, point[name]).drawn += 1
        return point

    def _settle(self, end: int) -> None:
        while self._settled_to < end and (self.shares or self.needs_ends):
            end_of, point = self._ends.pop(self._settled_to), self._open.popleft()
            for name in self.shares:
                count = self._count(name, point[name])
                count.settled += 1
                count.accepted += end_of.accepted
            self.on_settled(end_of)
            self._settled_to += 1

    def _free(self, name: str, values: tuple[str, ...], index: int) -> str:
        block, place = divmod(index, len(values))
        if self._orders.get(name, (-1,))[0] != block:
            self._orders[name] = (block, _shuffled(values, self.seed, name, block))
        return self._orders[name][1][place]

    def _steered(self, name: str, shares: Mapping[str, Fraction], index: int) -> str:
        drawn = index - self._first
        counts = {value: self._count(name, value) for value, share in shares.items() if share}
        total = sum(count.expected() for count in counts.values()) + 1
        starved = {v: _LEAST * shares[v] * drawn - count.drawn for v, count in counts.items()}
        gap = {v: shares[v] * total - count.expected() for v, count in counts.items()}
        order = _shuffled(counts, self.seed, name, index)
        needy = max(order, key=starved.__getitem__)
        return needy if starved[needy] >= 1 else max(order, key=gap.__getitem__)

    def _count(self, name: str, value: str) -> _Count:
        return self._counts.setdefault((name, value), _Count())


def _shuffled(values: Iterable[str], seed: int, name: str, number: int) -> list[str]:
    order = list(values)
    Random(f"{seed}/{name}/{number}").shuffle(order)  # noqa: S311 - no secret
    return order
