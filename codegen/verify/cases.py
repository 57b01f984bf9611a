"""The cases of a request, checked: calls with typed arguments, or inputs of a whole program.

A call is that of a function, or makes an object and asks it for a sequence of operations.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from codegen.errors import UsageError
from codegen.operations import checked_class, result_type, returned, unfit
from codegen.records import Case, IoCase, Signature, from_json
from codegen.types import mismatch, parse
from codegen.verify.text import text

_MOST_INPUTS = 10_000
_MOST_BYTES = 256 << 20


def typed_cases(cases: Sequence[Any], signature: Signature) -> tuple[Case, ...]:
    """Return the calls of a function, or what is asked of a class.

    Raises:
        UsageError: a case that does not fit the signature; names it.
    """
    _signature(signature)
    found = tuple(_case(Case, one, number) for number, one in enumerate(cases))
    _distinct([case.id for case in found])
    for number, case in enumerate(found):
        _fits(case, signature, f"cases[{number}]")
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


def _signature(signature: Signature) -> None:
    checked_class(signature)
    for one in (signature, *signature.methods):
        for name in (one.name, *(parameter.name for parameter in one.parameters)):
            if not (name.isascii() and name.isidentifier()):
                raise UsageError(f"signature: {name!r} is not an identifier")
        for parameter in one.parameters:
            parse(parameter.type)
        returned(one)


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


def _fits(case: Case, signature: Signature, where: str) -> None:
    wrong = unfit(case.arguments, signature, f"{where}.arguments")
    if wrong:
        raise UsageError(wrong)
    kind = result_type(signature, case.arguments)
    wrong = mismatch(case.expected, kind, f"{where}.expected") if case.known_from else ""
    if wrong:
        raise UsageError(wrong)
    text(json.dumps([case.arguments, case.expected], ensure_ascii=False), where)
