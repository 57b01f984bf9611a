"""Names that a Rust solution must not take: they would change what its tests say.

Tests see the macros and the items of the solution by their names, before those of the standard
library. Not here: the harness's own name, which no solution can know, and names that a macro of the
solution's own is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from codegen.syntax import text, walk

if TYPE_CHECKING:
    import tree_sitter

_MACROS = re.compile(
    r"(debug_)?assert(_eq|_ne)?|concat|dbg|e?print(ln)?|env|format(_args)?|include(_str|_bytes)?|line"
    r"|matches|option_env|panic|stringify|thread_local|todo|unimplemented|unreachable|vec|write(ln)?"
)
_ASSERTED = frozenset(("assert", "assert_eq", "assert_ne", "panic", "unreachable"))
_ITEMS = re.compile(
    r"Option|Some|None|Result|Ok|Err|String|Vec|std|core|alloc"
    r"|bool|char|str|[iu](8|16|32|64|128|size)|f(32|64)"
)
_DECLARING = re.compile(
    r"(struct|enum|union|type|trait|mod|function|const|static|function_signature)_item"
)
_WORDS = re.compile(r"struct|enum|union|type|trait|mod|fn|const|static|as")
_LIBRARY = re.compile(r"(::)?(std|core|alloc)::(\w+::)*(\w+)")


def refused(solution: tree_sitter.Node, tests: tree_sitter.Node) -> str:
    """Return what is wrong with the names of a solution, or nothing."""
    source = solution.text or b""
    if b"extern" in source and b"crate" in source and _renames_itself(list(_words(solution))):
        return "the solution takes another crate's name (extern crate self)"
    macros = _macros(solution) if b"macro_rules" in source else ()
    taken = [f"{name}!" for name in macros if _MACROS.fullmatch(name)]
    taken += filter(_ITEMS.fullmatch, _items(solution))
    used = set(_words(tests)) if taken else set()
    for name in taken:
        word = name.removesuffix("!")
        if word in used or (word != name and word in _ASSERTED):
            return f"the solution has its own `{name}`, which the tests use"
    return ""


def _renames_itself(words: list[str]) -> bool:
    """Whether it is a crate under another name, `core` say; what a macro puts together counts."""
    for one, two, three in zip(words, words[1:], [*words[2:], ""], strict=False):
        named = three.isidentifier() and three != "self"
        if (one == "extern" and two == "crate" and not named) or (one, two) == ("crate", "self"):
            return True
        if one == "extern" and two.startswith("$"):
            return True
    return False


def _macros(root: tree_sitter.Node) -> Iterator[str]:
    """Yield the macros that it defines; one that a macro defines is ambiguous to the compiler."""
    for node in walk(root):
        name = node.child_by_field_name("name") if node.type == "macro_definition" else None
        if name is not None:
            yield text(name)


def _items(root: tree_sitter.Node) -> Iterator[str]:
    """Yield the names that it binds outside of functions, and what macros say that they bind."""
    for node in root.named_children:
        name = node.child_by_field_name("name")
        if _DECLARING.fullmatch(node.type) and name is not None and not _is_library(node):
            yield text(name)
        if node.type == "mod_item" and (body := node.child_by_field_name("body")) is not None:
            yield from _items(body)
        elif node.type == "enum_item":
            yield from _variants(node, root)
        elif node.type == "use_declaration":
            for one in walk(node):
                alias = one.child_by_field_name("alias")
                if alias is not None:
                    yield text(alias)
        elif node.type in ("macro_definition", "macro_invocation", "expression_statement"):
            words = list(_words(node))
            yield from (two for one, two in pairwise(words) if _WORDS.fullmatch(one))


def _is_library(node: tree_sitter.Node) -> bool:
    """Whether it is the library's own by its name: `type Result<T> = std::result::Result<…>`."""
    means = node.child_by_field_name("type") if node.type == "type_item" else None
    name = node.child_by_field_name("name")
    if means is None or name is None:
        return False
    found = _LIBRARY.match(text(means))
    return found is not None and found[4] == text(name)


def _variants(enum: tree_sitter.Node, root: tree_sitter.Node) -> Iterator[str]:
    """Yield the variants of an enum that is imported from, so that they are names of their own."""
    name = text(enum.child_by_field_name("name") or enum)
    used = [set(_words(one)) for one in root.named_children if one.type == "use_declaration"]
    imported: set[str] = set().union(*(words for words in used if name in words))
    for one in walk(enum):
        variant = one.child_by_field_name("name") if one.type == "enum_variant" else None
        if variant is not None and ({"*", text(variant)} & imported):
            yield text(variant)


def _words(node: tree_sitter.Node) -> Iterator[str]:
    if node.type in ("line_comment", "block_comment"):
        return
    if not node.children or node.type.endswith("_literal"):
        yield text(node)
    for child in () if node.type.endswith("_literal") else node.children:
        yield from _words(child)
