"""Names that a Rust solution must not take: they would change what its tests say.

Not here: the harness's own name, which no solution can know (`codegen.verify.scaffold.rust`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen.syntax import text

if TYPE_CHECKING:
    import tree_sitter


def refused(solution: tree_sitter.Node) -> str:
    """Return what is wrong with the names of a solution, or nothing."""
    if _renames_itself(solution):
        return "the solution takes another crate's name (extern crate self)"
    return ""


def _renames_itself(root: tree_sitter.Node) -> bool:
    """Whether it is a crate under another name, `core` say; what a macro puts together counts."""
    source = root.text or b""
    if b"extern" not in source or b"crate" not in source:
        return False
    words = list(_words(root))
    for one, two, three in zip(words, words[1:], [*words[2:], ""], strict=False):
        named = three.isidentifier() and three != "self"
        if (one == "extern" and two == "crate" and not named) or (one, two) == ("crate", "self"):
            return True
        if one == "extern" and two.startswith("$"):
            return True
    return False


def _words(node: tree_sitter.Node) -> Iterator[str]:
    if node.type in ("line_comment", "block_comment"):
        return
    if not node.children or node.type.endswith("_literal"):
        yield text(node)
    for child in () if node.type.endswith("_literal") else node.children:
        yield from _words(child)
