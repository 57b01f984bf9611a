"""What a benchmark's tests say of its function: calls with literal arguments, and what they give.

A call counts when all that it is given and all that is expected can be read; the others are counted
too, so that it is known whether the tests were read as a whole.

    Python       assert f(1) == 2, f(1) is None, not f(1), abs(f(1) - 2) < 1e-6, set(f(1)) == {2}
    others       assert_eq!(f(1), 2), assert.deepEqual(f(1), 2), assert(f(1) == 2),
                 f(1).equals(2), Go's tables with one field for the call and one for the value

Not here: what a literal is worth (`codegen.contamination.literals`), and whether the values are of
a signature's types (`codegen.contamination.fit`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codegen import syntax
from codegen.contamination import expressions, literals
from codegen.contamination.tokens import NotALiteral
from codegen.language import Language
from codegen.records import Comparator

if TYPE_CHECKING:
    import tree_sitter

_CLOSE = frozenset(("isclose", "approx", "allclose"))
_WANTED = ("expected", "want", "wanted", "exp", "output", "result")
_TRUTH = frozenset(("assert", "assertTrue", "assert_true", "ok", "assert.ok"))
_WRAPS = {"set": Comparator.SET, "frozenset": Comparator.SET, "sorted": Comparator.UNORDERED}
_CALLS = frozenset(("call_expression", "method_invocation"))
_THROUGH = frozenset(
    (
        "parenthesized_expression",
        "argument",
        "literal_element",
        "cast_expression",
        "await_expression",
    )
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call that tests make and what it should give, as plain values of Python."""

    arguments: tuple[Any, ...]
    expected: Any
    comparator: Comparator = Comparator.EXACT


@dataclass(frozen=True, slots=True)
class Reading:
    """The calls that could be read, each once, and how many could not be."""

    calls: tuple[Call, ...] = ()
    unread: int = 0


def read_calls(language: Language, tests: str, names: frozenset[str]) -> Reading:
    """Return the calls of a function that goes by one of the names, out of tests."""
    if language.name == "python":
        found = list(_python(tests, names))
    else:
        found = list(_grammar(language, tests, names))
    read = {repr(one): one for one in found if one is not None}
    return Reading(tuple(read.values()), sum(one is None for one in found))


def _python(tests: str, names: frozenset[str]) -> Iterator[Call | None]:
    try:
        tree = ast.parse(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield None
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            for part in _conjuncts(node.test):
                if any(_is_call(one, names) for one in ast.walk(part)):
                    yield _asserted(part, names)


def _conjuncts(test: ast.expr) -> list[ast.expr]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return test.values
    return [test]


def _is_call(node: ast.AST, names: frozenset[str]) -> bool:
    return isinstance(node, ast.Call) and _name(node) in names


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _asserted(test: ast.expr, names: frozenset[str]) -> Call | None:  # noqa: PLR0911 - one return per form
    try:
        match test:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
                return _equal(left, right, names)
            case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE()], comparators=[_]):
                return _near(left, names)
            case ast.UnaryOp(op=ast.Not(), operand=inside):
                return _call(inside, False, names)
            case ast.Call() if _name(test) in _CLOSE:
                return _equal(test.args[0], test.args[1], names)
            case ast.Call():
                return _call(test, True, names)
    except (NotALiteral, IndexError):
        return None
    return None


def _equal(left: ast.expr, right: ast.expr, names: frozenset[str]) -> Call:
    if not any(_is_call(one, names) for one in ast.walk(left)):
        left, right = right, left
    if isinstance(right, ast.Call) and _name(right) in _CLOSE:
        right = right.args[0]
    return _call(left, expressions.value_of(right), names)


def _near(difference: ast.expr, names: frozenset[str]) -> Call:
    """Read the left side of `abs(f(x) - y) < 1e-6`."""
    match difference:
        case ast.Call(args=[ast.BinOp(left=left, op=ast.Sub(), right=right)]) if _name(
            difference
        ) in ("abs", "fabs"):
            return _equal(left, right, names)
    raise NotALiteral(ast.unparse(difference)[:80])


