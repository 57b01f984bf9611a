"""What a case shows, in a few words: `values 1 2 3, k 2, gives 6`, or `values_1_2_3_k_2_gives_6`.

Titles have letters, digits, spaces, commas, points and minus signs only. Those of one set of cases
differ, also as names in any language's convention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from codegen.records import Case, Signature
from codegen.types import Type, parse

_LONGEST = 80
_MOST_NAMED = 4  # operations
_FEW = 3  # values that are named one by one
_SHORT = 16  # characters of a text that is quoted
_WORDS = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_SCALARS = ("bool", "int", "float", "str")
_TUPLES = {2: "a pair", 3: "a triple", 4: "four values"}


def titles(signature: Signature, cases: Iterable[Case]) -> tuple[str, ...]:
    """Return a title for each case."""
    return tuple(_distinct(_title(signature, case) for case in cases))


def slug(title: str) -> str:
    """Return a title as a snake_case name that starts with a letter."""
    spelled = re.sub(r"(?<![A-Za-z0-9])-(?=[0-9])", "minus ", title).replace("1e-", "1e minus ")
    return re.sub(r"[^a-z0-9]+", "_", spelled.lower()).strip("_")


def _title(signature: Signature, case: Case) -> str:
    if signature.methods:
        return _asked(case)
    shown = [
        _argument(parameter.name.replace("_", " "), value, parse(parameter.type))
        for parameter, value in zip(signature.parameters, case.arguments, strict=True)
    ]
    start = ["example"] if case.known_from == "specification" else []
    given = _cut(", ".join([*start, *(shown or ["no arguments"])]))
    return f"{given}, gives {_result(case.expected, parse(signature.returns))}"


def _asked(case: Case) -> str:
    """Return which operations there are, the first few by name."""
    names = [name.replace("_", " ") for name, _ in case.arguments[-1]]
    start = ["example"] if case.known_from == "specification" else []
    more = len(names) - _MOST_NAMED
    said = ", ".join([*start, *names[:_MOST_NAMED]])
    return f"{said} and {_count(more, 'operation')} more" if more > 0 else said


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return text[:_LONGEST].rpartition(" ")[0].rstrip(",") + " and more"


def _argument(name: str, value: Any, kind: Type) -> str:  # noqa: PLR0911 - one return per kind of value
    if kind.name == "optional":
        return f"no {name}" if value is None else _argument(name, value, kind.arguments[0])
    if kind.name == "bool":
        return name if value else f"not {name}"
    if value in ("", []):
        return f"empty {name}"
    short = _scalar(value, kind)
    if short:
        return f"{name} {short}"
    if kind.name == "str":
        return f"{name} of {_count(len(value), 'character')}"
    if kind.name == "tuple":
        parts = [_scalar(v, k) for v, k in zip(value, kind.arguments, strict=True)]
        return " ".join([name, *parts]) if all(parts) else name
    parts = [_scalar(v, kind.arguments[0]) for v in value] if kind.name == "list" else []
    if all(parts) and 0 < len(parts) <= _FEW:
        return " ".join([name, *parts])
    return f"{name} with {_count(len(value), 'item')}"


def _result(value: Any, kind: Type) -> str:
    if kind.name == "optional":
        return "nothing" if value is None else _result(value, kind.arguments[0])
    if kind.name == "tuple":
        return _TUPLES[len(value)]
    if kind.name in ("list", "map"):
        return _count(len(value), "item")
    if value == "":
        return "an empty text"
    return _scalar(value, kind) or f"a text of {_count(len(value), 'character')}"


def _scalar(value: Any, kind: Type) -> str:
    """Return a short scalar in words; empty for everything else."""
    if kind.name not in _SCALARS:
        return ""
    if kind.name == "bool":
        return "true" if value else "false"
    if kind.name == "str":
        return value if len(value) <= _SHORT and _WORDS.fullmatch(value) else ""
    text = str(value)
    return text if len(text) <= _SHORT else f"{text[:6]} and so on"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _distinct(found: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for title in found:
        name, number = title, 1
        # names in camel case lose what parts their words
        while slug(name).replace("_", "") in seen:
            number += 1
            name = f"{title}, case {number}"
        seen.add(slug(name).replace("_", ""))
        yield name
