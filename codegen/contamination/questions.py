"""The questions of a benchmark: statement, reference, tests, and the calls that tests consist of.

Not here: how files are read (`codegen.contamination.targets`).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from codegen import language as languages
from codegen.contamination.asserts import Call, Reading, read_calls
from codegen.contamination.packed import unpacked
from codegen.contamination.targets import Target, TargetRow, rows_of
from codegen.errors import UsageError

_CALLED = re.compile(r"(\w+)\s*\(")
_DEFINED = re.compile(r"^\s*(?:def|fn|func|function)\s+(\w+)\s*\(", re.MULTILINE)
_CANDIDATE = "candidate"  # what HumanEval and MultiPL-E bind the function to


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a benchmark.

    `calls` are what its tests ask of a function, as far as they can be read; `unread` counts the
    others. `inputs` are (standard input, output) of a whole program. `language` is that of `code`
    and `tests`, empty for one that there is not here.
    """

    place: str
    text: str
    code: str = ""
    language: str = ""
    entry_point: str = ""
    tests: str = ""
    calls: tuple[Call, ...] = ()
    unread: int = 0
    inputs: tuple[tuple[str, str], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all that the tests ask is known."""
        return bool(self.calls) and not self.unread


def read_questions(targets: Iterable[Target]) -> Iterator[Question]:
    """Yield the questions of files, in their order.

    Raises:
        UsageError: a file or a row cannot be used; names file and line.
    """
    for target in targets:
        for row in rows_of(target):
            yield question_of(row)


def question_of(row: TargetRow) -> Question:
    """Return the question of a row.

    Raises:
        UsageError: it has no statement, or a column is not what it should be.
    """
    text, language = row.text(), row.language()
    code, tests = _source(row, "code"), _source(row, "tests")
    entry = row.column("entry_point") or _metadata(row) or _entry(language, text, code, tests)
    reading, inputs = _asked(row, language, tests, str(entry))
    return Question(
        row.place, text, code, language, str(entry), tests, reading.calls, reading.unread, inputs
    )


def _source(row: TargetRow, name: str) -> str:
    value = row.column(name)
    if value is None:
        return ""
    pieces = [value] if isinstance(value, str) else value
    if isinstance(pieces, (list, tuple)) and all(isinstance(one, str) for one in pieces):
        return "\n".join(pieces)
    if name in row.target.columns:
        raise UsageError(f"{row.where}: {name} is neither a text nor an array of texts")
    return ""


def _metadata(row: TargetRow) -> str:
    """Return the name that LiveCodeBench has in its metadata."""
    try:
        value = json.loads(row.values.get("metadata") or "{}")
    except (ValueError, TypeError):
        return ""
    return str(value.get("func_name", "")) if isinstance(value, Mapping) else ""


def _entry(language: str, text: str, code: str, tests: str) -> str:
    """Return the function's name: the last one that is defined and called, else declared."""
    called = Counter(_CALLED.findall(tests))
    if language == "python":
        defined = [*_DEFINED.findall(text), *_DEFINED.findall(code)]
        known = [one for one in defined if called[one]]
        return known[-1] if known else (defined[-1] if defined else "")
    lines = text.rstrip().splitlines()
    found = _CALLED.search(lines[-1]) if lines else None
    return found[1] if found else ""


def _asked(
    row: TargetRow, language: str, tests: str, entry: str
) -> tuple[Reading, tuple[tuple[str, str], ...]]:
    given = [one for one in (row.column("cases"), row.values.get("private_test_cases")) if one]
    if given:
        return _cases([case for one in given for case in _listed(one, row.where)], row.where)
    if not tests or not language:
        return Reading(), ()
    return read_calls(languages.get(language), tests, frozenset((entry, _CANDIDATE))), ()


def _listed(value: Any, where: str) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(unpacked(value)) if isinstance(value, str) else value
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: the cases are not JSON: {error}") from error
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise UsageError(f"{where}: the cases are not an array of objects")
    return found


def _cases(
    cases: Iterable[Mapping[str, Any]], where: str
) -> tuple[Reading, tuple[tuple[str, str], ...]]:
    """Read cases as they are given: `arguments` are calls, a text as `input` is standard input."""
    calls: list[Call | None] = []
    inputs: list[tuple[str, str]] = []
    for one in cases:
        given = one.get("input", one.get("stdin"))
        output = one.get("output", one.get("expected"))
        if isinstance(one.get("arguments"), list):
            calls.append(Call(tuple(one["arguments"]), output))
        elif isinstance(given, str) and isinstance(output, str):
            if one.get("testtype") == "functional":
                calls.append(_by_lines(given, output))
            else:
                inputs.append((given, output))
        else:
            raise UsageError(f"{where}: a case needs `arguments` and `expected`, or texts")
    read = tuple(call for call in calls if call is not None)
    return Reading(read, len(calls) - len(read)), tuple(inputs)


def _by_lines(given: str, output: str) -> Call | None:
    """Read a call whose arguments are JSON, one a line."""
    try:
        arguments = tuple(json.loads(line) for line in given.splitlines() if line.strip())
        return Call(arguments, json.loads(output))
    except ValueError:
        return None
