"""Rust, as its answers are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from codegen import syntax
from codegen.answer.grammar import Grammar, Kind, field_text, leaves

if TYPE_CHECKING:
    import tree_sitter


_KINDS = {
    "inner_attribute_item": Kind.HEADER,
    "use_declaration": Kind.IMPORT,
    "extern_crate_declaration": Kind.IMPORT,
    "function_item": Kind.FUNCTION,
    "const_item": Kind.VALUE,
    "static_item": Kind.VALUE,
}
_TYPES = frozenset(
    {
        *("struct_item", "enum_item", "union_item", "trait_item", "type_item", "impl_item"),
        *("mod_item", "macro_definition", "foreign_mod_item"),
    }
)
_TEST = re.compile(r"#\[(?:(?:\w+::)*test\b|bench\b|cfg\((?:all\()?test\b)")


def _kind(node: tree_sitter.Node, attributes: Sequence[str]) -> Kind:
    if any(_TEST.match(attribute.replace(" ", "")) for attribute in attributes):
        return Kind.TEST
    if node.type == "function_item" and field_text(node, "name") == "main":
        return Kind.MAIN
    return Kind.TYPE if node.type in _TYPES else _KINDS.get(node.type, Kind.STATEMENT)


def _names(node: tree_sitter.Node) -> tuple[str, ...]:
    if node.type == "use_declaration":
        return tuple(_use(node.child_by_field_name("argument")))
    if node.type == "impl_item":
        target = node.child_by_field_name("type")
        return () if target is None else tuple(leaves(target, "type_identifier"))[:1]
    name = field_text(node, "name")
    return (name,) if name else ()


def _use(argument: tree_sitter.Node | None) -> Iterator[str]:
    """Yield the names that a `use` brings into scope, `*` for all."""
    waiting = [] if argument is None else [argument]
    while waiting:
        node = waiting.pop()
        inner = node.child_by_field_name("list") if node.type == "scoped_use_list" else node
        if node.type == "use_wildcard":
            yield "*"
        elif node.type == "use_as_clause":
            yield field_text(node, "alias")
        elif node.type in ("scoped_use_list", "use_list") and inner is not None:
            waiting.extend(reversed([one for one in inner.named_children if one.type != "self"]))
            if any(one.type == "self" for one in inner.named_children):
                yield field_text(node, "path").rpartition("::")[2]
        else:
            yield syntax.text(node).rpartition("::")[2]


GRAMMAR = Grammar(
    _kind,
    _names,
    frozenset({"function_item", "function_signature_item"}),
    starts=(
        *(
            "fn ",
            "pub ",
            "pub(",
            "async fn ",
            "unsafe ",
            "extern ",
            "use ",
            "mod ",
            "macro_rules! ",
        ),
        *("struct ", "enum ", "impl ", "impl<", "trait ", "const ", "static ", "type "),
        *("#[", "#![", "//"),
    ),
    endings=("\n}\n", " {}\n"),
    braces=True,
)
