"""The signature of a function of which only calls are known: types that all the values have.

Values are JSON, so an array is a list where its elements have one type, else a tuple, and an object
is a map with text for keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from codegen.errors import UsageError
from codegen.records import Parameter, Signature
from codegen.types import Type

_ANY = Type("any")
_SCALARS = {bool: "bool", int: "int", float: "float", str: "str"}
_MOST_IN_TUPLE = 4


def signature(name: str, calls: Sequence[Sequence[Any]], results: Sequence[Any]) -> Signature:
    """Return the signature of a function by its calls and what they return.

    Raises:
        UsageError: values at one place have no type in common, or calls differ in length.
    """
    if len({len(arguments) for arguments in calls}) != 1:
        raise UsageError("input: every call takes the same number of arguments")
    kinds = [_common(column, f"argument {n}") for n, column in enumerate(zip(*calls, strict=True))]
    parameters = tuple(Parameter(f"a{n}", str(kind)) for n, kind in enumerate(kinds))
    return Signature(name, parameters, str(_common(results, "output")))


def encoded(value: Any) -> Any:
    """Return a JSON value as `codegen.types` writes it: an object is an array of pairs."""
    if isinstance(value, dict):
        return [[key, encoded(one)] for key, one in value.items()]
    return [encoded(one) for one in value] if isinstance(value, list) else value


def _common(values: Sequence[Any], where: str) -> Type:
    found = _ANY
    for value in values:
        joined = _join(found, _type(value))
        if joined is None:
            raise UsageError(f"{where}: its values have no type in common")
        found = joined
    return _settled(found)


def _type(value: Any) -> Type | None:
    if value is None:
        return Type("optional", (_ANY,))
    if isinstance(value, dict):
        inner = _all(list(value.values()))
        return inner and Type("map", (Type("str"), inner))
    if isinstance(value, list):
        inner = _all(value)
        if inner is not None:
            return Type("list", (inner,))
        kinds = [_type(one) for one in value]
        if len(value) > _MOST_IN_TUPLE or None in kinds:
            return None
        return Type("tuple", tuple(one for one in kinds if one))
    return Type(_SCALARS[type(value)])


def _all(values: list[Any]) -> Type | None:
    found: Type | None = _ANY
    for value in values:
        found = _join(found, _type(value)) if found else None
    return found


def _join(first: Type | None, second: Type | None) -> Type | None:
    if first is None or second is None:
        return None
    if _ANY in (first, second):
        return second if first == _ANY else first
    if "optional" in (first.name, second.name):
        bare = (o.arguments[0] if o.name == "optional" else o for o in (first, second))
        inner = _join(*bare)
        return inner and Type("optional", (inner,))
    if {first.name, second.name} == {"int", "float"}:
        return Type("float")
    if first.name != second.name or len(first.arguments) != len(second.arguments):
        return None
    joined = [_join(a, b) for a, b in zip(first.arguments, second.arguments, strict=True)]
    return None if None in joined else Type(first.name, tuple(one for one in joined if one))


def _settled(kind: Type) -> Type:
    """Take an integer for what no value says anything about, such as the elements of `[]`."""
    if kind == _ANY:
        return Type("int")
    return Type(kind.name, tuple(map(_settled, kind.arguments)))
