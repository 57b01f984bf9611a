"""What a Go solution must not declare or name, as it would change what its tests say.

Not here: helpers of the solution's own that the tests call; they mean what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen.syntax import text, walk

if TYPE_CHECKING:
    import tree_sitter

# what is declared in every package, the universe block of Go's specification
_UNIVERSE = re.compile(
    r"any|bool|byte|comparable|complex(64|128)?|error|float(32|64)|u?int(8|16|32|64)?|rune|string"
    r"|uintptr|true|false|iota|nil|append|cap|clear|close|copy|delete|imag|len|make|max|min|new"
    r"|panic|print|println|real|recover"
)
_LISTS = ("const_declaration", "var_declaration", "var_spec_list", "type_declaration")
_NAMED = ("function_declaration", "const_spec", "var_spec", "type_spec", "type_alias")
_NOT_USED = (
    "comment",
    "field_identifier",
    "interpreted_string_literal_content",
    "label_name",
    "package_identifier",
    "raw_string_literal_content",
)


def refused(solution: tree_sitter.Node, tests: tree_sitter.Node, *, internal: bool) -> str:
    """Return what a solution does to the meaning of its tests, or nothing.

    `internal` tests are in the solution's package, whose names hide the language's own.
    """
    taken = sorted(filter(_UNIVERSE.fullmatch, _names(solution))) if internal else []
    used = _used(tests) if taken else set()
    for name in taken:
        if name in used:
            return f"the solution has its own `{name}`, which the tests use"
    if _ends_goroutines(solution) and _branches(tests):
        return "the solution can end goroutines of the tests (runtime.Goexit)"
    return ""


def _names(root: tree_sitter.Node) -> Iterator[str]:
    """Yield what a file declares at package level."""
    for node in root.children:
        if node.type in _LISTS:
            yield from _names(node)
        elif node.type in _NAMED:
            yield from map(text, node.children_by_field_name("name"))


def _used(root: tree_sitter.Node) -> set[str]:
    return {text(node) for node in walk(root) if not node.children and node.type not in _NOT_USED}


def _ends_goroutines(root: tree_sitter.Node) -> bool:
    """Whether it names what ends the goroutine that calls it, as testing's functions do."""
    source = root.text or b""
    if b"Goexit" in source:
        return True
    for node in walk(root) if b"import" in source else ():
        if node.type == "import_spec":
            path = node.child_by_field_name("path")
            word = "" if path is None else text(path).strip('"`')
            if word.partition("/")[0] == "testing" or "\\" in word:
                return True
    return False


def _branches(root: tree_sitter.Node) -> bool:
    """Whether tests assert where nobody sees an end that comes too early: beside, or afterwards."""
    source = root.text or b""
    return b"Cleanup" in source or any(node.type == "go_statement" for node in walk(root))
