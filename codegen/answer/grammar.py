"""What the nodes of each grammar mean to the extraction of answers, as tables and small functions.

Not here: parsing (`codegen.syntax`), what is done with the meanings (`codegen.answer.tidy`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from codegen import syntax
from codegen.errors import UsageError

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language


class Kind(StrEnum):
    """What a top-level item is. `header` must stay in front: a docstring, an inner attribute."""

    HEADER = "header"
    PACKAGE = "package"
    IMPORT = "import"
    FUNCTION = "function"
    TYPE = "type"
    VALUE = "value"
    STATEMENT = "statement"
    COMMENT = "comment"
    TEST = "test"
    MAIN = "main"
    BROKEN = "broken"


def _no_imports(_node: tree_sitter.Node) -> tuple[tuple[str, str], ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's words.

    `starts` are the first words of a line at which code may begin; `endings` complete an unfinished
    function; `braces` says that a body ends with one. `imports` are (alias, path) where they are merged. `strict_imports`: an unused import does not
    compile. `unique_names`: a second function of the same name does not compile.
    """

    kind: Callable[[tree_sitter.Node, Sequence[str]], Kind]
    names: Callable[[tree_sitter.Node], tuple[str, ...]]
    functions: frozenset[str]
    starts: tuple[str, ...]
    endings: tuple[str, ...]
    braces: bool
    imports: Callable[[tree_sitter.Node], tuple[tuple[str, str], ...]] = _no_imports
    strict_imports: bool = False
    unique_names: bool = True
    loose_statements: bool = False


def grammar_of(language: Language) -> Grammar:
    """Return the words of a language's grammar.

    Raises:
        UsageError: no table is written for it.
    """
    if language.grammar not in _GRAMMARS:
        raise UsageError(
            f"answers in {language.title} cannot be read: its grammar is not described"
        )
    return _GRAMMARS[language.grammar]


def _field(node: tree_sitter.Node, name: str) -> str:
    found = node.child_by_field_name(name)
    return "" if found is None else syntax.text(found)


def _leaves(node: tree_sitter.Node, *types: str) -> Iterator[str]:
    return (syntax.text(found) for found in syntax.walk(node) if found.type in types)


_PYTHON_KINDS = {
    "import_statement": Kind.IMPORT,
    "import_from_statement": Kind.IMPORT,
    "future_import_statement": Kind.HEADER,
    "function_definition": Kind.FUNCTION,
    "class_definition": Kind.TYPE,
    "type_alias_statement": Kind.VALUE,
}


def _python_kind(node: tree_sitter.Node, _attributes: Sequence[str]) -> Kind:
    defined = node.child_by_field_name("definition") or node
    kind = _PYTHON_KINDS.get(defined.type, Kind.STATEMENT)
    if kind in (Kind.FUNCTION, Kind.TYPE):
        return _python_definition(defined, kind)
    if node.type == "if_statement" and "__name__" in _field(node, "condition"):
        return Kind.MAIN
    inner = node.named_children[0].type if node.type == "expression_statement" else ""
    if inner == "string":
        return Kind.HEADER
    return Kind.VALUE if inner == "assignment" else kind


def _python_definition(node: tree_sitter.Node, kind: Kind) -> Kind:
    name = _field(node, "name")
    if kind is Kind.TYPE:
        return Kind.TEST if "TestCase" in _field(node, "superclasses") else kind
    if name == "main":
        return Kind.MAIN
    return Kind.TEST if name.startswith("test_") or name == "test" else kind


def _python_names(node: tree_sitter.Node) -> tuple[str, ...]:
    if node.type in ("import_statement", "import_from_statement"):
        return tuple(map(_python_import, node.children_by_field_name("name"))) or ("*",)
    if node.type in ("function_definition", "class_definition"):
        return (_field(node, "name"),)
    if node.type == "if_statement" and "__name__" in _field(node, "condition"):
        return ()
    return tuple(_python_bound(node))


def _python_import(node: tree_sitter.Node) -> str:
    if node.type == "aliased_import":
        return _field(node, "alias")
    return syntax.text(node).partition(".")[0]


