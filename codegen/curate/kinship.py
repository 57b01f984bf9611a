"""Which examples belong together: groups of numbers, joined pair by pair.

Not here: why two belong together (`codegen.curate.splits`, `codegen.curate.duplicates`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator


class Groups:
    """Disjoint sets of the numbers from 0; each is named by its smallest number."""

    def __init__(self) -> None:
        """Begin with no number."""
        self._above = array("q")

    def __len__(self) -> int:
        return len(self._above)

    def grow(self, length: int) -> None:
        """Add numbers, each alone, until there are `length`."""
        self._above.extend(range(len(self._above), length))

    def find(self, number: int) -> int:
        """Return the smallest number of the group that a number is in."""
        above = self._above
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    def join(self, one: int, other: int) -> None:
        """Make one group of two."""
        low, high = sorted((self.find(one), self.find(other)))
        self._above[high] = low


class Pairs:
    """Pairs of positions: an example that was dropped, and the one that is kept in its place."""

    def __init__(self) -> None:
        """Begin with none."""
        self._dropped = array("q")
        self._kept = array("q")

    def add(self, dropped: int, kept: int) -> None:
        """Note that one example was dropped as a duplicate of another."""
        self._dropped.append(dropped)
        self._kept.append(kept)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._dropped, self._kept, strict=True)
