"""Claims: assertions that something equals a literal, asked so that only the outside knows which.

In the program's process the literal stands among others of its kind. What is told from there is
which of them the value was equal to; whether that is the right one is decided here. A program that
reads its tests, patches what runs them, or returns what is equal to everything, has to guess.

Not here: how a language's assertions are found and rewritten (`python_claims`), and what is made of
the answers (`codegen.verify.judge_claims`).
"""

from __future__ import annotations

import math
import random
import string
from dataclasses import dataclass
from typing import Any

_COUNT = 5
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Claim:
    """One assertion: its text, which candidate is `right`, and the test that it belongs to.

    It is `certain` where the test cannot pass without it being asked. `place` and `candidates`, as
    they are written, are for the message where another of them was equal.
    """

    text: str
    right: int
    test: str
    certain: bool
    place: str = ""
    candidates: tuple[str, ...] = ()


def candidates(value: Any, dice: random.Random) -> tuple[tuple[Any, ...], int] | None:
    """Return distinct values among them `value`, and where that is; None if there are no others."""
    if len(repr(value)) > _LONGEST or not _is_written(value):
        return None
    if type(value) is bool:
        return (False, True), int(value)
    place = dice.randrange(_COUNT)
    shift = dice.getrandbits(64)
    found: list[Any] = []
    for index in range(_COUNT):
        # every candidate goes through the same dice, so that each leaf has one step
        other = _varied(value, index - place, random.Random(shift))  # noqa: S311 - no secret: the place is
        fresh = _is_written(other) and not any(_same(other, one) for one in (*found, value))
        if index == place or fresh:
            found.append(other)
    at = next(index for index, one in enumerate(found) if _same(one, value))
    return (tuple(found), at) if len(found) > 1 else None


def _is_written(value: Any) -> bool:
    """Whether a value can be written as a literal; an infinity cannot."""
    kind = type(value)
    if kind is float:
        return math.isfinite(value)
    if kind is dict:
        return all(map(_is_written, (*value, *value.values())))
    return kind in (bool, int, str, bytes, type(None)) or (
        kind in (list, tuple, set) and all(map(_is_written, value))
    )


def _same(one: Any, other: Any) -> bool:
    return bool(one == other)


def _varied(value: Any, steps: int, dice: random.Random) -> Any:
    """Return a value of the same shape; with no steps it is the value itself."""
    kind = type(value)
    if kind in (bool, int, float, str, bytes):
        return _leaf(value, steps, dice)
    if kind in (list, tuple, set):
        made = kind(_varied(one, steps, dice) for one in _ordered(value))
        return made if made != value or not steps else kind([*value, steps])
    if kind is dict:
        made = {key: _varied(one, steps, dice) for key, one in value.items()}
        return made if made != value or not steps else {**value, steps: steps}
    return value


def _ordered(value: Any) -> Any:
    return sorted(value, key=repr) if type(value) is set else value


def _leaf(value: Any, steps: int, dice: random.Random) -> Any:
    if type(value) is bool:
        return value != (dice.random() < 0.5 and steps != 0)  # noqa: PLR2004 - a coin
    if type(value) is int:
        return value + steps * dice.randint(1, abs(value) // 4 + 3)
    if type(value) is float:
        digits = len(repr(value).partition(".")[2]) if "e" not in repr(value) else 0
        step = dice.uniform(0.5, 3.0) * max(abs(value) / 4, 0.5)
        return round(value + steps * step, digits or 1) if steps else value
    if type(value) is bytes:
        return bytes(_text(value.decode("latin-1"), steps, dice), "latin-1")
    return _text(value, steps, dice)


def _text(value: str, steps: int, dice: random.Random) -> str:
    """Return other digits where there are any; else so many small changes from the text away."""
    seed = dice.getrandbits(32)
    if not steps:
        return value
    if any(letter in string.digits for letter in value):
        other = random.Random(seed + steps)  # noqa: S311 - as above
        return "".join(
            other.choice(string.digits) if one in string.digits else one for one in value
        )
    other = random.Random(seed + (steps > 0))  # noqa: S311 - as above
    letters = list(value)
    for _ in range(abs(steps)):
        _change(letters, other)
    return "".join(letters)


def _change(letters: list[str], dice: random.Random) -> None:
    place = dice.randrange(len(letters) + 1)
    known = [one for one in letters if one.isalpha()] or list(string.ascii_lowercase)
    if place < len(letters) and letters[place].isalpha():
        letters[place] = dice.choice(string.ascii_lowercase)
    elif place < len(letters) and len(letters) > 1 and dice.random() < 0.5:  # noqa: PLR2004 - a coin
        del letters[place]
    else:
        letters.insert(place, dice.choice(known))