def _call(node: ast.expr, expected: Any, names: frozenset[str]) -> Call:
    comparator = Comparator.EXACT
    while isinstance(node, ast.Call) and _name(node) not in names and len(node.args) == 1:
        if _name(node) not in (*_WRAPS, "list", "tuple"):
            break
        comparator = _WRAPS.get(_name(node), comparator)
        node = node.args[0]
    if not isinstance(node, ast.Call) or _name(node) not in names or node.keywords:
        raise NotALiteral(ast.unparse(node)[:80])
    return Call(tuple(expressions.value_of(one) for one in node.args), expected, comparator)


def _grammar(language: Language, tests: str, names: frozenset[str]) -> Iterator[Call | None]:
    source = _without_macros(tests) if language.name == "rust" else tests
    root = syntax.parse(language, source.encode("utf-8", "surrogatepass")).root_node
    for node in syntax.walk(root):
        if node.type in _CALLS and literals.callee_of(node).split(".")[-1] in names:
            try:
                expected = _expected(node)
                given = tuple(literals.value_of(one) for one in literals.arguments_of(node))
                yield Call(given, expected)
            except NotALiteral:
                yield None


def _without_macros(text: str) -> str:
    """Write Rust's macros as what a parser sees through: calls and arrays."""
    text = re.sub(r"\bvec!\s*\[", "[", text)
    return re.sub(r"\b(assert(?:_eq|_ne)?)!\s*\(", r"\1(", text)


def _expected(call: tree_sitter.Node) -> Any:
    """Return the value that stands against a call."""
    node, parent = call, call.parent
    while parent is not None and parent.type in _THROUGH:
        node, parent = parent, parent.parent
    if parent is None:
        raise NotALiteral(call.type)
    if parent.type == "binary_expression":
        return _across(parent, node)
    if parent.type == "unary_expression" and syntax.text(parent).startswith("!"):
        return False
    if parent.type in ("method_invocation", "member_expression", "field_expression"):
        return _method(parent, node)
    if parent.type == "keyed_element":
        return _in_table(parent)
    if parent.type in ("argument_list", "arguments") and parent.parent is not None:
        return _among(parent, node)
    if parent.type in ("assert_statement", "assert_expression"):
        return True
    raise NotALiteral(parent.type)


def _across(comparison: tree_sitter.Node, node: tree_sitter.Node) -> Any:
    operator = comparison.child_by_field_name("operator")
    if operator is None or syntax.text(operator) not in ("==", "==="):
        raise NotALiteral(comparison.type)
    other = next(one for one in comparison.named_children if one != node)
    return literals.value_of(other)


def _method(parent: tree_sitter.Node, node: tree_sitter.Node) -> Any:
    """Read `f(x).equals(y)`, and `expect(f(x)).toEqual(y)` from what `expect` gives."""
    call = parent if parent.type == "method_invocation" else parent.parent
    if call is None or not re.search(
        r"\b(equals|toBe|toEqual|toStrictEqual)$", literals.callee_of(call)
    ):
        raise NotALiteral(parent.type)
    given = [one for one in literals.arguments_of(call) if one != node]
    if len(given) != 1:
        raise NotALiteral(parent.type)
    return literals.value_of(given[0])


def _in_table(element: tree_sitter.Node) -> Any:
    """Read the field of a Go table's row that holds what is expected."""
    row = element.parent
    for other in [] if row is None else row.named_children:
        parts = other.named_children
        if other.type == "keyed_element" and syntax.text(parts[0]) in _WANTED:
            return literals.value_of(parts[-1])
    raise NotALiteral("keyed_element")


def _among(given: tree_sitter.Node, node: tree_sitter.Node) -> Any:
    """Read the other argument of an assertion."""
    assertion = given.parent
    assert assertion is not None
    name = literals.callee_of(assertion)
    others = [one for one in given.named_children if one != node and not syntax.is_comment(one)]
    if not others and name.split(".")[-1] == "expect":
        return _expected(assertion)
    if not others and name in _TRUTH:
        return True
    if not re.search(r"(?i)equal|assert_eq|^assert$", name) or re.search(r"(?i)not|unequal", name):
        raise NotALiteral(name)
    if not others:
        raise NotALiteral(name)
    return literals.value_of(others[0])
