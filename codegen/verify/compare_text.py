"""When is a program's output the expected one? The output is bytes, what is expected is text.

Both are taken line by line: white space at the end of a line (space, tab, CR, VT, FF) and empty
lines at the end of the text do not count. All else does, letter case as well. Then:

    exact      the lines are the same, byte for byte.
    float      the words (separated by white space of any kind) are the same, and as many. Two words
               are also the same when they are numbers, not both written as whole ones, and equal
               within a relative 1e-6 or an absolute 1e-9 (whichever allows more; both can be set).
               `nan` and `NaN` are one word, `inf`, `Inf` and `Infinity` are, with a sign or not.
               Whole numbers are the same when they are equal: `7`, `+7` and `07`.
    unordered  the lines are the same as often, in any order.
    set        the lines are the same, in any order and however often.

Bytes that are not UTF-8 are never the same as any text. `-0.0` and `0.0` are the same under `float`
alone. An output that was cut is not the same as anything.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

from codegen.records import Comparator, Comparison
from codegen.verify.compare import close

if TYPE_CHECKING:
    from collections.abc import Callable

_TRAILING = b" \t\r\v\f"
_WHOLE = re.compile(rb"[+-]?[0-9]+\Z")
_NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?\Z")
_NAN = re.compile(rb"[+-]?(?:nan|NaN)\Z")
_INFINITE = re.compile(rb"([+-]?)(?:inf|Inf|Infinity)\Z")
_MOST_DIGITS = 4000  # more are compared as they are written


def same_text(got: bytes, expected: str | bytes, comparison: Comparison) -> bool:
    """Return whether two outputs are the same. Symmetric. Under `checker` it is `exact`."""
    other = expected.encode() if isinstance(expected, str) else expected
    if comparison.name is Comparator.FLOAT:
        first, second = got.split(), other.split()
        return len(first) == len(second) and all(
            a == b or _same_word(a, b, comparison) for a, b in zip(first, second, strict=True)
        )
    return _FORMS.get(comparison.name, list)(lines(got)) == _FORMS.get(comparison.name, list)(
        lines(other)
    )


_FORMS: dict[Comparator, Callable[[list[bytes]], object]] = {
    Comparator.UNORDERED: Counter,
    Comparator.SET: set,
}


def lines(output: bytes) -> list[bytes]:
    """Return the lines of an output without what does not count."""
    found = [line.rstrip(_TRAILING) for line in output.split(b"\n")]
    while found and not found[-1]:
        found.pop()
    return found


def first_difference(got: bytes, expected: str) -> int:
    """Return the number, from 1, of the first line in which two outputs differ; 0: in none."""
    first, second = lines(got), lines(expected.encode())
    if first == second:
        return 0
    pairs = zip(first, second, strict=False)
    return next(
        (i for i, (a, b) in enumerate(pairs, 1) if a != b), min(len(first), len(second)) + 1
    )


def _same_word(first: bytes, second: bytes, how: Comparison) -> bool:
    if max(len(first), len(second)) > _MOST_DIGITS:
        return False
    if _WHOLE.match(first) and _WHOLE.match(second):
        return int(first) == int(second)
    one, other = _number(first), _number(second)
    if one is None or other is None:
        return False
    return one == other or close(one, other, how)


def _number(word: bytes) -> float | str | None:
    if _NUMBER.match(word):
        number = float(word)
        return number if math.isfinite(number) else None
    if _NAN.match(word):
        return "NaN"
    infinite = _INFINITE.match(word)
    return None if infinite is None else float(infinite[1] + b"inf")
