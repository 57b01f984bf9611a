"""What differs between two texts, line by line, for reading.

Not here: how it is laid out (`templates/`).
"""

from __future__ import annotations

import difflib
import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from codegen.view.paint import visible

CONTEXT = 3
_MOST_LINES = 3_000
_MOST_LINE = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference; `before` and `after` are its numbers, None where it is not."""

    kind: Literal["same", "removed", "added", "gap"]
    before: int | None
    after: int | None
    html: Markup


def difference(before: str, after: str) -> tuple[Line, ...] | None:
    """Return the lines that differ with some around them; empty if none; None if it is too long."""
    old, new = before.rstrip("\n").split("\n"), after.rstrip("\n").split("\n")
    if max(len(old), len(new)) > _MOST_LINES:
        return None
    return tuple(_lines(old, new))


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(CONTEXT)):
        if number:
            yield Line("gap", None, None, Markup())
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                pairs = zip(range(i1, i2), range(j1, j2), strict=True)
                yield from (Line("same", i + 1, j + 1, _html(old[i])) for i, j in pairs)
            else:
                yield from _replaced(old, new, (i1, i2), (j1, j2))


def _replaced(
    old: list[str], new: list[str], before: tuple[int, int], after: tuple[int, int]
) -> Iterator[Line]:
    # lines that stand against one another show which part of them differs
    paired = before[1] - before[0] == after[1] - after[0]
    shift = after[0] - before[0]
    for i in range(*before):
        yield Line("removed", i + 1, None, _html(old[i], new[i + shift] if paired else None))
    for j in range(*after):
        yield Line("added", None, j + 1, _html(new[j], old[j - shift] if paired else None))


def _html(line: str, other: str | None = None) -> Markup:
    line = line[:_MOST_LINE]
    if other is None:
        return visible(html.escape(line))
    start, end = _common(line, other[:_MOST_LINE])
    parts = (line[:start], line[start : len(line) - end], line[len(line) - end :])
    head, middle, tail = (visible(html.escape(part)) for part in parts)
    return head + (Markup("<em>{}</em>").format(middle) if middle else Markup()) + tail


def _common(one: str, other: str) -> tuple[int, int]:
    """Return how many characters two lines share at their beginnings and at their ends."""
    least, start = min(len(one), len(other)), 0
    while start < least and one[start] == other[start]:
        start += 1
    end = 0
    while end < least - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return start, end
