"""The cases of a request, checked: calls with typed arguments, or inputs of a whole program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from codegen.errors import UsageError
from codegen.records import Case, IoCase, Signature, from_json
from codegen.types import Type, mismatch, parse
from codegen.verify.text import text

_MOST_INPUTS = 10_000
_MOST_BYTES = 256 << 20


def typed_cases(cases: Sequence[Any], signature: Signature) -> tuple[Case, ...]:
    """Return the calls of a function.

    Raises:
        UsageError: a case that does not fit the signature; names it.
    """
    kinds = [parse(parameter.type) for parameter in signature.parameters]
    returns = parse(signature.returns)
    _name(signature)
    found = tuple(_case(Case, one, number) for number, one in enumerate(cases))
    _distinct([case.id for case in found])
    for number, case in enumerate(found):
        _fits(case, kinds, returns, f"cases[{number}]")
    return found


def io_cases(cases: Sequence[Any]) -> tuple[IoCase, ...]:
    """Return the inputs of a program.

    Raises:
        UsageError: a case that is none; names it.
    """
    for one in cases:
        if isinstance(one, Case) or (isinstance(one, Mapping) and "arguments" in one):
            raise UsageError("signature: missing; typed cases need the function's signature")
    if len(cases) > _MOST_INPUTS:
        raise UsageError(f"cases: {len(cases)} inputs; {_MOST_INPUTS} are the most")
    found = tuple(_case(IoCase, one, number) for number, one in enumerate(cases))
    _distinct([case.id for case in found])
    for number, case in enumerate(found):
        text(case.stdin, f"cases[{number}].stdin")
        text(case.expected or "", f"cases[{number}].expected")
    if sum(len(case.stdin) + len(case.expected or "") for case in found) > _MOST_BYTES:
        raise UsageError(f"cases: more than {_MOST_BYTES >> 20} MiB in all")
    return found


def _name(signature: Signature) -> None:
    for name in (signature.name, *(parameter.name for parameter in signature.parameters)):
        if not (name.isascii() and name.isidentifier()):
            raise UsageError(f"signature: {name!r} is not an identifier")


def _case(kind: Any, value: Any, number: int) -> Any:
    where = f"cases[{number}]"
    if isinstance(value, kind):
        return value
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: expected an object, got {type(value).__name__}")
    known = "specification" if "expected" in value else ""
    if kind is IoCase and value.get("expected", "") is None:
        known = ""
    return from_json(kind, {"id": str(number), "known_from": known, **value}, where)


def _distinct(ids: list[str]) -> None:
    twice = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
    if twice:
        raise UsageError(f"cases: the id {twice[0]!r} is there twice")


def _fits(case: Case, kinds: list[Type], returns: Type, where: str) -> None:
    if len(case.arguments) != len(kinds):
        raise UsageError(
            f"{where}.arguments: {len(case.arguments)} given, the signature has {len(kinds)}"
        )
    for index, (value, kind) in enumerate(zip(case.arguments, kinds, strict=True)):
        wrong = mismatch(value, kind, f"{where}.arguments[{index}]")
        if wrong:
            raise UsageError(wrong)
    wrong = mismatch(case.expected, returns, f"{where}.expected") if case.known_from else ""
    if wrong:
        raise UsageError(wrong)
    text(json.dumps([case.arguments, case.expected], ensure_ascii=False), where)
