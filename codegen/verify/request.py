"""What is asked of the verifier, checked: a solution, and its native tests or its cases.

A request that cannot be carried out is a `UsageError` which names the field.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict, get_args

from codegen import language as languages
from codegen.errors import UsageError
from codegen.language import Language
from codegen.records import (
    Case,
    Comparator,
    Comparison,
    IoCase,
    Json,
    Limits,
    Signature,
    from_json,
    to_json,
)
from codegen.verify.cases import io_cases, typed_cases
from codegen.verify.files import checked_files
from codegen.verify.text import program, text

LintMode = Literal["errors", "strict", "off"]
AnyCase = Case | IoCase | Mapping[str, Any]
_MOST_RERUNS = 100
_TOO_LARGE = 1 << 48  # of no unit a machine has as much, and sums of it stay exact


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """One verification, as it is asked for. Give `tests`, or `cases`.

    `cases` with a `signature` call its function: `{"arguments": […], "expected": …}`. Without one
    they run the solution as a program: `{"stdin": "…", "expected": "…"}`. Plain objects do for
    records. An object with `expected` is known from the specification; one without has no expected
    value. `lint` says what linters may fail: `errors` (broken code only), `strict` (any finding),
    `off` (they are not run). `options` are the language's ways of compiling that are wanted, such
    as C++'s `sanitize`. `files` are put beside the program, read-only. The run is repeated
    `reruns` times, to see whether it stays the same. After `deadline_s` seconds, those in the queue
    included, the answer is `infrastructure_error`. A limit of CPU time that is passed on a busy
    machine is looked at again in quiet, unless the request is `hasty`: for programs that are meant
    to fail.
    """

    language: str
    solution: str
    tests: str | None = None
    cases: Iterable[AnyCase] | None = None
    signature: Signature | Mapping[str, Any] | None = None
    comparator: Comparator | Comparison | Mapping[str, Any] | str = Comparator.EXACT
    lint: LintMode = "errors"
    limits: Limits | Mapping[str, Any] | None = None
    files: Mapping[str, bytes | str] = field(default_factory=dict)
    reruns: int = 0
    deadline_s: float | None = None
    options: tuple[str, ...] = ()
    hasty: bool = False


class Fields(TypedDict, total=False):
    """The fields of a `VerifyRequest` that may be left out, as keywords."""

    tests: str | None
    cases: Iterable[AnyCase] | None
    signature: Signature | Mapping[str, Any] | None
    comparator: Comparator | Comparison | Mapping[str, Any] | str
    lint: LintMode
    limits: Limits | Mapping[str, Any] | None
    files: Mapping[str, bytes | str]
    reruns: int
    deadline_s: float | None
    options: tuple[str, ...]
    hasty: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that can be carried out: it has `tests`, or `cases`, or `inputs`."""

    language: Language
    solution: str
    tests: str | None
    cases: tuple[Case, ...]
    inputs: tuple[IoCase, ...]
    signature: Signature | None
    comparison: Comparison
    lint: LintMode
    limits: Limits
    files: Mapping[str, bytes]
    reruns: int
    deadline_s: float | None
    hasty: bool


def request_from_json(value: Json, where: str = "request") -> VerifyRequest:
    """Return the request of a JSON object; its fields are checked when it is carried out.

    Raises:
        UsageError: no object, an unknown key or one that is missing.
    """
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: expected an object, got {type(value).__name__}")
    known = [one.name for one in dataclasses.fields(VerifyRequest)]
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise UsageError(f"{where}: unknown key {unknown[0]!r} (known: {', '.join(known)})")
    for key in ("language", "solution"):
        if key not in value:
            raise UsageError(f"{where}: missing key {key!r}")
    return VerifyRequest(**value)


def request_to_json(request: VerifyRequest) -> Json:
    """Return the JSON object of a request, without the fields that are as they are by default."""
    cases = None if request.cases is None else tuple(request.cases)
    plain = VerifyRequest(request.language, request.solution)
    return {
        one.name: to_json(value)
        for one in dataclasses.fields(request)
        for value in [cases if one.name == "cases" else getattr(request, one.name)]
        if one.name in ("language", "solution") or value != getattr(plain, one.name)
    }


