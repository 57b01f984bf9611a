"""What a benchmark's tests in Python ask of a class: its name, the methods, how it is constructed.

    stack = Stack(3); stack.push(1); assert stack.pop() == 1
    self.assertEqual(Stack(3).size(), 0)

A problem's class can be asked the same where it is constructed from as many values and has all of
the methods. Names of methods count, as nothing else says which is which; that of the class does
not.

Not here: running the tests (`codegen.contamination.natively`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codegen.declaration import method_name

if TYPE_CHECKING:
    from codegen.contamination.questions import Question
    from codegen.language import Language
    from codegen.records import Signature

_LEAST_CLAIMS = 3  # fewer say too little
_CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class Asked:
    """What tests ask of a class that they call `name`; `given` counts the values it is made of."""

    name: str
    methods: frozenset[str]
    given: frozenset[int]
    claims: int

    def suits(self, signature: Signature, language: Language) -> bool:
        """Whether a class can be asked the same, and the tests say enough."""
        known = {method_name(language, one) for one in signature.methods}
        return (
            self.claims >= _LEAST_CLAIMS
            and bool(self.methods)
            and self.methods <= known
            and self.given == {len(signature.parameters)}
        )


def asked_of_class(question: Question) -> Asked | None:
    """Return what a question's tests ask of a class; None where they construct none that it has."""
    tree = _parsed(question.tests)
    made = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
    called = {one.func.id for one in made if isinstance(one.func, ast.Name)}
    known = [*_classes(question.text), *_classes(question.code)]
    name = next((one for one in reversed(known) if one in called), "")
    if not name and known and _CANDIDATE in called:
        name = known[-1]
    if not name:
        return None
    names = {name, _CANDIDATE}
    objects = {target for one in ast.walk(tree) for target in _bound(one, names)}
    return Asked(
        name,
        frozenset(_methods(tree, names, objects)),
        frozenset(len(one.args) + len(one.keywords) for one in made if _makes(one, names)),
        sum(_claims(one) for one in ast.walk(tree)),
    )


def _classes(text: str) -> Iterator[str]:
    yield from (one.name for one in _parsed(text).body if isinstance(one, ast.ClassDef))


def _bound(node: ast.AST, names: set[str]) -> Iterator[str]:
    """Yield what is bound to a new object: `stack`, `self.stack`."""
    if isinstance(node, ast.Assign) and _makes(node.value, names):
        yield from map(ast.unparse, node.targets)
    if isinstance(node, ast.AnnAssign) and node.value is not None and _makes(node.value, names):
        yield ast.unparse(node.target)


def _methods(tree: ast.AST, names: set[str], objects: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if _makes(owner, names) or ast.unparse(owner) in objects:
                yield node.func.attr


def _makes(node: ast.expr, names: set[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _claims(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr.startswith("assert")
    return isinstance(node, ast.Assert)


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])
