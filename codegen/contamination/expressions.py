"""Values that a Python expression writes out: literals, and the little arithmetic tests use.

Nothing is executed, and nothing grows: `10 ** 9` and `[0] * 5` are read, `"a" * 10 ** 9` is not.

Not here: the other languages (`codegen.contamination.literals`).
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable
from typing import Any

from codegen.contamination.tokens import NotALiteral

_MOST = 10_000
_LARGEST = 1 << 64
_NUMBERS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
_MAKERS: dict[str, Callable[..., Any]] = {
    "set": set, "frozenset": set, "list": list, "tuple": tuple, "dict": dict, "sorted": sorted,
    "float": float, "int": int, "str": str, "round": round, "abs": abs, "len": len,
}  # fmt: skip


def value_of(node: ast.expr) -> Any:
    """Return the value that an expression writes out; sets stay sets.

    Raises:
        NotALiteral: it has to be computed.
    """
    try:
        return _value(node)
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise NotALiteral(str(error)) from error


def _value(node: ast.expr) -> Any:  # noqa: PLR0911 - one return per kind of literal
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return value
        case ast.List(elts=parts):
            return [_value(one) for one in parts]
        case ast.Tuple(elts=parts):
            return tuple(_value(one) for one in parts)
        case ast.Set(elts=parts):
            return {_value(one) for one in parts}
        case ast.Dict(keys=keys, values=values):
            return _dict(zip(keys, values, strict=True))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not() as sign, operand=inside):
            return _signed(sign, _value(inside))
        case ast.BinOp(left=left, op=how, right=right):
            return _combined(how, _value(left), _value(right))
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in _MAKERS:
            return _bounded(_MAKERS[name](*(_value(one) for one in given)))
    raise NotALiteral(ast.unparse(node)[:80])


def _dict(pairs: Iterable[tuple[ast.expr | None, ast.expr]]) -> dict[Any, Any]:
    made = {}
    for key, value in pairs:
        if key is None:
            raise NotALiteral("**")
        made[_value(key)] = _value(value)
    return made


def _signed(sign: ast.unaryop, value: Any) -> Any:
    if isinstance(sign, ast.Not):
        return not value
    return -value if isinstance(sign, ast.USub) else +value


def _combined(how: ast.operator, left: Any, right: Any) -> Any:
    numbers = all(isinstance(one, (int, float)) for one in (left, right))
    if isinstance(how, ast.Pow) and numbers and abs(left) <= _LARGEST and 0 <= right <= 64:  # noqa: PLR2004 - small powers
        return _bounded(left**right)
    if numbers and type(how) in _NUMBERS:
        return _bounded(_NUMBERS[type(how)](left, right))
    if (
        isinstance(how, ast.Add)
        and type(left) is type(right)
        and isinstance(left, (str, list, tuple))
    ):
        return _bounded(left + right)
    if isinstance(how, ast.Mult):
        what, times = (left, right) if isinstance(right, int) else (right, left)
        if isinstance(what, (str, list, tuple)) and len(what) * times <= _MOST:
            return what * times
    raise NotALiteral(type(how).__name__)


def _bounded(value: Any) -> Any:
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise NotALiteral("too large")
    if hasattr(value, "__len__") and len(value) > _MOST:
        raise NotALiteral("too long")
    return value
