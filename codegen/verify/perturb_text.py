"""Texts near a program's input: one number, word or line of it is changed, its layout is kept.

Most formats survive that, so that a right program has an answer to many of them.

Not here: which of them are new (`codegen.verify.perturb`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

_WORD = re.compile(r"\S+")
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_LETTERS = "abz0-,"
_WHOLE_LINES = 0.25
"""The share of changes that move, repeat, drop or exchange a line."""


def near_text(rng: Random, text: str, others: Sequence[str]) -> str:
    """Return a text with one small change; `others` are inputs that a line or word may come from.

    It can be the text itself, where the change that was drawn does nothing.
    """
    lines = text.split("\n")
    if rng.random() < _WHOLE_LINES:
        return "\n".join(_moved(rng, lines, rng.choice(others).split("\n")))
    words = list(_WORD.finditer(text))
    if not words:
        return rng.choice(others)
    found = rng.choice(words)
    other = rng.choice(words)[0] if rng.random() < _WHOLE_LINES else ""
    return text[: found.start()] + (other or _near_word(rng, found[0])) + text[found.end() :]


def _moved(rng: Random, lines: list[str], others: list[str]) -> list[str]:
    # behind the last line break there is no line
    count = len(lines) - 1 if len(lines) > 1 and not lines[-1] else len(lines)
    at, other = rng.randrange(count), rng.randrange(count)
    match rng.randrange(4):
        case 0:
            lines[at], lines[other] = lines[other], lines[at]
        case 1:
            lines.insert(at, lines[other])
        case 2 if count > 1:
            del lines[at]
        case _:
            lines[at] = others[at % len(others)]
    return lines


def _near_word(rng: Random, word: str) -> str:
    if _NUMBER.fullmatch(word):
        value = int(word)
        near = (value + 1, value - 1, -value, value * 2, value // 2, 0, 1)
        return str(rng.choice(near))
    at = rng.randrange(len(word))
    letter = rng.choice((word[rng.randrange(len(word))], rng.choice(_LETTERS)))
    return rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[at:] + word[:at],
        )
    )
