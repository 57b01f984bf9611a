"""What has to hold of the machinery that judges: names that must not lie, and tests that must fail.

A program that passes because `abs`, `==` or pytest no longer mean what they say has not passed.

Not here: what is patched and mended again before the look at the end, and objects that lie (`liars`).
"""

import builtins
import math
import os
import sys

import liars

# what each must return; a namesake of the program's own may raise, or agree
_PROBES = (
    ("abs", lambda it: it(-3) == 3),
    ("all", lambda it: not it([0])),
    ("any", lambda it: not it([0])),
    ("len", lambda it: it([0]) == 1),
    ("sorted", lambda it: it([2, 1]) == [1, 2]),
    ("isinstance", lambda it: not it(1, str)),
    ("round", lambda it: it(2.6) == 3),
)
_FREE = ("_", "__import__", "breakpoint", "copyright", "credits", "exit", "help", "input", "license", "open", "print",
         "quit")  # fmt: skip
BUILTINS = {name: item for name, item in vars(builtins).items() if name not in _FREE}
_CANARIES = """
import unittest
def test_{0}():
    assert {1} == {2}
def test_{3}():
    values = [{1}]
    assert not values
class Test{4}(unittest.TestCase):
    def test_{4}(self):
        self.assertEqual({1}, {2})
def test_{5}():
    raise AssertionError
def test_{6}():
    assert {1} in ({2},)
"""


def canaries():
    """Return {name: test} of tests that must fail, under names that nobody can guess."""
    from _pytest.assertion.rewrite import rewrite_asserts

    import ast

    names = [os.urandom(5).hex() for _ in range(5)]
    number = int.from_bytes(os.urandom(2), "big")
    text = _CANARIES.format(names[0], number, number + 1, *names[1:])
    tree = ast.parse(text)
    ast.increment_lineno(tree, 1_000_000)
    rewrite_asserts(tree, text.encode())
    namespace = {"__name__": "test_solution"}
    exec(compile(tree, "test_solution.py", "exec"), namespace)
    return {name: item for name, item in namespace.items() if name[:4].lower() == "test"}


_GENUINE = {}


def ahead():
    """Note what tests assert with while it is genuine; the program's job may only load it later."""
    import unittest.case

    _GENUINE.update(_framework())


class Check:
    """Made before the program is loaded; asked when all is done."""

    def __init__(self):
        self._builtins = BUILTINS
        self._isclose = math.isclose
        self._sentinel = [None]

    def replaced(self):
        """Return the name of what is no longer what it was; empty when all is."""
        for name, item in self._builtins.items():
            if getattr(builtins, name, None) is not item:
                return name
        for name, item in _framework():
            if _GENUINE.get(name, item) is not item:
                return name
        return "" if math.isclose is self._isclose else "math.isclose"

    def reason(self, namespace):
        """Return what no longer holds; empty when all is sound."""
        if self.replaced():
            return self.replaced()
        wrong = [
            name
            for name, holds in _PROBES
            if name in namespace and not _agrees(namespace[name], holds)
        ]
        return (wrong or [liars.found(self._sentinel) or _assertions()])[0]


def _framework():
    """Yield the names of functions that tests assert with, and the functions."""
    case = getattr(sys.modules.get("unittest"), "TestCase", None)
    for name in ("assertEqual", "assertTrue", "assertRaises", "fail", "run") if case else ():
        yield "TestCase." + name, vars(case).get(name)
    for name in ("raises", "approx", "fail", "skip") if "pytest" in sys.modules else ():
        yield "pytest." + name, vars(sys.modules["pytest"]).get(name)


def _agrees(it, holds):
    try:
        return bool(holds(it))
    except Exception:
        return True


def _assertions():
    if "pytest" not in sys.modules:
        return ""
    import unittest

    import pytest

    def equal():
        unittest.TestCase().assertEqual(1, 2)

    def true():
        unittest.TestCase().assertTrue(False)

    def raises():
        with pytest.raises(ValueError):
            pass

    for check in (equal, true, raises):
        try:
            check()
        except BaseException:
            continue
        return check.__name__
    return "" if pytest.approx(1.0) != 2.0 else "approx"
