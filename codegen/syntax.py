"""Parsing with tree-sitter: a parser for each language and its complaints as diagnostics.

Grammars lag behind compilers, so a parse error here is a hint and never a verdict by itself.

Not here: what is done with a tree (`codegen.answer`, `codegen.verify`, `codegen.synthesis.seeds`).
"""

from __future__ import annotations

import ctypes
import importlib
import sys
import time
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.records import Diagnostic, Severity

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

COMMENTS = frozenset(("comment", "line_comment", "block_comment"))
_MOST = 20
_MOST_S = 1.0
_TREES, _LARGE = 64, 1 << 16  # trees that are kept, of sources of so many bytes at most


@cache
def _grammar(name: str) -> tree_sitter.Language:
    import tree_sitter  # noqa: PLC0415 - the CLI starts without it

    module = importlib.import_module(f"tree_sitter_{name}")
    # a package with several grammars names each
    language = getattr(module, f"language_{name}", None) or module.language
    return tree_sitter.Language(language())


def parser(language: Language) -> tree_sitter.Parser:
    """Return a new parser of a language; parsers must not be shared between threads."""
    import tree_sitter  # noqa: PLC0415 - the CLI starts without it

    return tree_sitter.Parser(_grammar(language.grammar))


class TangledError(UsageError):
    """A text is so ambiguous to a grammar that parsing it takes longer than any program does."""


def parse(language: Language, source: bytes) -> tree_sitter.Tree:
    """Parse a program; errors are nodes of the tree, which nobody may edit.

    Raises:
        TangledError: it takes more than a second of CPU, and half of one for each MiB.
    """
    parsed = _parsed if len(source) <= _LARGE else _parsed.__wrapped__
    found = parsed(language.grammar, source)
    if isinstance(found, str):
        raise TangledError(found)
    return found


@lru_cache(_TREES)
def _parsed(grammar: str, source: bytes) -> tree_sitter.Tree | str:
    """Return a tree, or why there is none: that, too, is not to be found out again."""
    import tree_sitter  # noqa: PLC0415 - the CLI starts without it

    most = _MOST_S * (1 + len(source) / (2 << 20))
    end = time.thread_time() + most
    given: list[bytes] = []

    def read(offset: int, _: object) -> bytes:
        given.append(bytes(memoryview(source)[offset:]))  # not the source itself: see `_let_go`
        return given[-1]

    try:
        # an answer is looked at by its blocks, its outline, its errors and its comments in turn
        return tree_sitter.Parser(_grammar(grammar)).parse(
            read, progress_callback=lambda *_: time.thread_time() > end
        )
    except ValueError:
        return f"the {grammar} grammar does not get through this text in {most:.1f} s of CPU"
    finally:
        _let_go(given)


def _let_go(given: list[bytes]) -> None:
    """Take back the reference that the binding keeps of each piece that was read to it.

    It does so up to its version 0.26.1 at least: a copy of every text that was ever parsed. The
    references are counted, so that a binding which keeps none loses none.
    """
    if sys.implementation.name != "cpython":
        return
    (usual,) = [sys.getrefcount(one) for one in [bytes(2)]]
    for extra, one in [(sys.getrefcount(one) - usual, one) for one in given]:
        if extra == 1:
            ctypes.pythonapi.Py_DecRef(ctypes.py_object(one))


Captures = Mapping[str, "list[tree_sitter.Node]"]


@cache
def _query(grammar: str, text: str) -> tree_sitter.Query:
    import tree_sitter  # noqa: PLC0415 - the CLI starts without it

    try:
        return tree_sitter.Query(_grammar(grammar), text)
    except (tree_sitter.QueryError, ValueError) as error:
        raise UsageError(f"tree-sitter-{grammar}: not a query: {text!r}: {error}") from error


def matches(language: Language, text: str, node: tree_sitter.Node) -> list[tuple[int, Captures]]:
    """Return (number of the pattern, captures) for each match of a query, in the file's order.

    Raises:
        UsageError: the text is no query of the language's grammar.
    """
    import tree_sitter  # noqa: PLC0415 - the CLI starts without it

    found = tree_sitter.QueryCursor(_query(language.grammar, text)).matches(node)
    return sorted(
        found, key=lambda one: min((n.start_byte for ns in one[1].values() for n in ns), default=0)
    )


def walk(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Yield a node and all below it, parents first, without recursion."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(found.children))


def leaves(language: Language, source: bytes) -> Iterator[tuple[str, str]]:
    """Yield type and text of each node of a program that has no others below it, in order."""
    cursor = parse(language, source).walk()
    descending = True
    while True:
        if descending and cursor.goto_first_child():
            continue
        if descending:
            node = cursor.node
            assert node is not None
            yield node.type, source[node.start_byte : node.end_byte].decode("utf-8", "replace")
        if cursor.goto_next_sibling():
            descending = True
        elif cursor.goto_parent():
            descending = False
        else:
            return


def text(node: tree_sitter.Node) -> str:
    """Return the source text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def is_comment(node: tree_sitter.Node) -> bool:
    """Whether a node is a comment, in any of the grammars."""
    return node.type in COMMENTS


def syntax_errors(language: Language, source: bytes) -> tuple[Diagnostic, ...]:
    """Return what the grammar cannot parse, in order, at most twenty findings.

    Lines and columns count from 1; columns count characters.
    """
    found: list[Diagnostic] = []
    try:
        waiting = [parse(language, source).root_node]
    except TangledError as error:
        return (Diagnostic("tree-sitter", "syntax", Severity.ERROR, str(error)),)
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
