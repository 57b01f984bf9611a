"""How much of a program stands in a text about it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_TOKEN = re.compile(r"\w+|[^\w\s]")
MOST_TOKENS = 12
MOST_SHARE = 0.25
_SHORT = 24
"""Below so many tokens a share says nothing: naming a one-liner's parts quotes it."""


def overlap(text: str, code: str) -> tuple[int, float]:
    """Return the longest run of the code's tokens in the text: how many, and as a share of all."""
    said, written = _TOKEN.findall(text), _TOKEN.findall(code)
    if not said or not written:
        return 0, 0.0
    found = SequenceMatcher(None, said, written, autojunk=False).find_longest_match()
    return found.size, round(found.size / len(written), 4)


def leaks(text: str, code: str) -> bool:
    """Whether a text gives code away word by word, rather than explaining it.

    A run of `MOST_TOKENS` tokens, or a quarter of the program, is a quotation.
    """
    size, share = overlap(text, code)
    long = len(_TOKEN.findall(code)) >= _SHORT
    return size > MOST_TOKENS or (long and share > MOST_SHARE)
