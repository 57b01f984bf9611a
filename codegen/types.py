"""The small type language of signatures, and how its values are written as JSON.

    bool      true, false
    int       an integer in the signed 64-bit range
    float     a number; "NaN", "Infinity", "-Infinity" as strings; -0.0 is kept
    str       a string
    list[T]   an array
    tuple[A, B, …]   an array of that length (two to four)
    map[K, V] an array of [key, value] pairs, in any order, each key once; K is bool, int or str
    optional[T]      null or T; T is not itself optional

Two more types cannot be written in a signature, they are what a class's case comes to:

    nothing   null, where a method returns nothing
    results[A, B, …]   an array with the result of each operation

Not here: which operations a case has (`codegen.operations`), comparing two values
(`codegen.verify.compare`).
"""

from __future__ import annotations

import functools
import math
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from codegen.errors import UsageError

SCALARS = ("bool", "int", "float", "str")
_ARITY = {"list": (1, 1), "optional": (1, 1), "map": (2, 2), "tuple": (2, 4)}
_TOKEN = re.compile(r"\s*([a-z]+|\[|\]|,)")
_INT64 = 1 << 63
_MOST_FLOAT = int(sys.float_info.max)
_SPECIAL_FLOATS = ("NaN", "Infinity", "-Infinity")


@dataclass(frozen=True, slots=True)
class Type:
    """A parsed type: `list[int]` is `Type("list", (Type("int"),))`."""

    name: str
    arguments: tuple[Type, ...] = ()

    def __str__(self) -> str:
        """Return the text that parses to this type."""
        if not self.arguments:
            return self.name
        return f"{self.name}[{', '.join(map(str, self.arguments))}]"


@functools.lru_cache(maxsize=4096)  # signatures use a few types, and are looked at again and again
def parse(text: str) -> Type:
    """Parse a type.

    Raises:
        UsageError: the text is not a type of this language; says where.
    """
    tokens = _tokens(text)
    found, rest = _parse(tokens, text)
    if rest:
        raise UsageError(f"type {text!r}: unexpected {rest[0]!r}")
    return found


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise UsageError(f"type {text!r}: unexpected {stripped[at:].strip()[:1]!r}")
        tokens.append(match[1])
        at = match.end()
    return tokens


def _parse(tokens: list[str], text: str) -> tuple[Type, list[str]]:
    if not tokens:
        raise UsageError(f"type {text!r}: ends too early")
    name, rest = tokens[0], tokens[1:]
    if name in SCALARS:
        return Type(name), rest
    if name not in _ARITY:
        known = ", ".join((*SCALARS, *_ARITY))
        raise UsageError(f"type {text!r}: unknown type {name!r} (known: {known})")
    if rest[:1] != ["["]:
        raise UsageError(f"type {text!r}: {name} needs arguments, as in {name}[int]")
    arguments, rest = _arguments(rest[1:], text)
    made = Type(name, tuple(arguments))
    _check(made, text)
    return made, rest


def _arguments(tokens: list[str], text: str) -> tuple[list[Type], list[str]]:
    found: list[Type] = []
    while True:
        argument, tokens = _parse(tokens, text)
        found.append(argument)
        if tokens[:1] == ["]"]:
            return found, tokens[1:]
        if tokens[:1] != [","]:
            raise UsageError(f"type {text!r}: expected ',' or ']'")
        tokens = tokens[1:]


def _check(made: Type, text: str) -> None:
    low, high = _ARITY[made.name]
    if not low <= len(made.arguments) <= high:
        raise UsageError(f"type {text!r}: {made.name} takes {low} to {high} arguments")
    if made.name == "map" and made.arguments[0].name not in ("bool", "int", "str"):
        raise UsageError(f"type {text!r}: a map's key is bool, int or str")
    if made.name == "optional" and made.arguments[0].name == "optional":
        raise UsageError(f"type {text!r}: optional of optional")


def mismatch(value: Any, kind: Type, where: str = "value") -> str:
    """Return why a JSON value is not of a type, or an empty string when it is.

    An integer is accepted where a float is declared (JSON writers drop the point).
    """
    # nearly all values fit: only where one does not is it found out at which place
    return "" if _fits(kind)(value) else _reason(value, kind, where)


def _fits(kind: Type) -> Callable[[Any], bool]:
    """Return what says whether a value is of a type."""
    if kind.name == "results":  # each case has a type of its own
        return functools.partial(_fits_all, [_fits(one) for one in kind.arguments])
    return _checker(kind)


@functools.lru_cache(maxsize=4096)
def _checker(kind: Type) -> Callable[[Any], bool]:
    inner = [_checker(one) for one in kind.arguments]
    match kind.name:
        case "nothing":
            return lambda value: value is None
        case "optional":
            return lambda value: value is None or inner[0](value)
        case "list":
            return lambda value: isinstance(value, list) and all(map(inner[0], value))
        case "tuple":
            return functools.partial(_fits_all, inner)
        case "map":
            return functools.partial(_is_map, inner)
        case _:
            return _SCALAR[kind.name]


def _fits_all(inner: Sequence[Callable[[Any], bool]], value: Any) -> bool:
    if not isinstance(value, list) or len(value) != len(inner):
        return False
    for fits, item in zip(inner, value, strict=True):  # noqa: SIM110 - half the time of `all`
        if not fits(item):
            return False
    return True


def _is_map(inner: Sequence[Callable[[Any], bool]], value: Any) -> bool:
    if not isinstance(value, list) or not all(_fits_all(inner, pair) for pair in value):
        return False
    return len({key for key, _ in value}) == len(value)


def _is_int(value: Any) -> bool:
    return type(value) is int and -_INT64 <= value < _INT64


def _is_float(value: Any) -> bool:
    if isinstance(value, str):
        return value in _SPECIAL_FLOATS
    if type(value) is int:
        return abs(value) <= _MOST_FLOAT
    return type(value) is float and math.isfinite(value)


_SCALAR: dict[str, Callable[[Any], bool]] = {
    "bool": lambda value: type(value) is bool,
    "int": _is_int,
    "float": _is_float,
    "str": lambda value: type(value) is str,
}


def _reason(value: Any, kind: Type, where: str) -> str:
    if kind.name == "optional":
        return "" if value is None else _reason(value, kind.arguments[0], where)
    if kind.name in (*SCALARS, "nothing") or not isinstance(value, list):
        return "" if _fits(kind)(value) else _expected(value, kind, where)
    if kind.name == "results" and len(value) != len(kind.arguments):
        return f"{where}: {len(value)} given, the case has {len(kind.arguments)} operations"
    if kind.name == "tuple" and len(value) != len(kind.arguments):
        return _expected(value, kind, where)
    fixed = kind.name in ("tuple", "results")
    kinds = kind.arguments if fixed else (_element(kind),) * len(value)
    reasons = (
        _reason(item, element, f"{where}[{i}]")
        for i, (item, element) in enumerate(zip(value, kinds, strict=True))
    )
    found = next(filter(None, reasons), "")
    return found or ("" if kind.name != "map" or _fits(kind)(value) else f"{where}: a key twice")


def _element(kind: Type) -> Type:
    return Type("tuple", kind.arguments) if kind.name == "map" else kind.arguments[0]


def _expected(value: Any, kind: Type, where: str) -> str:
    shown = repr(value)
    return f"{where}: expected {kind}, got {shown if len(shown) < 80 else shown[:77] + '...'}"  # noqa: PLR2004
