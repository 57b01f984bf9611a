"""How much two texts share: word n-grams in common, and near-duplicates by MinHash.

A. Broder, "On the resemblance and containment of documents", 1997. Texts are compared by their
words, whatever their case, marks and spacing. Estimates are the same in every process.

Not here: what is done about it (`codegen.synthesis.registry`, `codegen.synthesis.screening`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PERMUTATIONS = 128
_BANDS = 32
_SEED = 42
_SHINGLE = 3
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return _WORD.findall(text.casefold())


def tokens(text: str) -> list[str]:
    """Return the words and marks of a text in lower case."""
    return _TOKEN.findall(text.casefold())


def ngrams(parts: Sequence[str], size: int) -> list[str]:
    """Return every run of `size` parts, joined by spaces; none where there are fewer."""
    return [" ".join(parts[i : i + size]) for i in range(len(parts) - size + 1)]


@dataclass(slots=True)
class NearDuplicates:
    """Texts under numbers, of which one that is like another is found again.

    `threshold` is the share of three-word runs, estimated, that two texts must have in common.
    """

    threshold: float
    _sketches: dict[int, Any] = field(default_factory=dict)
    _index: Any = None

    def find(self, text: str) -> tuple[int, float] | None:
        """Return the number of the most alike text, the first of several, and the likeness."""
        sketch = _sketch(text)
        found = [
            (-likeness, number)
            for number in self._lookup().query(sketch)
            if (likeness := sketch.jaccard(self._sketches[number])) >= self.threshold
        ]
        if not found:
            return None
        likeness, number = min(found)
        return number, -likeness

    def add(self, number: int, text: str) -> None:
        """Add a text."""
        sketch = _sketch(text)
        self._sketches[number] = sketch
        self._lookup().insert(number, sketch)

    def _lookup(self) -> Any:
        import rensa  # noqa: PLC0415 - importing this module stays free

        if self._index is None:
            self._index = rensa.RMinHashLSH(self.threshold, PERMUTATIONS, _BANDS)
        return self._index


def _sketch(text: str) -> Any:
    import rensa  # noqa: PLC0415 - importing this module stays free

    found = words(text)
    made = rensa.RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    made.update(ngrams(found, _SHINGLE) or [" ".join(found)])
    return made
