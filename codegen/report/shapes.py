"""The shape of a program: its syntax tree without names, literals and comments.

Two programs with one shape differ in what they call things and in their constants and operators,
and in nothing that a parser sees as structure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen import syntax

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

# as the grammars call names and constants; a string is left out with what is inside it
_LEFT_OUT = re.compile(
    r"(?:\w+_)?(?:identifier|literal|string|comment)"
    r"|integer|float|number|true|false|null|nil|none|iota|regex"
)
# Go's grammar calls these literals, but they hold expressions and statements
_KEPT = frozenset({"composite_literal", "func_literal"})


def shape_of(language: Language, code: str) -> str:
    """Return the SHA-256 of a program's shape; also of one that does not parse."""
    root = syntax.parse(language, code.encode("utf-8", "surrogatepass")).root_node
    return hashlib.sha256(" ".join(_written(root)).encode()).hexdigest()


def _written(root: tree_sitter.Node) -> Iterator[str]:
    """Yield the named nodes in order, each with its depth, which together say the whole tree."""
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield f"{depth}:{node.type}"
        waiting += [(one, depth + 1) for one in reversed(node.named_children) if _counts(one)]


def _counts(node: tree_sitter.Node) -> bool:
    return node.type in _KEPT or not _LEFT_OUT.fullmatch(node.type)
