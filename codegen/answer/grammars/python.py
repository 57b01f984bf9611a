"""Python, as its answers are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from codegen import syntax
from codegen.answer.grammar import Grammar, Kind, field_text

if TYPE_CHECKING:
    import tree_sitter


_KINDS = {
    "import_statement": Kind.IMPORT,
    "import_from_statement": Kind.IMPORT,
    "future_import_statement": Kind.HEADER,
    "function_definition": Kind.FUNCTION,
    "class_definition": Kind.TYPE,
    "type_alias_statement": Kind.VALUE,
}


def _kind(node: tree_sitter.Node, _attributes: Sequence[str]) -> Kind:
    defined = node.child_by_field_name("definition") or node
    kind = _KINDS.get(defined.type, Kind.STATEMENT)
    if kind in (Kind.FUNCTION, Kind.TYPE):
        return _definition(defined, kind)
    if node.type == "if_statement" and "__name__" in field_text(node, "condition"):
        return Kind.MAIN
    inner = node.named_children[0].type if node.type == "expression_statement" else ""
    if inner == "string":
        return Kind.HEADER
    return Kind.VALUE if inner == "assignment" else kind


def _definition(node: tree_sitter.Node, kind: Kind) -> Kind:
    name = field_text(node, "name")
    if kind is Kind.TYPE:
        return Kind.TEST if "TestCase" in field_text(node, "superclasses") else kind
    if name == "main":
        return Kind.MAIN
    return Kind.TEST if name.startswith("test_") or name == "test" else kind


def _names(node: tree_sitter.Node) -> tuple[str, ...]:
    if node.type in ("import_statement", "import_from_statement"):
        return tuple(map(_import, node.children_by_field_name("name"))) or ("*",)
    if node.type in ("function_definition", "class_definition"):
        return (field_text(node, "name"),)
    if node.type == "if_statement" and "__name__" in field_text(node, "condition"):
        return ()
    return tuple(_bound(node))


def _import(node: tree_sitter.Node) -> str:
    if node.type == "aliased_import":
        return field_text(node, "alias")
    return syntax.text(node).partition(".")[0]


def _bound(node: tree_sitter.Node) -> Iterator[str]:
    """Yield the names that a statement binds, in its blocks too, but not within functions."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if found.type in ("function_definition", "class_definition"):
            yield field_text(found, "name")
        elif found.type in ("import_statement", "import_from_statement"):
            yield from _names(found)
        else:
            target = found.child_by_field_name("left")
            if found.type == "assignment" and target is not None:
                yield from _targets(target)
            waiting.extend(found.named_children)


def _locals(function: tree_sitter.Node) -> set[str]:
    """Return the names that are local to a function, roughly: parameters and assigned names."""
    if function.type not in ("function_definition", "decorated_definition"):
        return set()
    found: set[str] = set()
    shared: set[str] = set()
    for node in syntax.walk(function):
        if node.type in ("global_statement", "nonlocal_statement"):
            shared.update(map(syntax.text, node.named_children))
        elif node.type == "parameters":
            found.update(_parameters(node))
        else:
            target = node.child_by_field_name("left")
            if node.type in ("assignment", "for_statement", "for_in_clause") and target is not None:
                found.update(_targets(target))
    return found - shared


def _parameters(node: tree_sitter.Node) -> Iterator[str]:
    for child in node.named_children:
        named = child.child_by_field_name("name") or child
        while named.type not in ("identifier", "comment") and named.named_children:
            named = named.named_children[0]
        yield syntax.text(named)


def _targets(target: tree_sitter.Node) -> Iterator[str]:
    waiting = [target]
    while waiting:
        node = waiting.pop()
        if node.type == "identifier":
            yield syntax.text(node)
        elif node.type not in ("attribute", "subscript"):
            waiting.extend(reversed(node.named_children))


GRAMMAR = Grammar(
    _kind,
    _names,
    frozenset({"function_definition"}),
    starts=("def ", "async def ", "class ", "import ", "from ", "@", '"""', "if __name__"),
    endings=("", "\n    pass\n"),
    braces=False,
    locals=_locals,
    unique_names=False,
    loose_statements=True,
)
