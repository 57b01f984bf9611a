"""Draws the building blocks of test inputs.

Not here: which inputs a family needs (the sibling modules).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

_LENGTHS = (1, 2, 3, 3, 4, 4, 5, 6, 7, 9, 12, 30)


def length(rng: Random) -> int:
    """Draw a length, mostly small."""
    return rng.choice(_LENGTHS)


def ints(rng: Random, low: int, high: int, count: int | None = None) -> list[int]:
    """Draw integers from `low` to `high`, both included."""
    return [rng.randint(low, high) for _ in range(length(rng) if count is None else count)]


def word(rng: Random, alphabet: Sequence[str], low: int, high: int) -> str:
    """Draw a string of `low` to `high` pieces of the alphabet."""
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(low, high)))


def words(rng: Random, alphabet: Sequence[str], low: int, high: int) -> list[str]:
    """Draw a list of such strings."""
    return [word(rng, alphabet, low, high) for _ in range(length(rng))]
