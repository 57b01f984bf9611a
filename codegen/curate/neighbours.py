"""Sketches under numbers, of which one that is alike is found again, in little memory.

Sketches are cut into bands; two that agree in a band are candidates (A. Rajaraman and J. Ullman,
"Mining of massive datasets", 2011, chapter 3), and are then compared as wholes. Everything is in
flat arrays: with 128 numbers in 16 bands, about 800 bytes for each sketch and no Python object.

A place of the table holds at most `CROWD` sketches and `CANDIDATES` are compared, so the time for
one does not grow with how many there are. Where thousands share a band without being alike, one
that is alike can be missed if all of its bands are so crowded.

Not here: what is sketched (`codegen.similarity`), and what is done with those found.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import eq

from codegen.similarity import PERMUTATIONS

BYTES = 4 * PERMUTATIONS
CROWD = 16
CANDIDATES = 32
MISSED = 0.01
"""The chance, at most, that two which are just alike enough are no candidates."""


@lru_cache
def bands_for(threshold: float) -> tuple[int, int]:
    """Return the bands and the rows of each: as few candidates as `MISSED` allows."""
    for rows in range(PERMUTATIONS, 1, -1):
        bands = PERMUTATIONS // rows
        if (1 - threshold**rows) ** bands <= MISSED:
            return bands, rows
    return PERMUTATIONS, 1


def likeness(one: bytes | memoryview, other: bytes | memoryview) -> float:
    """Return the share of equal numbers of two sketches."""
    numbers = memoryview(one).cast("B").cast("I"), memoryview(other).cast("B").cast("I")
    return float(sum(map(eq, *numbers)) / PERMUTATIONS)


class Neighbours:
    """Sketches that can be found by one that is alike: `threshold` of its numbers are the same."""

    def __init__(self, threshold: float, capacity: int) -> None:
        """Take room for `capacity` sketches; what is not used takes no memory."""
        self._threshold = threshold
        self._bands, self._rows = bands_for(threshold)
        self._mask = (1 << max(4, (2 * capacity * self._bands).bit_length())) - 1
        self._pages = mmap.mmap(-1, 4 * (self._mask + 1)), mmap.mmap(-1, max(1, BYTES * capacity))
        self._table = memoryview(self._pages[0]).cast("I")  # 1 + the entry that is first in a place
        self._sketches = memoryview(self._pages[1])
        self._following = array("I")  # 1 + the next entry of that place, for each entry
        self._length = 0

    def add(self, sketch: bytes) -> int:
        """Add a sketch, and return its number; they are counted from 0."""
        number, self._length = self._length, self._length + 1
        self._sketches[number * BYTES : (number + 1) * BYTES] = sketch
        for band, part in enumerate(self._parts(sketch)):
            entry = number * self._bands + band
            self._following.append(0)
            self._enter(entry, band, part)
        return number

    def _enter(self, entry: int, band: int, part: bytes) -> None:
        place = self._place(band, part)
        last = self._table[place]
        if not last:
            self._table[place] = entry + 1
            return
        for _ in range(CROWD - 1):
            if not self._following[last - 1]:
                self._following[last - 1] = entry + 1
                return
            last = self._following[last - 1]

    def find(
        self, sketch: bytes, unless: Callable[[int], bool] = lambda _: False
    ) -> tuple[int, float] | None:
        """Return the number of a sketch that is alike, and the likeness; None if none is.

        Those that agree in more bands are tried first, then those that were added first. Numbers of
        which `unless` is true are passed over.
        """
        agreeing: dict[int, int] = {}
        for band, part in enumerate(self._parts(sketch)):
            for number in self._in_band(band, part):
                agreeing[number] = agreeing.get(number, 0) + 1
        tried = sorted((n for n in agreeing if not unless(n)), key=lambda n: (-agreeing[n], n))
        for number in tried[:CANDIDATES]:
            found = likeness(sketch, self._sketches[number * BYTES : (number + 1) * BYTES])
            if found >= self._threshold:
                return number, found
        return None

    def _in_band(self, band: int, part: bytes) -> Iterator[int]:
        entry = self._table[self._place(band, part)]
        while entry:
            yield (entry - 1) // self._bands
            entry = self._following[entry - 1]

    def _parts(self, sketch: bytes) -> list[bytes]:
        width = 4 * self._rows
        return [sketch[at * width : (at + 1) * width] for at in range(self._bands)]

    def _place(self, band: int, part: bytes) -> int:
        """Return the table's place of a band's numbers: theirs, or the next that is empty."""
        place = hash((band, part)) & self._mask
        width = len(part)
        while self._table[place]:
            number, at = divmod(self._table[place] - 1, self._bands)
            start = number * BYTES + at * width
            if at == band and self._sketches[start : start + width] == part:
                return place
            place = (place + 1) & self._mask
        return place
