"""The parts of a dataset that figures are shown for: all of it, and each value of a dimension.

Not here: the figures (`codegen.report.figures`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MOST_VALUES = 12
"""Values of one dimension that are shown on their own, the most frequent ones."""

DIMENSIONS = {
    "run": "Run",
    "source": "Source",
    "model": "Model",
    "language": "Programming language",
    "natural": "Natural language",
    "time": "Time",
    "annotator": "Annotator",
}


_ALONE = ("annotator",)
"""Dimensions of which not everything has a value."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One part; `value` is what is in the records, `title` what is shown. All has neither."""

    dimension: str = ""
    value: str = ""
    title: str = "Everything"

    @property
    def key(self) -> str:
        """What names it in a page."""
        return f"{self.dimension}={self.value}" if self.dimension else ""


EVERYTHING = Slice()


@dataclass(frozen=True, slots=True)
class Slices:
    """The parts that are shown, and which of them something belongs to."""

    parts: tuple[Slice, ...]
    _by_key: Mapping[tuple[str, str], Slice] = field(repr=False)

    @classmethod
    def of(
        cls,
        counted: Mapping[str, Counter[str]],
        titles: Mapping[str, str],
        most: int | None = MOST_VALUES,
    ) -> Slices:
        """Choose parts by how often each value of each dimension is there, `most` of a dimension.

        A dimension with one value is left out where that part would be everything. `titles` are
        names to show in the place of values.
        """
        parts = [EVERYTHING]
        for dimension in DIMENSIONS:
            values = counted.get(dimension, Counter())
            chosen = [value for value, n in values.most_common(most) if n and value]
            if len(chosen) > 1 or (chosen and dimension in _ALONE):
                ordered = sorted(chosen) if dimension in ("time", "run") else chosen
                parts += [Slice(dimension, one, titles.get(one, one)) for one in ordered]
        return cls(tuple(parts), {(one.dimension, one.value): one for one in parts})

    def containing(self, place: Mapping[str, Iterable[str]]) -> list[Slice]:
        """Return the parts that something belongs to, by its values in each dimension."""
        found = [EVERYTHING]
        for dimension, values in place.items():
            keys = ((dimension, value) for value in values)
            found += [self._by_key[key] for key in keys if key in self._by_key]
        return found
