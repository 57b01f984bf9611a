"""Texts and programs in the one form of all that differ in nothing that matters.

A program's form is its tokens without comments and documentation strings, each name that it
introduces itself replaced by a number in the order of appearance. Names of the library, of fields
and of types stay, as do operators and constants: `min` is not `max`, and `a - b` is not `b - a`.
What introduces a name is told by the field of the syntax tree that it stands in, in the grammars'
common words, so that there is no table for each language.

Not here: the shape of a program, without names and constants (`codegen.report.shapes`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from codegen import syntax

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

_SHORT = "shorthand_property_identifier"
_NAMES = frozenset(("identifier", _SHORT, f"{_SHORT}_pattern"))
_INTRODUCING = frozenset(("name", "pattern", "parameters", "parameter", "declarator", "alias"))
_ASSIGNING = re.compile(
    r".*assignment(?:_expression|_statement)?|short_var_declaration|range_clause"
    r"|for_statement|for_in_clause|for_in_statement"
)
# in these a name is used, though the field is called `name`
_USING = re.compile(r".*(?:import|use_|scoped|qualified|template|generic|invocation|keyword_arg).*")
_FOREIGN = frozenset(("attribute", "field", "property", "key"))
_SELDOM = syntax.COMMENTS | {"expression_statement"}  # what may be left out
_BLANK = re.compile(r"\n{3,}")


def normal_text(text: str) -> str:
    """Return a text without the white space that nobody sees, its characters composed (NFC)."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = "\n".join(line.rstrip() for line in composed.split("\n"))
    return _BLANK.sub("\n\n", lines).strip("\n")


def normal_program(language: Language, code: str) -> list[str]:
    """Return a program's tokens in its normal form; also of one that does not parse."""
    source = code.encode("utf-8", "surrogatepass")
    leaves, names, introduced = _leaves(syntax.parse(language, source).walk(), source)
    numbers: dict[str, str] = {}
    for at in names:
        if leaves[at] in introduced:
            leaves[at] = numbers.setdefault(leaves[at], f"${len(numbers)}")
    return leaves


def _leaves(
    cursor: tree_sitter.TreeCursor, source: bytes
) -> tuple[list[str], list[int], frozenset[str]]:
    """Return the leaves in order, the places of names among them, and the introduced names.

    A million programs have half a billion nodes: each is asked for as little as can be.
    """
    leaves: list[str] = []
    names: list[int] = []
    introduced: set[str] = set()
    above: list[tuple[str, bool]] = []  # the type of each node above, and whether it introduces
    parent, inherited, descending = "", False, True
    while True:
        if descending:
            node = cursor.node
            assert node is not None
            kind = node.type
            if kind not in _SELDOM or not _is_left_out(node):
                field = cursor.field_name
                introduces = inherited if field is None else _introduces(field, parent)
                if cursor.goto_first_child():
                    above.append((parent, inherited))
                    parent, inherited = kind, introduces
                    continue
                text = source[node.start_byte : node.end_byte].decode("utf-8", "replace")
                if kind in _NAMES and not _is_foreign(field, parent):
                    names.append(len(leaves))
                    if introduces:
                        introduced.add(text)
                leaves.append(text)
        if cursor.goto_next_sibling():
            descending = True
        elif cursor.goto_parent():
            parent, inherited = above.pop()
            descending = False
        else:
            return leaves, names, frozenset(introduced)


@cache  # there are as many as the grammars have fields and types
def _introduces(field: str, parent: str) -> bool:
    if field == "left":
        return _ASSIGNING.fullmatch(parent) is not None
    return field in _INTRODUCING and not _USING.fullmatch(parent)


@cache
def _is_foreign(field: str | None, parent: str) -> bool:
    return field in _FOREIGN or (field == "name" and _USING.fullmatch(parent) is not None)


def _is_left_out(node: tree_sitter.Node) -> bool:
    if node.type == "expression_statement":
        inner = node.named_children
        return len(inner) == 1 and inner[0].type == "string"
    return syntax.is_comment(node)