def check(request: VerifyRequest) -> Checked:
    """Return the request with every field checked and given its type.

    Raises:
        UsageError: names the field, what is wrong with it and what is expected.
    """
    language = _language(request)
    solution = program(request.solution, "solution")
    limits = checked_limits(request.limits, "limits")
    if request.lint not in get_args(LintMode):
        raise UsageError(f"lint: expected one of {', '.join(get_args(LintMode))}")
    signature = _record(Signature, request.signature, "signature")
    cases, inputs = _cases(request, signature)
    return Checked(
        language=languages.for_programs(language) if inputs else language,
        solution=solution,
        tests=None if request.tests is None else program(request.tests, "tests"),
        cases=cases,
        inputs=inputs,
        signature=signature,
        comparison=_comparison(request.comparator),
        lint=request.lint,
        limits=limits,
        files=checked_files(request.files, "files"),
        reruns=_reruns(request.reruns),
        deadline_s=checked_deadline(request.deadline_s),
        hasty=_hasty(request.hasty),
    )


def _language(request: VerifyRequest) -> Language:
    language = languages.get(text(request.language, "language"))
    options: Any = request.options
    if isinstance(options, str) or not all(isinstance(one, str) for one in options):
        raise UsageError(f"options: expected an array of names, got {options!r}")
    return languages.with_options(language, tuple(options))


def checked_limits(value: Limits | Mapping[str, Any] | None, where: str) -> Limits:
    """Return limits; the default ones for None.

    Raises:
        UsageError: a limit that is not there, or not a positive number, or too large.
    """
    limits = _record(Limits, value, where) or Limits()
    for name in limits.__slots__:
        if not getattr(limits, name) > 0:
            raise UsageError(f"{where}.{name}: expected a positive number")
        if getattr(limits, name) >= _TOO_LARGE:
            raise UsageError(f"{where}.{name}: too large; give less than {_TOO_LARGE:,}")
    return limits


def checked_deadline(value: Any) -> float | None:
    """Return a deadline in seconds, or None.

    Raises:
        UsageError: not a positive number.
    """
    if value is None:
        return None
    if type(value) not in (int, float) or not value > 0 or not math.isfinite(value):
        raise UsageError(f"deadline_s: expected a positive number of seconds, got {value!r}")
    return float(value)


def _cases(
    request: VerifyRequest, signature: Signature | None
) -> tuple[tuple[Case, ...], tuple[IoCase, ...]]:
    if (request.tests is None) == (request.cases is None):
        raise UsageError("give either tests (native test code) or cases")
    if request.cases is None:
        return (), ()
    if not isinstance(request.cases, Iterable) or isinstance(request.cases, (str, Mapping)):
        raise UsageError(f"cases: expected an array, got {type(request.cases).__name__}")
    cases = tuple(request.cases)
    if not cases:
        raise UsageError("cases: empty; expected at least one")
    if signature is None:
        return (), io_cases(cases)
    return typed_cases(cases, signature), ()


def _record(kind: Any, value: Any, where: str) -> Any:
    if value is None or isinstance(value, kind):
        return value
    return from_json(kind, value, where)


def _reruns(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MOST_RERUNS:
        raise UsageError(f"reruns: expected a number from 0 to {_MOST_RERUNS}, got {value!r}")
    return value


def _hasty(value: Any) -> bool:
    if type(value) is not bool:
        raise UsageError(f"hasty: expected true or false, got {value!r}")
    return value


def _comparison(value: Any) -> Comparison:
    if isinstance(value, (Comparison, Mapping)):
        found: Comparison = _record(Comparison, value, "comparator")
    else:
        if value not in tuple(Comparator):
            raise UsageError(f"comparator: expected one of {', '.join(Comparator)}, got {value!r}")
        found = Comparison(Comparator(value))
    for name in ("relative", "absolute"):
        if not 0 <= getattr(found, name) < math.inf:
            raise UsageError(f"comparator.{name}: expected a number from 0")
    if (found.checker is None) == (found.name is Comparator.CHECKER):
        raise UsageError(
            "comparator: `checker` takes a checker's language and program, others none"
        )
    if found.checker is not None:
        languages.get(text(found.checker.language, "comparator.checker.language"))
        program(found.checker.program, "comparator.checker.program")
        checked_limits(found.checker.limits, "comparator.checker.limits")
    return found
