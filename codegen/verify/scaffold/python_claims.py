"""Finds the claims in Python's native tests; rewritten, they do not give the answer away.

`assert f(1) == 2` becomes `assert name(f(1), (7, 2, 12), "0")`, likewise `self.assertEqual(…)`
in a test case; lines stay where they are. Only what runs directly in a test is rewritten: not in a
function within it, which the program may call, nor where the assertion may be meant to fail.
"""

from __future__ import annotations

import ast
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codegen.syntax import text, walk
from codegen.verify.scaffold.claims import Claim, candidates
from codegen.verify.scaffold.python_near import near
from codegen.verify.scaffold.unit import Edit, edited, seal

if TYPE_CHECKING:
    import tree_sitter

_LEAVES = ("return_statement", "raise_statement", "yield")
_INTO = ("if_statement", "elif_clause", "else_clause", "for_statement", "while_statement", "block")
_SHOWN = 300
_STAR, _WILDCARD = re.compile(rb"import\s*\*"), "wildcard_import"


@dataclass(frozen=True, slots=True)
class Claims:
    """The rewritten tests. `name` is what they ask; `all` says that they assert nothing else."""

    tests: str
    name: str
    claims: tuple[Claim, ...]
    all: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A statement of a test."""

    node: tree_sitter.Node
    test: str
    certain: bool


def rewritten(root: tree_sitter.Node, names: tuple[str, ...], script: str, nonce: str) -> Claims:
    """Return the tests with their claims rewritten. `script` is their name if they are one test."""
    source = _whole(root)
    name = "same_" + seal(nonce, "", "same").hex()
    if root.has_error:
        return Claims(source.decode(), name, (), all=False)
    dice = random.Random(seal(nonce, "", "claims"))  # noqa: S311 - seeded with a secret
    edits = list(_stars(root, name))
    claims: list[Claim] = []
    places = _script(root, script) if script else _tests(root, names)
    for place in places:
        edit = _rewritten(place, name, len(claims), dice)
        if edit is not None:
            claims.append(edit[1])
            edits.append(edit[0])
    sure = {claim.test for claim in claims if claim.certain}
    whole = sure == set(names) and len(claims) == sum(map(_asserts, walk(root)))
    return Claims(edited(source, edits).decode(), name, tuple(claims), all=whole)


def _whole(root: tree_sitter.Node) -> bytes:
    """Return the text that a tree was made from; the root begins at the first word of it."""
    row, column = root.start_point
    blank = root.start_byte - row - column
    return b" " * blank + b"\n" * row + b" " * column + (root.text or b"")


def _stars(root: tree_sitter.Node, name: str) -> Iterator[Edit]:
    """Yield edits that have the harness import all names of the solution, but those to leave."""
    if _STAR.search(root.text or b"") is None:
        return
    for node in walk(root):
        module = node.child_by_field_name("module_name")
        whole = node.type == "import_from_statement" and node.named_children[-1].type == _WILDCARD
        if whole and module is not None and text(module) == "solution":
            lines = "\\\n" * text(node).count("\n")
            yield Edit(node.start_byte, node.end_byte, f"{name}_star{lines}()".encode())


def _asserts(node: tree_sitter.Node) -> bool:
    """Whether a node asserts something, in whatever way."""
    if node.type == "assert_statement":
        return True
    if node.type != "call":
        return False
    called = node.child_by_field_name("function")
    return called is not None and text(called).rpartition(".")[2].startswith(
        ("assert", "raises", "fail")
    )


def _shown(node: tree_sitter.Node) -> str:
    return " ".join(text(node).split())[:_SHOWN]


# Where tests are.


def _script(root: tree_sitter.Node, test: str) -> Iterator[_Place]:
    called = {_called(node) for node in root.named_children}
    counts = Counter(map(_name, root.named_children))
    certain = True
    for node in root.named_children:
        if node.type != "function_definition":
            yield from _statement(node, test, certain=certain)
        elif _name(node) == "check" and "check" in called and counts["check"] == 1:
            yield from _function(node, test)
        certain = certain and not _leaves(node)


def _called(node: tree_sitter.Node) -> str:
    inner = node.named_children[0] if node.type == "expression_statement" else None
    function = inner.child_by_field_name("function") if inner and inner.type == "call" else None
    return "" if function is None else text(function)


def _tests(root: tree_sitter.Node, names: tuple[str, ...]) -> Iterator[_Place]:
    marked = b"pytestmark" in (root.text or b"")
    yield from () if marked else _named(root, "", names)


def _named(block: tree_sitter.Node, prefix: str, names: tuple[str, ...]) -> Iterator[_Place]:
    counts = Counter(_name(_definition(node)) for node in block.named_children)
    for node in filter(None, map(_bare, block.named_children)):
        name = prefix + _name(node)
        body = node.child_by_field_name("body")
        if counts[_name(node)] > 1 or body is None:
            continue
        if node.type == "function_definition" and name in names:
            yield from _function(node, name)
        elif node.type == "class_definition" and not prefix:
            yield from _named(body, name + "::", names)


def _bare(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return a definition; none that is decorated: it may be skipped, or expected to fail."""
    return node if node.type in ("function_definition", "class_definition") else None


