"""How much two texts share: word n-grams in common, near-duplicates by MinHash and by vectors.

A. Broder, "On the resemblance and containment of documents", 1997. Texts are compared by their
words, whatever their case, marks and spacing. Estimates are the same in every process.

Not here: where vectors come from (`codegen.model.embedding`); what is done about it
(`codegen.synthesis.registry`, `codegen.synthesis.screening`, `codegen.curate`).
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from codegen.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codegen.model.contract import Vector

PERMUTATIONS = 128
_BANDS = 32
_SEED = 42
_SHINGLE = 3
_DECIMALS = 6
_ROOM = 1024  # vectors that there is room for at first
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


@dataclass(slots=True)
class NearVectors:
    """Unit vectors under numbers, of which one that is close to another is found again.

    `threshold` is the least cosine of the angle between them, taken to six decimals, so that the
    order in which a machine adds numbers up decides nothing.
    """

    threshold: float
    _numbers: list[int] = field(default_factory=list)
    _rows: Any = None

    def find(self, vector: Vector) -> tuple[int, float] | None:
        """Return the number of the closest vector, the first of several, and the cosine."""
        if not self._numbers:
            return None
        known = self._rows[: len(self._numbers)]
        cosines = (known @ _numpy().frombuffer(vector, dtype="float32")).round(_DECIMALS)
        place = int(cosines.argmax())
        cosine = round(float(cosines[place]), _DECIMALS)
        return (self._numbers[place], cosine) if cosine >= self.threshold else None

    def add(self, number: int, vector: Vector) -> None:
        """Add a vector, with as many numbers as all others."""
        numpy = _numpy()
        size = len(self._numbers)
        if self._rows is None:
            self._rows = numpy.empty((_ROOM, len(vector)), dtype="float32")
        elif size == len(self._rows):
            self._rows = numpy.concatenate([self._rows, numpy.empty_like(self._rows)])
        self._rows[size] = vector
        self._numbers.append(number)


def need_numpy() -> None:
    """Make sure that vectors can be compared here.

    Raises:
        UsageError: numpy is missing; says how to get it.
    """
    _numpy()


def _numpy() -> Any:
    try:
        import numpy as np  # noqa: PLC0415 - an extra, and importing this module stays free
    except ImportError as error:
        raise UsageError(
            "comparing texts by their vectors needs numpy: pip install 'codegen-forge[embedding]'"
        ) from error
    return np


def sketch(strings: Sequence[str]) -> bytes:
    """Return the sketch of a set of strings: `PERMUTATIONS` unsigned 32-bit numbers, as bytes.

    The share of equal numbers of two sketches estimates what share of their strings, of all that
    either has, two sets have in common.
    """
    return array("I", _minhash(strings).digest()).tobytes()


def word_runs(text: str) -> list[str]:
    """Return the runs of three words by which texts are compared; of a short text all its words."""
    found = words(text)
    return ngrams(found, _SHINGLE) or [" ".join(found)]


def _sketch(text: str) -> Any:
    return _minhash(word_runs(text))


def _minhash(strings: Sequence[str]) -> Any:
    import rensa  # noqa: PLC0415 - importing this module stays free

    made = rensa.RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    made.update(strings)
    return made
