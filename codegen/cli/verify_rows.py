"""The input of `codegen verify`: rows of a JSONL file, all checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from codegen.errors import UsageError
from codegen.given import decoded, json_of
from codegen.records import Comparison, Limits, canonical, from_json
from codegen.verify.plan import plan
from codegen.verify.request import LintMode, VerifyRequest, check

_KEYS = (*(one.name for one in fields(VerifyRequest) if one.name != "lint"), "id")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of every row, where the row says nothing else."""

    limits: Limits
    lint: LintMode
    comparison: Comparison
    reruns: int
    deadline_s: float | None


@dataclass(frozen=True, slots=True)
class Source:
    """The names of the rows and their requests, two iterators of the same length."""

    ids: Iterator[Any]
    requests: Iterator[VerifyRequest]


def of_rows(path: Path, asked: Asked) -> Source:
    """Return the rows of a file. It is read once to check every row, and again as rows are run.

    Raises:
        UsageError: the file cannot be read or is empty, or a row cannot be used; names the line.
    """
    count = 0
    for number, row in _rows(path):
        _checked(_request(row, asked, f"{path}:{number}"), f"{path}:{number}")
        count += 1
    if not count:
        raise UsageError(f"{path} holds no row")
    ids = (row.get("id", number) for number, row in _rows(path))
    requests = (_request(row, asked, f"{path}:{number}") for number, row in _rows(path))
    return Source(ids, requests)


def of_pair(language: str, solution: Path, tests: Path, asked: Asked) -> Source:
    """Return the one request of a solution's file and its tests' file.

    Raises:
        UsageError: a file cannot be read, or holds nothing that can be verified.
    """
    row = {"language": language, "solution": _read(solution), "tests": _read(tests)}
    request = _request(row, asked, str(solution))
    _checked(request, f"{solution}, {tests}")
    return Source(iter((str(solution),)), iter((request,)))


def _checked(request: VerifyRequest, where: str) -> None:
    try:
        plan(check(request), b"")
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line number and the object of each line that is not blank."""
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield number, _object(line, f"{path}:{number}")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _object(line: bytes, where: str) -> dict[str, Any]:
    row = json_of(line, f"{where}:")
    if not isinstance(row, dict):
        raise UsageError(f"{where}: expected an object, got {type(row).__name__}")
    unknown = sorted(set(row) - set(_KEYS))
    if unknown:
        raise UsageError(f"{where}: unknown key {unknown[0]!r} (known: {', '.join(_KEYS)})")
    return row


def _request(row: dict[str, Any], asked: Asked, where: str) -> VerifyRequest:
    for key in ("language", "solution"):
        if key not in row:
            raise UsageError(f"{where}: missing key {key!r}")
    _named(row.get("id"), where)
    by_default = {
        "comparator": asked.comparison,
        "reruns": asked.reruns,
        "deadline_s": asked.deadline_s,
    }
    given = {key: value for key, value in row.items() if key not in ("id", "limits")}
    limits = _limits(row.get("limits"), asked.limits, where)
    return VerifyRequest(**{**by_default, **given}, limits=limits, lint=asked.lint)


def _named(name: Any, where: str) -> None:
    """Refuse a name that no result row could carry, such as NaN or half a surrogate pair."""
    try:
        canonical(name).encode()
    except ValueError as error:
        raise UsageError(f"{where}: id: cannot be written as JSON: {error}") from error


def _limits(given: Any, limits: Limits, where: str) -> Limits:
    """Return the row's own limits over those of the command line."""
    if given is None:
        return limits
    own = from_json(Limits, given, f"{where}: limits")
    return replace(limits, **{key: getattr(own, key) for key in given})


def _read(path: Path) -> str:
    try:
        return decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