def _python_bound(node: tree_sitter.Node) -> Iterator[str]:
    """Yield the names that a statement binds, in its blocks too, but not within functions."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if found.type in ("function_definition", "class_definition"):
            yield _field(found, "name")
        elif found.type in ("import_statement", "import_from_statement"):
            yield from _python_names(found)
        else:
            target = found.child_by_field_name("left")
            if found.type == "assignment" and target is not None:
                yield from _python_targets(target)
            waiting.extend(found.named_children)


def python_locals(function: tree_sitter.Node) -> set[str]:
    """Return the names that are local to a function, roughly: parameters and assigned names."""
    found: set[str] = set()
    shared: set[str] = set()
    for node in syntax.walk(function):
        if node.type in ("global_statement", "nonlocal_statement"):
            shared.update(map(syntax.text, node.named_children))
        elif node.type == "parameters":
            found.update(_python_parameters(node))
        else:
            target = node.child_by_field_name("left")
            if node.type in ("assignment", "for_statement", "for_in_clause") and target is not None:
                found.update(_python_targets(target))
    return found - shared


def _python_parameters(node: tree_sitter.Node) -> Iterator[str]:
    for child in node.named_children:
        named = child.child_by_field_name("name") or child
        while named.type not in ("identifier", "comment") and named.named_children:
            named = named.named_children[0]
        yield syntax.text(named)


def _python_targets(node: tree_sitter.Node) -> Iterator[str]:
    if node.type == "identifier":
        yield syntax.text(node)
    elif node.type not in ("attribute", "subscript"):
        for child in node.named_children:
            yield from _python_targets(child)


_RUST_KINDS = {
    "inner_attribute_item": Kind.HEADER,
    "use_declaration": Kind.IMPORT,
    "extern_crate_declaration": Kind.IMPORT,
    "function_item": Kind.FUNCTION,
    "const_item": Kind.VALUE,
    "static_item": Kind.VALUE,
}
_RUST_TYPES = frozenset(
    [
        "struct_item",
        "enum_item",
        "union_item",
        "trait_item",
        "type_item",
        "impl_item",
        "mod_item",
        "macro_definition",
        "foreign_mod_item",
    ]
)
_RUST_TEST = re.compile(r"#\[(?:(?:\w+::)*test\b|bench\b|cfg\((?:all\()?test\b)")


def _rust_kind(node: tree_sitter.Node, attributes: Sequence[str]) -> Kind:
    if any(_RUST_TEST.match(attribute.replace(" ", "")) for attribute in attributes):
        return Kind.TEST
    if node.type == "function_item" and _field(node, "name") == "main":
        return Kind.MAIN
    return Kind.TYPE if node.type in _RUST_TYPES else _RUST_KINDS.get(node.type, Kind.STATEMENT)


def _rust_names(node: tree_sitter.Node) -> tuple[str, ...]:
    if node.type == "use_declaration":
        return tuple(_rust_use(node.child_by_field_name("argument")))
    if node.type == "impl_item":
        target = node.child_by_field_name("type")
        return () if target is None else tuple(_leaves(target, "type_identifier"))[:1]
    name = _field(node, "name")
    return (name,) if name else ()


def _rust_use(node: tree_sitter.Node | None) -> Iterator[str]:
    if node is None:
        return
    if node.type == "use_wildcard":
        yield "*"
    elif node.type == "use_as_clause":
        yield _field(node, "alias")
    elif node.type in ("scoped_use_list", "use_list"):
        inner = node.child_by_field_name("list") or node
        for child in inner.named_children:
            path = _field(node, "path").rpartition("::")[2]
            yield from [path] if child.type == "self" else _rust_use(child)
    else:
        yield syntax.text(node).rpartition("::")[2]


_GO_KINDS = {
    "package_clause": Kind.PACKAGE,
    "import_declaration": Kind.IMPORT,
    "function_declaration": Kind.FUNCTION,
    "method_declaration": Kind.TYPE,
    "type_declaration": Kind.TYPE,
    "const_declaration": Kind.VALUE,
    "var_declaration": Kind.VALUE,
}
_GO_TEST = re.compile(r"(?:Test|Benchmark|Fuzz|Example)(?![a-z])")
_GO_TEST_PARAMETERS = re.compile(r"\(\s*\)|\(\s*\w+\s+\*testing\.[TBFM]\s*\)")


def _go_kind(node: tree_sitter.Node, _attributes: Sequence[str]) -> Kind:
    kind = _GO_KINDS.get(node.type, Kind.STATEMENT)
    if kind is not Kind.FUNCTION:
        return kind
    name, parameters = _field(node, "name"), _field(node, "parameters")
    if name == "main":
        return Kind.MAIN
    is_test = _GO_TEST.match(name) and _GO_TEST_PARAMETERS.fullmatch(parameters)
    return Kind.TEST if is_test and not _field(node, "result") else kind


def _go_names(node: tree_sitter.Node) -> tuple[str, ...]:
    if node.type == "package_clause":
        return tuple(_leaves(node, "package_identifier"))
    if node.type == "import_declaration":
        return tuple(go_package(alias, path) for alias, path in go_imports(node))
    if node.type == "method_declaration":
        receiver = node.child_by_field_name("receiver")
        return () if receiver is None else tuple(_leaves(receiver, "type_identifier"))[:1]
    specs = [one for one in node.named_children if one.type.endswith("_spec")] or [node]
    names = (one for spec in specs for one in spec.children_by_field_name("name"))
    return tuple(syntax.text(name) for name in names)


def go_imports(node: tree_sitter.Node) -> tuple[tuple[str, str], ...]:
    """Return (alias or "", path with its quotes) for every import below a node."""
    specs = (one for one in syntax.walk(node) if one.type == "import_spec")
    return tuple((_field(spec, "name"), _field(spec, "path")) for spec in specs)


def go_package(alias: str, path: str) -> str:
    """Return the name that an import binds: its alias, else the last part that is no version."""
    parts = path.strip('"`').split("/")
    versioned = len(parts) > 1 and re.fullmatch(r"v\d+", parts[-1])
    return alias or parts[-2 if versioned else -1]


_GRAMMARS: Mapping[str, Grammar] = {
    "python": Grammar(
        _python_kind,
        _python_names,
        frozenset({"function_definition"}),
        starts=("def ", "async def ", "class ", "import ", "from ", "@", '"""', "if __name__"),
        endings=("", "\n    pass\n"),
        braces=False,
        unique_names=False,
        loose_statements=True,
    ),
    "rust": Grammar(
        _rust_kind,
        _rust_names,
        frozenset({"function_item", "function_signature_item"}),
        starts=tuple(
            [
                "fn ",
                "pub ",
                "use ",
                "struct ",
                "enum ",
                "impl ",
                "impl<",
                "trait ",
                "const ",
                "static ",
                "type ",
                "mod ",
                "#[",
                "#![",
                "//",
                "unsafe fn ",
                "extern crate ",
                "macro_rules! ",
                "async fn ",
            ]
        ),
        endings=("\n}\n", " {}\n"),
        braces=True,
    ),
    "go": Grammar(
        _go_kind,
        _go_names,
        frozenset({"function_declaration"}),
        starts=("package ", "import ", "func ", "type ", "var ", "const ", "//"),
        endings=("\n}\n", " {}\n"),
        braces=True,
        imports=go_imports,
        strict_imports=True,
    ),
}
