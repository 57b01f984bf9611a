"""Verdicts on the rows of a dataset: what every integration is made of.

A row's columns are the fields of a `VerifyRequest`, under their own names or others. Columns that
hold structures (cases, signature, limits) may hold them as JSON text, as tables often do. The
solution is either a column or given apart, as in reinforcement learning; a model's whole answer is
first read as `codegen.answer` reads it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, Self

from codegen.errors import InfrastructureError, UsageError
from codegen.records import Outcome, Stage, Verdict
from codegen.verify.request import VerifyRequest

_STRUCTURES = ("cases", "signature", "limits")
_FIELDS = tuple(field.name for field in dataclasses.fields(VerifyRequest))


class Judge(Protocol):
    """What a `Verifier` and a remote one have in common here."""

    def verify_many(self, requests: Iterable[VerifyRequest]) -> Iterator[Verdict]:
        """Yield a verdict for each request, in their order."""

    def close(self) -> None:
        """Release what it holds."""


class Rows:
    """Verifies rows. A context manager; made without a verifier, it opens its own at first use.

    Args:
        verifier: a `Verifier`, a remote one, or the URL of a service (`codegen serve`). By default
            the service that the environment variable `CODEGEN_URL` names, else a verifier in this
            process.
        columns: the columns that request fields are read from, where they are not called the same,
            such as `{"tests": "test_code"}`.
        extract: whether solutions are models' answers, out of which the code is taken.
        defaults: fields of every request that a row does not give, such as `language="python"`.

    Raises:
        UsageError: a name in `columns` or `defaults` is no field of a request.
    """

    def __init__(
        self,
        verifier: Judge | str | None = None,
        *,
        columns: Mapping[str, str] | None = None,
        extract: bool = True,
        **defaults: Any,
    ) -> None:
        for name in (*(columns or {}), *defaults):
            if name not in _FIELDS:
                raise UsageError(f"{name!r} is no field of a request ({', '.join(_FIELDS)})")
        self._given = verifier
        self._judge: Judge | None = None
        self._lock = threading.Lock()
        self._columns = {name: (columns or {}).get(name, name) for name in _FIELDS}
        self._extract = extract
        self._defaults = defaults

    def __reduce__(self) -> Any:
        """Travel to another process, or into a cache's fingerprint, without what is open."""
        if self._given is not None and not isinstance(self._given, str):
            raise TypeError("rows with an open verifier stay in their process; give a URL, or none")
        return _remade, (self._given, self._columns, self._extract, self._defaults)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that may be read."""
        return tuple(self._columns.values())

    def verify(
        self, rows: Iterable[Mapping[str, Any]], solutions: Sequence[str] | None = None
    ) -> list[Verdict]:
        """Return a verdict for each row, on its own solution or on that of `solutions`.

        An answer without code is a `compile_error`; a sandbox that failed is a verdict
        `infrastructure_error`, which says nothing about the program.

        Raises:
            UsageError: a row cannot be verified; names the row, counted from 0, and the field.
        """
        asked = [
            self._asked(number, row, None if solutions is None else solutions[number])
            for number, row in enumerate(rows)
        ]
        requests = [one for one in asked if isinstance(one, VerifyRequest)]
        judged = iter(list(self._opened().verify_many(requests)) if requests else ())
        return [one if isinstance(one, Verdict) else next(judged) for one in asked]

    def close(self) -> None:
        """Close the verifier, if it was opened here. Safe to call twice."""
        judge, self._judge = self._judge, None
        if judge is not None and judge is not self._given:
            judge.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _asked(
        self, number: int, row: Mapping[str, Any], solution: str | None
    ) -> VerifyRequest | Verdict:
        """Return the request of a row, or the verdict where there is no program to run."""
        from codegen.answer import AnswerError  # noqa: PLC0415 - tree-sitter, when it is needed
        from codegen.verify.request import check  # noqa: PLC0415 - as above

        fields = {**self._defaults, **self._read(number, row)}
        if solution is not None:
            fields["solution"] = solution
        for needed in ("language", "solution"):
            if fields.get(needed) is None:
                raise UsageError(f"row {number}: no {needed} (column {self._columns[needed]!r})")
        try:
            request = VerifyRequest(**{**fields, "solution": self._program(fields)})
            check(request)
        except AnswerError as error:
            return Verdict(Outcome.COMPILE_ERROR, Stage.PARSE, message=str(error))
        except UsageError as error:
            if str(error).startswith("solution:"):
                return Verdict(Outcome.COMPILE_ERROR, Stage.PARSE, message=str(error))
            raise UsageError(f"row {number}: {error}") from error
        return request

    def _read(self, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields that a row gives; a column without a value is not given."""
        found = {name: row[column] for name, column in self._columns.items() if column in row}
        for name in _STRUCTURES:
            if found.get(name) == "":  # a table's way of giving none
                del found[name]
            elif isinstance(found.get(name), str):
                found[name] = _parsed(found[name], f"row {number}: {name}")
        return {name: value for name, value in found.items() if value is not None}

    def _program(self, fields: Mapping[str, Any]) -> str:
        from codegen import language as languages  # noqa: PLC0415 - importing stays free
        from codegen.answer import extract_code  # noqa: PLC0415 - as above

        solution = fields["solution"]
        if not self._extract or not isinstance(solution, str):
            return str(solution)
        language = languages.get(fields["language"])
        return extract_code(language, solution, entry_point=_entry(language, fields))

    def _opened(self) -> Judge:
        with self._lock:
            if self._judge is None:
                self._judge = _open(self._given)
            return self._judge


def score(verdict: Verdict, *, partial: bool = False) -> float | None:
    """Return 1.0 for a pass and 0.0 for a failure; None where nothing was judged.

    With `partial` a failure is worth the share of cases or tests that passed, unless the program
    tampered with them.
    """
    if verdict.outcome in (Outcome.INFRASTRUCTURE_ERROR, Outcome.SKIPPED):
        return None
    if verdict.passed or not partial or verdict.outcome is Outcome.TAMPERED or not verdict.cases:
        return float(verdict.passed)
    passed = sum(case.outcome is Outcome.PASSED for case in verdict.cases)
    return passed / len(verdict.cases)


def judged(verdict: Verdict) -> Verdict:
    """Return a verdict that says something about the program.

    Raises:
        InfrastructureError: the sandbox or the service failed.
    """
    if verdict.outcome is Outcome.INFRASTRUCTURE_ERROR:
        raise InfrastructureError(f"nothing was judged: {verdict.message}")
    return verdict


def _remade(
    given: str | None, columns: Mapping[str, str], extract: bool, defaults: Mapping[str, Any]
) -> Rows:
    return Rows(given, columns=columns, extract=extract, **defaults)


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(f"{where}: not JSON: {error}") from error


def _entry(language: Any, fields: Mapping[str, Any]) -> str | None:
    from codegen.records import Signature, from_json  # noqa: PLC0415 - as above

    given = fields.get("signature")
    if given is None:
        return None
    made = given if isinstance(given, Signature) else from_json(Signature, given, "signature")
    return str(language.function_name(made))


def _open(given: Judge | str | None) -> Judge:
    url = given if isinstance(given, str) else os.environ.get("CODEGEN_URL")
    if given is not None and not isinstance(given, str):
        return given
    if url:
        from codegen.client import RemoteVerifier  # noqa: PLC0415 - only where there is a service

        return RemoteVerifier(url)
    from codegen.verify.verifier import Verifier  # noqa: PLC0415 - as above

    return Verifier()
