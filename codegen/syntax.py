"""Parsing with tree-sitter: a parser for each language and its complaints as diagnostics.

Grammars lag behind compilers, so a parse error here is a hint and never a verdict by itself.

Not here: what is done with a tree (`codegen.answer`, `codegen.verify`, `codegen.synthesis.seeds`).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from codegen.records import Diagnostic, Severity

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

_MOST = 20


@cache
def _grammar(name: str) -> tree_sitter.Language:
    import tree_sitter  # noqa: PLC0415 - the CLI starts without it

    return tree_sitter.Language(importlib.import_module(f"tree_sitter_{name}").language())


def parser(language: Language) -> tree_sitter.Parser:
    """Return a new parser of a language; parsers must not be shared between threads."""
    import tree_sitter  # noqa: PLC0415 - the CLI starts without it

    return tree_sitter.Parser(_grammar(language.grammar))


def parse(language: Language, source: bytes) -> tree_sitter.Tree:
    """Parse a program; never fails, errors are nodes of the tree."""
    return parser(language).parse(source)


def walk(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Yield a node and all below it, parents first, without recursion."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(found.children))


def text(node: tree_sitter.Node) -> str:
    """Return the source text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def syntax_errors(language: Language, source: bytes) -> tuple[Diagnostic, ...]:
    """Return what the grammar cannot parse, in order, at most twenty findings.

    Lines and columns count from 1; columns count characters.
    """
    found: list[Diagnostic] = []
    waiting = [parse(language, source).root_node]
    lines = source.split(b"\n")
    while waiting and len(found) < _MOST:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(_diagnostic(language, node, lines))
        elif node.has_error:
            waiting.extend(reversed(node.children))
    return tuple(found)


def _diagnostic(language: Language, node: tree_sitter.Node, lines: list[bytes]) -> Diagnostic:
    row, column = node.start_point
    before = lines[row][:column].decode("utf-8", "replace")
    if node.is_missing:
        message = f"missing {node.type!r}"
    else:
        shown = text(node).split("\n")[0][:60]
        message = f"unexpected {shown!r}" if shown else "unexpected end of the file"
    return Diagnostic(
        tool="tree-sitter",
        rule="syntax",
        severity=Severity.ERROR,
        message=message,
        file=language.source,
        line=row + 1,
        column=len(before) + 1,
    )
