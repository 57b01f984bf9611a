"""The functions of one source file that a problem could be inspired by.

Wanted: documented (a docstring or a comment right above), of a fair size, more than one step, no
test, no syntax error inside. Functions within functions count as a part of the outer one.

Not here: which files (`codegen.synthesis.sources`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codegen import syntax

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

LEAST_LINES = 5
MOST_LINES = 80
MOST_BYTES = 4_000
_LEAST_STEPS = 2
_ABOVE = syntax.COMMENTS | {"attribute_item"}
_OWNERS = frozenset(
    (
        *("class_definition", "class_declaration", "class", "class_specifier", "struct_specifier"),
        *("impl_item", "trait_item", "interface_declaration", "enum_declaration"),
        "record_declaration",
    )
)
_WRAPPERS = ("decorated_definition", "export_statement")


@dataclass(frozen=True, slots=True)
class Function:
    """Bytes `start` to `end` of a file, from the beginning of a line; `line` counts from 1.

    One that is `free` can be called without an object.
    """

    start: int
    end: int
    line: int
    free: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The wanted functions of a file, the others by reason, and whether it had syntax errors."""

    functions: tuple[Function, ...]
    rejected: Mapping[str, int]
    has_errors: bool


class FunctionFinder:
    """Finds functions in one language; not to be shared between threads."""

    def __init__(self, language: Language) -> None:
        import tree_sitter  # noqa: PLC0415 - the CLI starts without it

        self._parser = syntax.parser(language)
        grammar = self._parser.language
        assert grammar is not None
        self._functions = frozenset(language.seeds.functions)
        self._branches = frozenset(language.seeds.branches)
        query = f"[{' '.join(f'({kind})' for kind in language.seeds.functions)}] @function"
        self._cursor = tree_sitter.QueryCursor(tree_sitter.Query(grammar, query))

    def find(self, source: bytes) -> Found:
        """Return the functions of a file in order."""
        root = self._parser.parse(source).root_node
        rejected: Counter[str] = Counter()
        functions = []
        for node in self._cursor.captures(root).get("function", ()):
            # siblings and parents are dear to look up: most functions fall before they are needed
            reason = self._own_reason(node)
            first = node if reason else _first(node)
            reason = reason or self._outer_reason(first, node)
            if reason:
                rejected[reason] += 1
            else:
                start = first.start_byte - first.start_point.column
                line = node.start_point.row + 1
                functions.append(Function(start, node.end_byte, line, _is_free(node)))
        functions.sort(key=lambda one: one.start)
        return Found(tuple(functions), rejected, root.has_error)

    def _own_reason(self, node: tree_sitter.Node) -> str:
        lines = node.end_point.row - node.start_point.row + 1
        body = node.child_by_field_name("body")
        if body is None or lines < LEAST_LINES:
            return "too short"
        if lines > MOST_LINES or node.end_byte - node.start_byte > MOST_BYTES:
            return "too long"
        if node.has_error:
            return "syntax error in the function"
        name = node.child_by_field_name("name")
        if name is not None and syntax.text(name).lower().startswith(("test", "bench", "example")):
            return "test"
        return "trivial" if self._is_trivial(body) else ""

    def _outer_reason(self, first: tree_sitter.Node, node: tree_sitter.Node) -> str:
        if node.end_byte - first.start_byte > MOST_BYTES:
            return "too long"
        body = node.child_by_field_name("body")
        if body is None or not _is_documented(first, body):
            return "without documentation"
        return self._place_reason(first, node)

    def _is_trivial(self, body: tree_sitter.Node) -> bool:
        # Go wraps the statements of a block in a list
        inner = body.named_children
        if len(inner) == 1 and inner[0].type == "statement_list":
            inner = inner[0].named_children
        docstring = _docstring(body)
        steps = [one for one in inner if one.type not in syntax.COMMENTS and one != docstring]
        if len(steps) > _LEAST_STEPS:
            return False
        return not any(one.type in self._branches for step in steps for one in syntax.walk(step))

    def _place_reason(self, first: tree_sitter.Node, node: tree_sitter.Node) -> str:
        inner = node.parent
        while inner is not None:
            if inner.type in self._functions:
                return "inside another function"
            if inner.type == "mod_item" and _is_test_module(inner):
                return "test"
            inner = inner.parent
        above: tree_sitter.Node | None = first
        while above is not None and above != node:
            if above.type == "attribute_item" and "test" in syntax.text(above):
                return "test"
            above = above.next_sibling
        return ""


def _is_free(node: tree_sitter.Node) -> bool:
    """Whether a function is of no class; Java has no other place for one that is called alone."""
    if node.child_by_field_name("receiver") is not None:
        return False
    words = {
        word
        for one in node.children
        if one.type == "modifiers"
        for word in syntax.text(one).split()
    }
    above = node.parent
    while above is not None and above.type not in _OWNERS:
        above = above.parent
    return above is None or "static" in words


def _first(node: tree_sitter.Node) -> tree_sitter.Node:
    """Return where a function begins: at its decorators, attributes and comments."""
    if node.parent is not None and node.parent.type in _WRAPPERS:
        node = node.parent
    while (above := node.prev_sibling) is not None and above.type in _ABOVE:
        last_row = above.end_point.row - (above.end_point.column == 0)
        if last_row + 1 != node.start_point.row:
            break
        node = above
    return node


def _is_documented(first: tree_sitter.Node, body: tree_sitter.Node) -> bool:
    if first.type in syntax.COMMENTS or _docstring(body) is not None:
        return True
    above: tree_sitter.Node | None = first
    while above is not None and above.type == "attribute_item":
        above = above.next_sibling
        if above is not None and above.type in syntax.COMMENTS:
            return True
    return False


def _docstring(body: tree_sitter.Node) -> tree_sitter.Node | None:
    statement = body.named_children[0] if body.named_children else None
    if statement is None or statement.type != "expression_statement":
        return None
    return statement if statement.named_children[0].type == "string" else None


def _is_test_module(node: tree_sitter.Node) -> bool:
    above = node.prev_sibling
    while above is not None and above.type in _ABOVE:
        if above.type == "attribute_item" and "test" in syntax.text(above):
            return True
        above = above.prev_sibling
    return False
