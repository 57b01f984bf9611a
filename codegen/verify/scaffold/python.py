"""Python: test functions and classes run under pytest, anything else is one script.

Tests that import `solution` get it as a module. All others expect its names in scope: as a script
they share one namespace with it, under pytest their module starts with its names.

When the program starts the tests' text is on no disk: it comes over the private channel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.syntax import parse, text, walk
from codegen.verify.scaffold.python_claims import Claims, rewritten
from codegen.verify.scaffold.python_meant import meant
from codegen.verify.scaffold.unit import Unit

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

_BLOCKS = ("if_statement", "try_statement", "else_clause", "block", "with_statement", "module")
_INERT = ("import_statement", "import_from_statement", "future_import_statement", "comment")
SCRIPT = "script"


def sources(language: Language, solution: str) -> Mapping[str, bytes]:
    """Return the solution as it is."""
    return {language.source: solution.encode()}


def unit(language: Language, solution: str, tests: str, entry: str, nonce: str) -> Unit:
    """Return the program of a solution and its tests."""
    tests = tests.removeprefix("\ufeff")
    root = parse(language, tests.encode()).root_node
    imports = "solution" in tests and any(map(_imports_solution, walk(root)))
    names = tuple(dict.fromkeys(_tests(root)))
    if names:
        form = "imported" if imports else "shared"
    else:
        tests = _called(root, tests, entry)
        form, names = ("importing-script" if imports else "script"), (SCRIPT,)
    claims = _claims(language, tests, names, nonce)
    return Unit(
        form=form,
        tests=names,
        files=sources(language, solution),
        late={language.tests: claims.tests.encode()},
        names=frozenset() if imports else frozenset(_bound(root)),
        told={
            "source": claims.tests,
            "same": claims.name,
            "claims": claims.all,
            "meant": list(meant(solution, tests, entry)),
        },
        cover={language.tests: b""},
        claims=claims.claims,
    )


def _claims(language: Language, tests: str, names: tuple[str, ...], nonce: str) -> Claims:
    root = parse(language, tests.encode()).root_node
    return rewritten(root, names, SCRIPT if names == (SCRIPT,) else "", nonce)


def _imports_solution(node: tree_sitter.Node) -> bool:
    if node.type == "import_from_statement":
        module = node.child_by_field_name("module_name")
        return module is not None and text(module).split(".")[0] == "solution"
    if node.type != "import_statement":
        return False
    return any(
        text(name).split(".")[0].split(" ")[0] == "solution"
        for name in node.children_by_field_name("name")
    )


def _top(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Yield the statements that run at import, also those under `if` and `try`."""
    for child in node.named_children:
        if child.type == "decorated_definition":
            inner = child.child_by_field_name("definition")
            if inner is not None:
                yield inner
        elif child.type in _BLOCKS:
            yield from _top(child)
        else:
            yield child


def _tests(root: tree_sitter.Node) -> Iterator[str]:
    for node in _top(root):
        name = _name(node)
        if node.type == "function_definition" and name.startswith("test"):
            yield name
        elif node.type == "class_definition" and _is_test_class(node, name):
            yield from (f"{name}::{method}" for method in _methods(node))


def _is_test_class(node: tree_sitter.Node, name: str) -> bool:
    """Whether pytest would collect it: a `Test…` class without a constructor, or a `TestCase`."""
    bases = node.child_by_field_name("superclasses")
    if bases is not None and "TestCase" in text(bases):
        return True
    return name.startswith("Test") and "__init__" not in _functions(node)


def _methods(node: tree_sitter.Node) -> list[str]:
    return [name for name in _functions(node) if name.startswith("test")]


def _functions(node: tree_sitter.Node) -> list[str]:
    body = node.child_by_field_name("body")
    inner = [] if body is None else list(_top(body))
    return [_name(child) for child in inner if child.type == "function_definition"]


def _name(node: tree_sitter.Node) -> str:
    name = node.child_by_field_name("name")
    return "" if name is None else text(name)


def _called(root: tree_sitter.Node, tests: str, entry: str) -> str:
    """Return a script that does something; a `check(candidate)` that nobody calls is called."""
    kinds = ("function_definition", "class_definition", *_INERT)
    active = [node for node in _top(root) if node.type not in kinds and not _is_inert(node)]
    if active:
        return tests
    if "check" not in {_name(n) for n in _top(root) if n.type == "function_definition"}:
        raise UsageError("tests: no test in them (a test_ function, a Test class, or assertions)")
    if not entry:
        raise UsageError(
            "tests: they define check(candidate) and nothing calls it; add check(<function>),"
            " or give the signature"
        )
    return f"{tests.rstrip()}\n\ncheck({entry})\n"


def _is_inert(node: tree_sitter.Node) -> bool:
    """Whether a statement only documents or binds, so that it cannot be a test by itself."""
    if node.type == "pass_statement":
        return True
    if node.type != "expression_statement":
        return False
    return all(
        child.type == "string" or (child.type == "assignment" and not _calls(child))
        for child in node.named_children
    )


def _calls(node: tree_sitter.Node) -> bool:
    return any(inner.type == "call" for inner in walk(node))


def _bound(root: tree_sitter.Node) -> Iterator[str]:
    for node in _top(root):
        yield _name(node)
        if node.type in _INERT:
            yield from (text(inner) for inner in walk(node) if inner.type == "identifier")
        elif node.type == "expression_statement":
            for inner in node.named_children:
                left = inner.child_by_field_name("left")
                if inner.type == "assignment" and left is not None:
                    yield from (text(one) for one in walk(left) if one.type == "identifier")