def _definition(node: tree_sitter.Node) -> tree_sitter.Node:
    return node.child_by_field_name("definition") or node


def _name(node: tree_sitter.Node) -> str:
    name = node.child_by_field_name("name")
    return "" if name is None else text(name)


def _function(node: tree_sitter.Node, test: str) -> Iterator[_Place]:
    body = node.child_by_field_name("body")
    special = text(node).startswith("async") or _has(node, ("yield",))
    if body is not None and not special:
        yield from _block(body, test, certain=True)


def _block(block: tree_sitter.Node, test: str, *, certain: bool) -> Iterator[_Place]:
    for node in block.named_children:
        yield from _statement(node, test, certain=certain)
        certain = certain and not _leaves(node)


def _statement(node: tree_sitter.Node, test: str, *, certain: bool) -> Iterator[_Place]:
    if node.type in ("assert_statement", "expression_statement"):
        yield _Place(node, test, certain)
    elif node.type in _INTO:
        for child in node.named_children:
            yield from _statement(child, test, certain=False)
    elif node.type == "with_statement" and "subTest" in text(node).partition("\n")[0]:
        yield from _statement(node.named_children[-1], test, certain=False)


def _leaves(node: tree_sitter.Node) -> bool:
    """Whether what comes after a statement may not be reached."""
    return node.type not in ("function_definition", "class_definition") and _has(node, _LEAVES)


def _has(node: tree_sitter.Node, kinds: tuple[str, ...]) -> bool:
    """Whether there is a node of these kinds, each of which begins with its word, in another."""
    said = text(node)
    words = (kind.partition("_")[0] for kind in kinds)
    return any(word in said for word in words) and any(one.type in kinds for one in walk(node))


# What is asserted.


def _rewritten(
    place: _Place, name: str, number: int, dice: random.Random
) -> tuple[Edit, Claim] | None:
    whole = _said(place.node)
    found = None if whole is None else _candidates(whole, dice)
    if whole is None or found is None:
        return None
    asked, shown, written, right = found
    lines = "\n" * (text(whole).count("\n") - text(asked).count("\n"))
    new = f'{name}({text(asked)}, {shown}, "{number}"{lines})'
    at = f"test_solution.py:{place.node.start_point.row + 1}"
    claim = Claim(_shown(place.node), right, place.test, place.certain, at, written)
    return Edit(whole.start_byte, whole.end_byte, new.encode()), claim


def _candidates(
    whole: tree_sitter.Node, dice: random.Random
) -> tuple[tree_sitter.Node, str, tuple[str, ...], int] | None:
    """Return what is asked for its value, the candidates' source, and in words, and the right."""
    found = near(whole)
    if found is not None:
        made = candidates(found.literal, dice)
        if made is None:
            return None
        return found.asked, found.functions(made[0]), _written(made[0]), made[1]
    one, other = _sides(whole)
    for asked, literal in ((one, other), (other, one)):
        value = None if literal is None else _literal(literal)
        if asked is not None and value is not None and _literal(asked) is None:
            made = candidates(value, dice)
            return None if made is None else (asked, repr(made[0]), _written(made[0]), made[1])
    return None


def _written(values: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(repr(value)[:_SHOWN] for value in values)


def _said(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the condition of an assertion, or the call that is a statement."""
    inner = node.named_children[0] if node.named_children else None
    while inner is not None and inner.type == "parenthesized_expression":
        inner = inner.named_children[0] if inner.named_child_count == 1 else None
    called = inner is not None and inner.type == "call" and text(inner).startswith("self.assert")
    return inner if node.type == "assert_statement" or called else None


def _sides(node: tree_sitter.Node) -> tuple[tree_sitter.Node | None, tree_sitter.Node | None]:
    """Return the two sides that are said to be equal, if that is what is said."""
    if node.type == "comparison_operator" and node.child_count == 3:  # noqa: PLR2004 - two sides
        one, operator, other = node.children
        return (one, other) if operator.type == "==" else (None, None)
    function = node.child_by_field_name("function") if node.type == "call" else None
    arguments = node.child_by_field_name("arguments")
    if function is None or arguments is None or text(function) != "self.assertEqual":
        return None, None
    given = [one for one in arguments.named_children if one.type != "comment"]
    if len(given) < 2 or any(one.type in _UNPLAIN for one in given[:2]):  # noqa: PLR2004 - two sides
        return None, None
    return given[0], given[1]


_UNPLAIN = ("keyword_argument", "list_splat", "dictionary_splat", "generator_expression")


_NO_LITERALS = ("call", "identifier", "attribute", "subscript", "comparison_operator", "lambda")


def _literal(node: tree_sitter.Node) -> Any:
    """Return the value of a literal; None for anything else."""
    if node.type in _NO_LITERALS and text(node) != "set()":
        return None
    try:
        value = ast.literal_eval(text(node).strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    kinds = (bool, int, float, str, bytes, list, tuple, set, dict)
    return value if type(value) in kinds and value == value else None  # noqa: PLR0124 - NaN is not
