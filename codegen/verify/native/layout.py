"""Long lines of source, broken inside their brackets as formatters do it.

Not here: which texts are laid out, and how far they are indented (the templates say so).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_STRING = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_ARROW = re.compile(r"[-=]>")
_OPEN, _CLOSE = "([{<", ")]}>"
_SHORT = 12  # columns; items up to it stand side by side
_TAB = 4


@dataclass(frozen=True, slots=True)
class Style:
    """The step of an indentation, and whether a comma may follow the last item of a list."""

    step: str
    trailing: bool = True
    width: int = 100


def laid_out(text: str, indent: str, style: Style) -> str:
    """Return a line of source that is to follow `indent`, broken where it is too long.

    The outermost bracket with most in it is opened up, then what is still too long in it; where
    there is none the line stays.
    """
    if _columns(indent) + len(text) <= style.width:
        return text
    group = _group(text)
    if group is None:
        return text
    start, end = group
    items, inner = _items(text[start:end]), indent + style.step
    if max(map(len, items)) <= _SHORT:
        lines = _filled(items, style.width - _columns(inner))
    else:
        lines = [laid_out(item, inner, style) + "," for item in items]
    if not style.trailing:
        lines[-1] = lines[-1].removesuffix(",")
    body = "".join(f"\n{inner}{line}" for line in lines)
    return f"{text[:start]}{body}\n{indent}{text[end:]}"


def _columns(text: str) -> int:
    return len(text.expandtabs(_TAB))


def _masked(text: str) -> str:
    """Return a text of the same length in which strings and arrows have no brackets or commas."""
    text = _STRING.sub(lambda found: "s" * len(found[0]), text)
    return _ARROW.sub("aa", text)


def _group(text: str) -> tuple[int, int] | None:
    """Return where the inside of the bracket to open up starts and ends; None if there is none."""
    found = [(start, end) for start, end in _outermost(_masked(text)) if text[start:end].strip()]
    if not found:
        return None
    start, end = max(found, key=lambda one: one[1] - one[0])
    # a bracket around one thing that has brackets itself stays closed
    within = _group(text[start:end]) if len(_items(text[start:end])) == 1 else None
    return (start + within[0], start + within[1]) if within else (start, end)


def _outermost(mask: str) -> Iterator[tuple[int, int]]:
    """Yield the outermost brackets; not those of a type, whose parts semicolons part."""
    depth, start, of_type = 0, 0, False
    for at, letter in enumerate(mask):
        if letter in _OPEN:
            start, of_type = (at + 1, False) if depth == 0 else (start, of_type)
            depth += 1
        elif letter == ";" and depth == 1:
            of_type = True
        elif letter in _CLOSE and depth:
            depth -= 1
            if depth == 0 and letter != ">" and not of_type:
                yield start, at


def _items(text: str) -> list[str]:
    mask, depth, start, found = _masked(text), 0, 0, []
    for at, letter in enumerate(mask):
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if letter == "," and depth == 0:
            found.append(text[start:at].strip())
            start = at + 1
    return [*found, text[start:].strip()]


def _filled(items: Sequence[str], room: int) -> list[str]:
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) + 2 > room:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{item},"
    return lines
