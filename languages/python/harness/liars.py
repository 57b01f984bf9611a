"""Finds classes of the program whose objects agree with whatever a test compares them with.

What equals two different values of one builtin type is of no use but to pass. So is what is on both
sides of everything, holds everything, or is near to every number. An honest class may be as coarse: it
equals most whole numbers, or two texts that have nothing in common; that is rare, and refused as well.

Not here: objects that lie by what they hold, and are gone before the end or not shown by the collector; what a
library lies with, such as `unittest.mock.ANY`; classes that are gone by then, but for an `__eq__` of that name.
"""

import builtins
import gc
import os
import types

_lineage = type.__dict__["__mro__"].__get__
# Of each type what has little in common: no order, length, letter or remainder does. Of numbers
# two at most share a remainder.
_VALUES = {
    int: (1, 10, -7, 40962),
    float: (0.25, -7.25, 3.5, 1e9),
    str: ("a text", "zebra", "answer", "Zq 17"),
    bytes: (b"a text", b"zebra"),
    bool: (False, True),
    list: ([3, 1, 4], [2], ["x", "y"]),
    tuple: ((3, 1, 4), (2,), ("x", "y")),
    set: ({3, 1, 4}, {2}),
    frozenset: (frozenset({3, 1, 4}), frozenset({2})),
    dict: ({"a": 1}, {2: [3], 4: 5}),
}
_ENOUGH = {int: 3, float: 3}
_MIDDLE = {int: 5, float: 1.5, str: "m"}
_CONTAINERS = (str, bytes, list, tuple, set, frozenset, dict)
_ALL = [value for values in _VALUES.values() for value in values]
_ORDER = {
    "__lt__": lambda one, other: one < other,
    "__le__": lambda one, other: one <= other,
    "__gt__": lambda one, other: one > other,
    "__ge__": lambda one, other: one >= other,
}
_LIVE = 3


class _Bare:
    """Stands for an object of a class that is no longer there."""


def found(sentinel):
    """Return the name of what makes an object of the program agree with anything."""
    for code in _codes("solution.py"):
        if code.co_name == "__eq__":
            cells = tuple(types.CellType() for _ in code.co_freevars)
            equal = types.FunctionType(code, dict(vars(builtins)), code.co_name, None, cells)
            if _equals_too_much(equal, _Bare()):
                return code.co_qualname if hasattr(code, "co_qualname") else code.co_name
    made = objects(sentinel)
    for kind in _classes(made):
        own = [name for name, item in list(vars(kind).items()) if _own(kind, name, item)]
        for name in own:
            if any(_ASKED[name](kind, one, name, own) for one in _instances(kind, made)):
                return kind.__name__ + "." + name
    return ""


def _codes(path):
    """Return the code objects of a file that may hold one of the name."""
    try:
        with open(path, "rb") as file:
            source = file.read()
        if source.isascii() and b"__eq__" not in source:
            return []
        waiting = [compile(source, path, "exec", dont_inherit=True)]
    except (OSError, SyntaxError, ValueError):
        return []
    for code in waiting:
        waiting.extend(one for one in code.co_consts if isinstance(one, types.CodeType))
    return waiting


def objects(sentinel):
    """Return the objects that were made since the sentinel was; nothing if that cannot be told.

    To look at every class there is would cost more than most programs. What came before is frozen, and the
    garbage collector shows the rest, unless the program has frozen that as well.
    """
    made = gc.get_objects()
    return made if any(one is sentinel for one in made) else []


def _classes(made):
    if not made:
        return _subclasses(object, set())
    return [one for one in made if type in _lineage(type(one))]


def _subclasses(kind, seen):
    for inner in type.__subclasses__(kind):
        if inner not in seen and inner is not type:
            seen.add(inner)
            _subclasses(inner, seen)
    return seen


def _own(kind, name, item):
    """Whether a method that is asked is the program's; paths of libraries and tests begin at the root."""
    if name not in _ASKED or item is None:
        return False
    if isinstance(item, types.FunctionType):
        path = item.__code__.co_filename
        return os.path.basename(path) == "solution.py" or not os.path.isabs(path)
    # what C has made for the name is what a builtin type has
    made = isinstance(item, types.WrapperDescriptorType) and item.__name__ == name
    return not made and kind.__module__ in ("solution", "__main__")


def _instances(kind, made):
    for arguments in ((), *((_MIDDLE[base],) for base in _MIDDLE if base in _lineage(kind))):
        try:
            yield kind.__new__(kind, *arguments)
        except Exception:
            continue
    yield _Bare()
    yield from [one for one in made if type(one) is kind][:_LIVE]


def _says(asked, *given):
    """Whether what is asked is said to be so."""
    try:
        answer = asked(*given)
        return answer is not NotImplemented and bool(answer)
    except Exception:
        return False


def _equal(kind, one, name, own):
    method = vars(kind)[name]
    if isinstance(method, types.FunctionType):
        return _equals_too_much(method, one)
    return type(one) is not _Bare and _equals_too_much(lambda it, other: it == other, one)


def _equals_too_much(equal, one):
    return any(
        sum(_says(equal, one, value) for value in values) >= _ENOUGH.get(base, 2)
        for base, values in _VALUES.items()
    )


def _ordered(kind, one, name, own):
    """Whether an object is above, or below, whatever there is, or both at once."""
    if type(one) is _Bare:
        return False
    for base, middle in _MIDDLE.items():
        # only of one that is made of the middle it is known that something is on either side
        if base in _lineage(kind) and _says(base.__eq__, one, middle):
            return all(_says(_ORDER[name], one, value) for value in _VALUES[base])
    both = {"__lt__", "__gt__"} <= set(own)
    return both and any(
        _says(_ORDER["__lt__"], one, value) and _says(_ORDER["__gt__"], one, value)
        for value in _ALL
    )


def _holds(kind, one, name, own):
    """Whether a container holds anything: an empty one whatever it is asked for."""
    values = [object(), *_ALL]
    held = sum(_says(lambda value: value in one, value) for value in values)
    empty = any(base in _lineage(kind) and one == base() for base in _CONTAINERS)
    return held > 1 if empty else held == len(values)


def _near(kind, one, name, own):
    """Whether a number is near to every other."""
    numbers = (*_VALUES[int], *_VALUES[float])
    return type(one) is not _Bare and all(
        _says(lambda value: abs(one - value) < 0.5 or abs(value - one) < 0.5, value)
        for value in numbers
    )


_ASKED = {
    "__eq__": _equal,
    **dict.fromkeys(_ORDER, _ordered),
    "__contains__": _holds,
    "__sub__": _near,
    "__rsub__": _near,
}
