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
from collections.abc import Iterator
from dataclasses import dataclass
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
_BLANK = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class _Leaf:
    text: str
    is_name: bool


def normal_text(text: str) -> str:
    """Return a text without the white space that nobody sees, its characters composed (NFC)."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = "\n".join(line.rstrip() for line in composed.split("\n"))
    return _BLANK.sub("\n\n", lines).strip("\n")


def normal_program(language: Language, code: str) -> list[str]:
    """Return a program's tokens in its normal form; also of one that does not parse."""
    tree = syntax.parse(language, code.encode("utf-8", "surrogatepass"))
    introduced: set[str] = set()
    leaves = list(_leaves(tree.walk(), introduced))
    numbers: dict[str, str] = {}
    tokens = []
    for leaf in leaves:
        if leaf.is_name and leaf.text in introduced:
            tokens.append(numbers.setdefault(leaf.text, f"${len(numbers)}"))
        else:
            tokens.append(leaf.text)
    return tokens


def _leaves(cursor: tree_sitter.TreeCursor, introduced: set[str]) -> Iterator[_Leaf]:
    """Yield the leaves in order, and note the names that are introduced."""
    above: list[tuple[str, bool]] = []  # the type of each node above, and whether it introduces
    descending = True
    while True:
        node = cursor.node
        assert node is not None
        if descending and not _is_left_out(node):
            parent, inherited = above[-1] if above else ("", False)
            introduces = _introduces(cursor.field_name, parent, inherited=inherited)
            if cursor.goto_first_child():
                above.append((node.type, introduces))
                continue
            name = node.type in _NAMES and not _is_foreign(cursor.field_name, parent)
            if name and introduces:
                introduced.add(syntax.text(node))
            yield _Leaf(syntax.text(node), name)
        if cursor.goto_next_sibling():
            descending = True
        elif cursor.goto_parent():
            above.pop()
            descending = False
        else:
            return


def _introduces(field: str | None, parent: str, *, inherited: bool) -> bool:
    if field is None:
        return inherited
    if field == "left":
        return _ASSIGNING.fullmatch(parent) is not None
    return field in _INTRODUCING and not _USING.fullmatch(parent)


def _is_foreign(field: str | None, parent: str) -> bool:
    return field in _FOREIGN or (field == "name" and _USING.fullmatch(parent) is not None)


def _is_left_out(node: tree_sitter.Node) -> bool:
    if node.type == "expression_statement":
        inner = node.named_children
        return len(inner) == 1 and inner[0].type == "string"
    return syntax.is_comment(node)
