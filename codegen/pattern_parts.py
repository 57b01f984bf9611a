"""What is certain of every match of a regular expression, read off Python's own parse of it.

Not here: what is done with it (`codegen.pattern`).
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

RUN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/="
"""The characters of a run: letters, digits and the marks of keys and their encodings."""

_MOST = 64  # texts that one of must be found
_LONG = 8  # letters of a literal that is rare enough


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of everything that a part of a pattern matches.

    `exact` are all its texts, None where they are too many. `needed` has a text that stands in it,
    an empty one if nothing is known. `width` is its least length where it is all of a run's
    characters, else None; `run` is the least length of the longest run in it.
    """

    exact: frozenset[str] | None
    needed: frozenset[str]
    width: int | None
    run: int


_NOTHING = frozenset(("",))
_EMPTY = Part(_NOTHING, _NOTHING, 0, 0)
_UNKNOWN = Part(None, _NOTHING, None, 0)


def part_of(pattern: re.Pattern[str]) -> Part:
    """Return what is known of the matches of a pattern, in lower case where case is ignored."""
    try:
        # Python's own reading of it; where that has changed its face nothing is known
        parsed = importlib.import_module("re._parser").parse(pattern.pattern, pattern.flags)
        return _sequence(parsed, folded=bool(pattern.flags & re.IGNORECASE))
    except (ImportError, AttributeError, LookupError, TypeError, ValueError):
        return _UNKNOWN


def _sequence(nodes: Iterable[Any], *, folded: bool) -> Part:
    whole, best, open_ = True, _NOTHING, _NOTHING
    width: int | None = 0
    run = stretch = 0
    for name, value in nodes:
        part = _part(str(name), value, folded=folded)
        joined = _joined(open_, part.exact)
        if joined is None:
            whole = False
            best = _better(best, open_, part.needed)
        open_ = joined or part.exact or _NOTHING
        stretch = 0 if part.width is None else stretch + part.width
        width = None if part.width is None or width is None else width + part.width
        run = max(run, stretch, part.run)
    return Part(open_ if whole else None, _better(best, open_), width, run)


def _joined(one: frozenset[str], other: frozenset[str] | None) -> frozenset[str] | None:
    if other is None or len(one) * len(other) > _MOST:
        return None
    return frozenset(a + b for a, b in product(one, other))


def _better(*sets: frozenset[str]) -> frozenset[str]:
    """Return the texts of which one is least likely to be in a text that holds no match."""
    return max(map(_shortest, sets), key=lambda one: (min(_LONG, *map(len, one)), -len(one)))


def _shortest(texts: frozenset[str]) -> frozenset[str]:
    """Return texts without those that another one stands in."""
    return frozenset(a for a in texts if not any(b in a for b in texts if b != a))


def _part(name: str, value: Any, *, folded: bool) -> Part:
    if name == "LITERAL":
        return _characters([value], folded=folded)
    if name == "IN":
        return _class(value, folded=folded)
    if name == "BRANCH":
        return _choice([_sequence(one, folded=folded) for one in value[1]])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = value
        return _repeated(_sequence(inner, folded=folded), int(least), int(most))
    if name == "SUBPATTERN" and not value[1] and not value[2]:
        return _sequence(value[3], folded=folded)
    return _EMPTY if name in ("AT", "ASSERT", "ASSERT_NOT") else _UNKNOWN


def _characters(codes: list[int], *, folded: bool) -> Part:
    """Return what is known of one of some characters."""
    if folded and max(codes) >= 1 << 7:
        return _UNKNOWN
    texts = frozenset(chr(one).lower() if folded else chr(one) for one in codes)
    width = 1 if all(one in RUN or one >= 1 << 7 for one in codes) else None
    return Part(texts, texts, width, width or 0)


def _class(items: list[Any], *, folded: bool) -> Part:
    kinds = {str(name) for name, _ in items}
    if kinds == {"LITERAL"} and len(items) <= _MOST:
        return _characters([code for _, code in items], folded=folded)
    in_run = all(_in_run(str(name), value) for name, value in items)
    return Part(None, _NOTHING, 1, 1) if in_run else _UNKNOWN


def _in_run(name: str, value: Any) -> bool:
    if name == "CATEGORY":
        return str(value) in ("CATEGORY_DIGIT", "CATEGORY_WORD")
    if name == "LITERAL":
        return value in RUN or value >= 1 << 7
    return name == "RANGE" and all(one in RUN for one in range(value[0], min(value[1], 1 << 7)))


def _choice(parts: list[Part]) -> Part:
    every = frozenset[str]().union(*(one.needed for one in parts))
    exact: frozenset[str] | None = None
    if all(one.exact is not None for one in parts):
        exact = frozenset[str]().union(*(one.exact or () for one in parts))
    widths = [one.width for one in parts if one.width is not None]
    return Part(
        exact=exact if exact is None or len(exact) <= _MOST else None,
        needed=_NOTHING if "" in every or len(every) > _MOST else every,
        width=min(widths) if len(widths) == len(parts) else None,
        run=min(one.run for one in parts),
    )


def _repeated(part: Part, least: int, most: int) -> Part:
    exact: frozenset[str] | None = None
    if part.exact is not None and (least, most) == (0, 1):
        exact = part.exact | _NOTHING
    elif part.exact is not None and least == most and len(part.exact) ** least <= _MOST:
        exact = frozenset(map("".join, product(part.exact, repeat=least)))
    return Part(
        exact=exact,
        needed=part.needed if least else _NOTHING,
        width=None if part.width is None else part.width * least,
        run=part.run if least and part.width is None else (part.width or 0) * least,
    )
