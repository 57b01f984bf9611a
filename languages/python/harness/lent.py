"""What the tests see of the program, and the builtins that they see whatever the program does.

Tests that find the program's names in scope, or import all of them, get what a test would ask for: no
hook or fixture that pytest would take for the tests' own, and no namesake of a builtin, but where it is
what they test.

Not here: names that the tests import one by one; they say themselves what they want.
"""

import builtins
import sys
import types

import soundness

_TAKEN = {"setup", "teardown", "setup_module", "teardown_module", "setup_function", "teardown_function",
          "setUpModule", "tearDownModule", "pytestmark", "pytest_plugins"}  # fmt: skip
_BUILTINS = {name for name in (*soundness.BUILTINS, "open") if name[:2] != "__"}


class Builtins(dict):
    """The builtins of the tests' own functions, as they were before the program was loaded.

    What tests may well replace, such as `print`, is looked up where it is replaced. A name that pytest
    would take for its own is here as well: the tests find it, and pytest does not.
    """

    def __init__(self):
        super().__init__(soundness.BUILTINS)
        # the interpreter takes it from here without asking further
        self["__import__"] = builtins.__import__

    def __missing__(self, name):
        return vars(builtins)[name]


def lend(names, namespace, meant):
    """Give the tests' namespace the program's names."""
    for name in list(names):
        if name[:2] == "__" or (name in _BUILTINS and name not in meant):
            continue
        if taken(name, names[name]):
            namespace["__builtins__"].setdefault(name, names[name])
        else:
            namespace[name] = names[name]


def star(module, namespace, meant):
    """Do what `from module import *` does."""
    names = vars(module)
    public = names.get("__all__")
    if public is None:
        public = [name for name in names if name[:1] != "_"]
    lend({name: getattr(module, name) for name in public}, namespace, meant)


def taken(name, item):
    """Whether pytest would take it for a hook of the tests, or a fixture."""
    return name in _TAKEN or name[:7] == "pytest_" or _is_fixture(item)


def _is_fixture(item):
    if type(item).__name__ == "FixtureFunctionDefinition":
        return True
    try:  # as pytest had it before 8.4
        return type(item._pytestfixturefunction).__name__ == "FixtureFunctionMarker"
    except Exception:
        return False


def withdrawn(names, namespace):
    """Take away fixtures of the program that the tests import by name: each of them wants none."""
    for name in list(namespace):
        if name in names and names[name] is namespace[name] and _is_fixture(names[name]):
            del namespace[name]


def apart(module, meant):
    """Return the module itself, or one without the namesakes of builtins that it has of its own."""
    names = vars(module)
    if not any(name in names and name not in meant for name in _BUILTINS):
        return module
    other = types.ModuleType(module.__name__)
    vars(other).update(
        {name: names[name] for name in names if name not in _BUILTINS or name in meant}
    )
    return other


def program():
    """Return the names of the program's module, where there is one."""
    return getattr(sys.modules.get("solution"), "__dict__", {})
