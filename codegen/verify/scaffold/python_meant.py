"""Finds out which builtins' names tests use for the solution's own functions.

Where tests find the solution's names in scope, one with a `range` or `zip` of its own could decide
what they test. The tests get the builtin, but where they mean the solution's: its name is
that of the function asked for, they call it as the builtin cannot be called, or they use
nothing else that could be the solution's.

Not here: names that tests import one by one.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
from collections.abc import Iterator

_DEFINED = re.compile(r"\b(?:def|class)\s+(\w+)|^(\w+)\s*[:=]", re.MULTILINE)
_NAMES = frozenset(name for name in vars(builtins) if not name.startswith("_"))
# how many arguments those take that do not say so themselves
_MOST = {
    "bool": 1, "bytes": 3, "dict": 1, "dir": 1, "filter": 2, "frozenset": 1, "getattr": 3, "int": 2,
    "iter": 2, "next": 2, "range": 3, "set": 1, "slice": 3, "str": 3, "type": 3, "vars": 1,
}  # fmt: skip


def meant(solution: str, tests: str, entry: str) -> tuple[str, ...]:
    """Return the names of builtins that are the solution's own in its tests."""
    defined = {one or other for one, other in _DEFINED.findall(solution)} & _NAMES
    if not defined:
        return ()
    try:
        nodes = list(ast.walk(ast.parse(tests)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    used = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    free = used.difference(name for one in nodes for name in _bound(one))
    found = free & defined if free <= _NAMES else set(_miscalled(nodes))
    return tuple(sorted(defined & (found | {entry})))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield from () if isinstance(node.ctx, ast.Load) else (node.id,)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name


def _miscalled(nodes: list[ast.AST]) -> Iterator[str]:
    """Yield the names of builtins that are called with more arguments than they take."""
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            most = _most(node.func.id) if node.func.id in _NAMES else None
            if most is not None and len(node.args) > most:
                yield node.func.id


def _most(name: str) -> int | None:
    """Return how many arguments a builtin takes by their place; None if nobody knows."""
    try:
        given = inspect.signature(getattr(builtins, name)).parameters.values()
    except (TypeError, ValueError):
        return _MOST.get(name)
    if any(one.kind is one.VAR_POSITIONAL for one in given):
        return None
    return sum(one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) for one in given)
