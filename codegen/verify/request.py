"""What is asked of the verifier, checked: a solution, and its native tests or its typed cases.

A request that cannot be carried out is a `UsageError` which names the field.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from codegen import language as languages
from codegen.errors import UsageError
from codegen.language import Language
from codegen.records import Case, Comparator, Limits, Signature, from_json
from codegen.types import Type, mismatch, parse

LintMode = Literal["errors", "strict", "off"]


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """One verification, as it is asked for. Give `tests`, or `cases` and `signature`.

    `cases` may be plain objects `{"arguments": […], "expected": …}`, `signature` and `limits` plain
    objects of their records' shape. An object with `expected` is known from the specification; one
    without has no expected value. `lint` says what linters may fail: `errors` (broken code only),
    `strict` (any finding), `off` (they are not run).
    """

    language: str
    solution: str
    tests: str | None = None
    cases: Iterable[Case | Mapping[str, Any]] | None = None
    signature: Signature | Mapping[str, Any] | None = None
    comparator: Comparator | str = Comparator.EXACT
    lint: LintMode = "errors"
    limits: Limits | Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that can be carried out. `tests` is None where there are cases."""

    language: Language
    solution: str
    tests: str | None
    cases: tuple[Case, ...]
    signature: Signature | None
    comparator: Comparator
    lint: LintMode
    limits: Limits


def check(request: VerifyRequest) -> Checked:
    """Return the request with every field checked and given its type.

    Raises:
        UsageError: names the field, what is wrong with it and what is expected.
    """
    language = languages.get(_text(request.language, "language"))
    solution = _program(request.solution, "solution")
    limits = _record(Limits, request.limits, "limits") or Limits()
    _positive(limits)
    if request.lint not in get_args(LintMode):
        raise UsageError(f"lint: expected one of {', '.join(get_args(LintMode))}")
    signature = _record(Signature, request.signature, "signature")
    if (request.tests is None) == (request.cases is None):
        raise UsageError("give either tests (native test code) or cases (with a signature)")
    return Checked(
        language=language,
        solution=solution,
        tests=None if request.tests is None else _program(request.tests, "tests"),
        cases=() if request.cases is None else _cases(request.cases, signature),
        signature=signature,
        comparator=_comparator(request.comparator),
        lint=request.lint,
        limits=limits,
    )


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{where}: expected text, got {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{where}: not valid Unicode (a lone surrogate)") from error
    return value


def _program(value: Any, where: str) -> str:
    text = _text(value, where)
    if not text.strip():
        raise UsageError(f"{where}: empty; expected source code")
    return text if text.endswith("\n") else text + "\n"


def _record(kind: Any, value: Any, where: str) -> Any:
    if value is None or isinstance(value, kind):
        return value
    return from_json(kind, value, where)


def _positive(limits: Limits) -> None:
    for name in limits.__slots__:
        if not 0 < getattr(limits, name) < 1 << 48:
            raise UsageError(f"limits.{name}: expected a positive number")


def _comparator(value: Any) -> Comparator:
    if value not in tuple(Comparator):
        raise UsageError(f"comparator: expected one of {', '.join(Comparator)}, got {value!r}")
    return Comparator(value)


def _cases(
    cases: Iterable[Case | Mapping[str, Any]], signature: Signature | None
) -> tuple[Case, ...]:
    if signature is None:
        raise UsageError("signature: missing; typed cases need the function's signature")
    kinds = [parse(parameter.type) for parameter in signature.parameters]
    returns = parse(signature.returns)
    _name(signature)
    found = tuple(_case(one, number) for number, one in enumerate(cases))
    if not found:
        raise UsageError("cases: empty; expected at least one")
    _distinct([case.id for case in found])
    for number, case in enumerate(found):
        _fits(case, kinds, returns, f"cases[{number}]")
    return found


def _name(signature: Signature) -> None:
    for name in (signature.name, *(parameter.name for parameter in signature.parameters)):
        if not (name.isascii() and name.isidentifier()):
            raise UsageError(f"signature: {name!r} is not an identifier")


def _case(value: Case | Mapping[str, Any], number: int) -> Case:
    if isinstance(value, Case):
        return value
    if not isinstance(value, Mapping):
        raise UsageError(f"cases[{number}]: expected an object, got {type(value).__name__}")
    known = "specification" if "expected" in value else ""
    return from_json(Case, {"id": str(number), "known_from": known, **value}, f"cases[{number}]")


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
    _text(json.dumps([case.arguments, case.expected], ensure_ascii=False), where)
