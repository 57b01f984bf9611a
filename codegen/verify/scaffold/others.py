"""Another literal of the same kind, for what is asked a second time: it must not be equal to that.

Not here: which literals of a language may be changed (`rust_claims`, `counters`).
"""

from __future__ import annotations

import random
import re
import string

_WHOLE = re.compile(r"(0|[1-9][0-9_']*)([iu](?:8|16|32|64|128|size)|[uUlLzZ]*)")


def whole(word: str, dice: random.Random) -> str | None:
    """Return another integer that every type has which has this one."""
    parts = _WHOLE.fullmatch(word)
    if parts is None:
        return None
    value = int(parts[1].replace("_", "").replace("'", ""))
    low, high = (0, 127) if value <= 127 else (value // 2, value - 1)  # noqa: PLR2004 - of an i8
    made = dice.randint(low, high - 1)
    return str(made if made < value else made + (value <= high)) + parts[2]


def fraction(word: str, dice: random.Random) -> str | None:
    """Return another number with a point."""
    return f"{dice.randint(1, 99)}{word}" if word[:1].isdigit() else None


def character(word: str) -> str:
    """Return another character in quotes."""
    return "'k'" if word != "'k'" else "'q'"


def quoted(word: str, dice: random.Random) -> str:
    """Return another text in double quotes."""
    inner = word[1:-1]
    if "\\" in inner or not any(one.isascii() and one.isalnum() for one in inner):
        return f'"k{dice.randint(10, 99)}{inner}"'
    digits = any(one in string.digits for one in inner)
    group = string.digits if digits else string.ascii_letters
    spots = [at for at, one in enumerate(inner) if one in group]
    at = dice.choice(spots)
    new = dice.choice([one for one in group if one != inner[at]])
    return f'"{inner[:at]}{new}{inner[at + 1 :]}"'
