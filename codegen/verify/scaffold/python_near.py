"""Finds assertions that something is near a literal, so that they can be asked as claims too.

`abs(f(x) - 2.5) < 1e-6`, `math.isclose(f(x), 2.5)`, `f(x) == pytest.approx(2.5)` and
`self.assertAlmostEqual(f(x), 2.5)`. The candidates become functions of the value, and lie so far
apart that no tolerance that is accepted here takes two of them.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codegen.syntax import text

if TYPE_CHECKING:
    import tree_sitter

VALUE = "codegen_value"
_WIDEST = 0.01
_SIDES = 2
_PLACES = 7  # of assertAlmostEqual, where none are given


@dataclass(frozen=True, slots=True)
class Near:
    """`asked` is said to be near `literal`; `test` says so of `VALUE`, `{}` is the literal."""

    asked: tree_sitter.Node
    literal: float
    test: str

    def functions(self, values: tuple[float, ...]) -> str:
        """Return the candidates as the source of a tuple."""
        tests = (self.test.replace("{}", repr(value)) for value in values)
        return "(" + ", ".join(f"(lambda {VALUE}: {test})" for test in tests) + ",)"


def near(node: tree_sitter.Node) -> Near | None:
    """Return what a condition, or a call of a test case's method, says; None if it is another."""
    if node.type == "comparison_operator" and node.child_count == 3:  # noqa: PLR2004 - two sides
        one, operator, other = node.children
        if operator.type in ("<", "<="):
            return _difference(one, operator.type, other)
        return _approx(one, other) or _approx(other, one) if operator.type == "==" else None
    name, given = _call(node)
    if name in ("math.isclose", "isclose"):
        return _pair(given, f"{name}({VALUE}, {{}}{_options(given[_SIDES:])})")
    if name == "self.assertAlmostEqual":
        places = _number(given[_SIDES]) if len(given) > _SIDES else _PLACES
        if places is None or not _SIDES <= places <= _PLACES or len(given) > _SIDES + 1:
            return None
        return _pair(given, f"round(abs({VALUE} - {{}}), {int(places)}) == 0")
    return None


def _difference(one: tree_sitter.Node, operator: str, other: tree_sitter.Node) -> Near | None:
    name, given = _call(one)
    widest = _number(other)
    if name not in ("abs", "math.fabs", "fabs") or len(given) != 1 or not _fine(widest):
        return None
    inner = given[0]
    while inner.type == "parenthesized_expression" and inner.named_child_count == 1:
        inner = inner.named_children[0]
    if inner.type != "binary_operator" or inner.children[1].type != "-":
        return None
    sides = [inner.children[0], inner.children[2]]
    return _pair(sides, f"{name}({VALUE} - {{}}) {operator} {widest!r}")


def _approx(one: tree_sitter.Node, other: tree_sitter.Node) -> Near | None:
    name, given = _call(other)
    value = _number(given[0]) if given else None
    if name not in ("pytest.approx", "approx") or value is None or not _tolerable(given[1:]):
        return None
    return Near(one, value, f"{VALUE} == {name}({{}}{_options(given[1:])})")


def _pair(given: list[tree_sitter.Node], test: str) -> Near | None:
    if len(given) < _SIDES or not _tolerable(given[_SIDES:]):
        return None
    for asked, literal in (given[:2], given[1::-1]):
        value = _number(literal)
        if value is not None and _number(asked) is None and asked.type != "keyword_argument":
            return Near(asked, value, test)
    return None


def _call(node: tree_sitter.Node) -> tuple[str, list[tree_sitter.Node]]:
    function = node.child_by_field_name("function") if node.type == "call" else None
    arguments = node.child_by_field_name("arguments")
    if function is None or arguments is None or arguments.type != "argument_list":
        return "", []
    return text(function), [one for one in arguments.named_children if one.type != "comment"]


def _options(given: list[tree_sitter.Node]) -> str:
    return "".join(", " + " ".join(text(one).split()) for one in given)


def _tolerable(given: list[tree_sitter.Node]) -> bool:
    """Whether further arguments are only tolerances, and fine ones."""
    for one in given:
        value = one.child_by_field_name("value") if one.type == "keyword_argument" else one
        if value is None or not _fine(_number(value)):
            return False
    return True


def _fine(widest: float | None) -> bool:
    return widest is not None and 0 <= widest <= _WIDEST


def _number(node: tree_sitter.Node) -> float | None:
    """Return the value of a number that is written out, and small enough to be exact."""
    try:
        value = ast.literal_eval(text(node).strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    known = type(value) in (int, float) and abs(value) < 1e15  # noqa: PLR2004 - exact as a float
    return float(value) if known else None
