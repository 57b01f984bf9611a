"""Code among prose: which lines of a text without fences belong to a program.

A stretch of lines is code when it starts with one of the language's first words and parses.

Not here: fenced blocks (`codegen.answer.blocks`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen import syntax
from codegen.answer.grammars import grammar_of

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

_PROSE = re.compile(r"(?:[-*+>#]+\s+|\d+[.)]\s+|\*\*)?[A-Z`\"'(*][^{};=]*[\w.:!?)`*\"']", re.ASCII)
_LEAST_WORDS = 3
_MOST_PARSES = 150
"""Of one answer; what takes more is no program."""


def looks_like_prose(text: str) -> bool:
    """Whether every line of a text is a sentence, a list item or a heading, not code."""
    lines = [line for line in text.split("\n") if line.strip()]
    return all(_is_sentence(line) for line in lines)


def _is_sentence(line: str) -> bool:
    if line[0].isspace() or not _PROSE.fullmatch(line.strip()):
        return False
    return len(line.split()) >= _LEAST_WORDS or line.rstrip().endswith((":", ".", "!"))


def without_prose(language: Language, text: str, *, only_before: bool = False) -> str:
    """Return the lines of a text that are code; with `only_before` all from the first such line."""
    lines = text.split("\n")
    starts = grammar_of(language).starts
    parts: list[str] = []
    budget = iter(range(_MOST_PARSES))
    at = 0
    while at < len(lines):
        if not lines[at].startswith(starts):
            at += 1
            continue
        if only_before:
            return "\n".join(lines[at:])
        end = _end(language, lines, at, budget)
        parts += lines[at:end]
        at = max(end, at + 1)
    return "\n".join(parts)


def clean_head(language: Language, text: str) -> tuple[str, list[str]]:
    """Split a text into its longest beginning that parses and the lines behind that.

    Comments and attributes at the end of the beginning belong to what comes behind.
    """
    lines = text.split("\n")
    end = _end(language, lines, 0, iter(range(_MOST_PARSES)))
    while end and lines[end - 1].startswith(("//", "#", "@")):
        end -= 1
    return "\n".join(lines[:end]), lines[end:]


def _end(language: Language, lines: list[str], start: int, budget: Iterator[int]) -> int:
    """Return the line behind the longest stretch from `start` that parses, or `start`."""
    end = len(lines)
    for _ in budget:
        try:
            root = syntax.parse(language, "\n".join(lines[start:end]).encode()).root_node
        except syntax.TangledError:
            break
        if not root.has_error and not _is_inside(lines, end):
            return end
        end = min(end - 1, start + _first_error(root)) if root.has_error else end - 1
        if end <= start:
            break
    return start


def _is_inside(lines: list[str], end: int) -> bool:
    # Python's grammar takes a function without a body
    following = next((line for line in lines[end:] if line.strip()), "")
    return following.startswith((" ", "\t"))


def _first_error(root: tree_sitter.Node) -> int:
    """Return the row of the first error, or that behind it where it is on the first row."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            return max(1, node.start_point.row)
        waiting.extend(reversed([child for child in node.children if child.has_error]))
    return 1
