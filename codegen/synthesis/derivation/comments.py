"""A program's comments and documentation, and the program without them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen.syntax import COMMENTS, parse

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language


def comments_of(language: Language, code: str) -> str:
    """Return all comments and documentation strings of a program, in order."""
    source = code.encode()
    parts = [
        source[node.start_byte : node.end_byte].decode()
        for node in _nodes(parse(language, source).root_node)
        if _is_comment(node)
    ]
    return "\n".join(parts)


def tokens_of(language: Language, code: str) -> tuple[str, ...]:
    """Return a program's tokens without comments, documentation and line breaks."""
    source = code.encode()
    return tuple(
        text
        for node in _nodes(parse(language, source).root_node)
        if not node.child_count and not _is_comment(node)
        if (text := source[node.start_byte : node.end_byte].decode().strip())
    )


def _nodes(root: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Yield nodes in the file's order; what is below a comment is part of it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if not _is_comment(node):
            waiting.extend(reversed(node.children))


def _is_comment(node: tree_sitter.Node) -> bool:
    if node.type in COMMENTS:
        return True
    # a string that stands alone as a statement is Python's documentation
    return node.type == "expression_statement" and [child.type for child in node.children] == [
        "string"
    ]
