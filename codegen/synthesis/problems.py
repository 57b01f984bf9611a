"""Problems: out of a model's answers, and out of the user's own files.

An answer that cannot be used raises `AnswerError`, whose message can be shown to the model. A row
of a file that cannot be used raises `UsageError` with the file and the line. A problem's id is the
hash of what it asks: statement, constraints, signature, examples and comparator.

Not here: what a problem's object is made of (`codegen.synthesis.problem_fields`), the single checks
(`codegen.synthesis.validation`), what the loop does with a problem.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from codegen import language
from codegen.answer.blocks import AnswerError
from codegen.answer.values import extract_json
from codegen.errors import UsageError
from codegen.given import json_of
from codegen.records import (
    Case,
    Interface,
    Json,
    Problem,
    Seed,
)
from codegen.synthesis.problem_fields import (
    KEYS,
    NEEDED,
    PROGRAM_KEYS,
    interface_in,
    problem_of,
    statement_in,
    text_in,
)
from codegen.synthesis.validation import Inputs, numbered, valid_examples, valid_inputs

_FILE_KEYS = (*KEYS, *PROGRAM_KEYS, "cases", "tests", "licence", "source")


@dataclass(frozen=True, slots=True)
class GivenProblem:
    """One row of the user's file.

    `problem` is None where the row has no signature: a model must write it, from the seed. `cases`
    are the row's own, with their expected values; `tests` is native test code by language name.
    """

    line: int
    seed: Seed
    problem: Problem | None
    cases: tuple[Case, ...] = ()
    tests: Mapping[str, str] = field(default_factory=dict)


def parse_problem(text: str, interface: Interface = "function") -> Problem:
    """Read a model's answer to the problem prompt, for a problem with the interface asked for.

    Raises:
        AnswerError: it is no JSON, a key is missing, or a name, type or example is wrong.
    """
    value = extract_json(text)
    if not isinstance(value, Mapping):
        raise AnswerError("the answer must be one JSON object")
    for key in ("statement", NEEDED[interface], "examples"):
        if key not in value:
            raise AnswerError(f'the key "{key}" is missing')
    problem = problem_of(value)
    if problem.interface != interface:
        raise AnswerError(f"the problem is about a {problem.interface}, not a {interface}")
    if not problem.examples:
        raise AnswerError("the problem needs at least one example")
    return problem


def parse_inputs(text: str, problem: Problem) -> tuple[Case, ...]:
    """Read a model's answer to the tests prompt; see `sift_inputs`."""
    return sift_inputs(text, problem).cases


def parse_more_inputs(text: str, problem: Problem, known: tuple[Case, ...]) -> tuple[Case, ...]:
    """Read a model's answer to the prompt for more tests: inputs that are not known yet."""
    return sift_inputs(text, problem, known).cases


def sift_inputs(text: str, problem: Problem, known: tuple[Case, ...] = ()) -> Inputs:
    """Read test inputs, none twice and none of the examples, and count what was dropped.

    Raises:
        AnswerError: it is no JSON of that form, or not one input can be used.
    """
    value = extract_json(text)
    if isinstance(value, Mapping):
        value = value.get("inputs")
    if not isinstance(value, list) or not value:
        raise AnswerError('the answer must be {"inputs": […]} with at least one input')
    found = valid_inputs(value, problem.signature, known or problem.examples)
    if not found.cases:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(found.dropped.items()))
        raise AnswerError(f"no input can be used: {reasons}")
    return found


def load_problems(path: Path) -> Iterator[GivenProblem]:
    """Yield the problems of a JSONL file, row by row.

    A row is an object with `statement` and, as far as they are known, `title`, `constraints`,
    `signature`, `examples` and `cases` (arrays of {"arguments", "expected"}; they need a
    signature), `tests` (an object from language to native test code), `tags`, `comparator`,
    `licence`, `source`. With `interface: "program"` the solutions are whole programs: `examples`
    and `cases` are arrays of {"stdin", "expected"}, and `input` and `output` may say their grammar.
    A signature with `methods` is that of a class; arguments end with the operations.

    Raises:
        UsageError: the file cannot be read or has no row, or a row is wrong; says which and how.
    """
    rows = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    rows += 1
                    yield _given(line, path, number)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if not rows:
        raise UsageError(f"{path} holds no problem; it needs one JSON object per line")


def _given(line: bytes, path: Path, number: int) -> GivenProblem:
    where = f"{path}, line {number}"
    row = json_of(line, f"{where}:")
    try:
        return _from_row(row, path, number)
    except (AnswerError, UsageError, ValueError) as error:
        raise UsageError(f"{where}: {error}") from error


def _from_row(row: Json, path: Path, number: int) -> GivenProblem:
    if not isinstance(row, Mapping):
        raise AnswerError("expected a JSON object")
    unknown = sorted(set(row) - set(_FILE_KEYS))
    if unknown:
        raise AnswerError(f"unknown key {unknown[0]!r} (known: {', '.join(_FILE_KEYS)})")
    statement = statement_in(row)
    seed = Seed(
        kind="problem",
        text=statement,
        source=text_in(row, "source") or path.name,
        path=path.name,
        line=number,
        licence=text_in(row, "licence"),
        sha256=hashlib.sha256(statement.encode()).hexdigest(),
    )
    tests = _tests(row.get("tests", {}))
    is_program = interface_in(row) == "program"
    if is_program and tests:
        raise AnswerError("tests: native tests call a function; a program is judged by its cases")
    if "signature" not in row and not is_program:
        needy = next((key for key in ("examples", "cases") if row.get(key)), None)
        if needy:
            raise AnswerError(f"{needy} need a signature")
        return GivenProblem(number, seed, None, (), tests)
    problem = problem_of(row)
    return GivenProblem(number, seed, problem, _cases(row, problem), tests)


def _cases(row: Mapping[str, Json], problem: Problem) -> tuple[Case, ...]:
    given = valid_examples(row.get("cases", []), problem.signature, "cases")
    return numbered((replace(case, known_from="reference") for case in given), "case")


def _tests(value: Json) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(code, str) for code in value.values()):
        raise AnswerError("tests must be an object from language to test code")
    return {language.get(name).name: code for name, code in value.items()}
