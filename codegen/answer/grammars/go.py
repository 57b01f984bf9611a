"""Go, as its answers are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from codegen import syntax
from codegen.answer.grammar import Grammar, Kind, field_text, leaves

if TYPE_CHECKING:
    import tree_sitter


_KINDS = {
    "package_clause": Kind.PACKAGE,
    "import_declaration": Kind.IMPORT,
    "function_declaration": Kind.FUNCTION,
    "method_declaration": Kind.TYPE,
    "type_declaration": Kind.TYPE,
    "const_declaration": Kind.VALUE,
    "var_declaration": Kind.VALUE,
}
_TEST = re.compile(r"(?:Test|Benchmark|Fuzz|Example)(?![a-z])")
_TEST_PARAMETERS = re.compile(r"\(\s*\)|\(\s*\w+\s+\*testing\.[TBFM]\s*\)")


def _kind(node: tree_sitter.Node, _attributes: Sequence[str]) -> Kind:
    kind = _KINDS.get(node.type, Kind.STATEMENT)
    if kind is not Kind.FUNCTION:
        return kind
    name, parameters = field_text(node, "name"), field_text(node, "parameters")
    if name == "main":
        return Kind.MAIN
    is_test = _TEST.match(name) and _TEST_PARAMETERS.fullmatch(parameters)
    return Kind.TEST if is_test and not field_text(node, "result") else kind


def _names(node: tree_sitter.Node) -> tuple[str, ...]:
    if node.type == "package_clause":
        return tuple(leaves(node, "package_identifier"))
    if node.type == "import_declaration":
        return tuple(go_package(alias, path) for alias, path in _imports(node))
    if node.type == "method_declaration":
        receiver = node.child_by_field_name("receiver")
        return () if receiver is None else tuple(leaves(receiver, "type_identifier"))[:1]
    specs = [one for one in node.named_children if one.type.endswith("_spec")] or [node]
    names = (one for spec in specs for one in spec.children_by_field_name("name"))
    return tuple(syntax.text(name) for name in names)


def _imports(node: tree_sitter.Node) -> tuple[tuple[str, str], ...]:
    """Return (alias or "", path with its quotes) for every import below a node."""
    specs = (one for one in syntax.walk(node) if one.type == "import_spec")
    return tuple((field_text(spec, "name"), field_text(spec, "path")) for spec in specs)


def go_package(alias: str, path: str) -> str:
    """Return the name that an import binds: its alias, else the last part that is no version."""
    parts = path.strip('"`').split("/")
    versioned = len(parts) > 1 and re.fullmatch(r"v\d+", parts[-1])
    return alias or parts[-2 if versioned else -1]


GRAMMAR = Grammar(
    _kind,
    _names,
    frozenset({"function_declaration"}),
    starts=("package ", "import ", "func ", "type ", "var ", "const ", "//"),
    endings=("\n}\n", " {}\n"),
    braces=True,
    imports=_imports,
    strict_imports=True,
)
