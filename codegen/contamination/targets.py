"""Files of benchmarks: which columns hold what, and the questions that their rows are.

A target is `FILE`, or `FILE:prompt=question,tests=checks,language=py` where its columns have names
of their own. The known ones are HumanEval's, MBPP's, MultiPL-E's and LiveCodeBench's.

    prompt       the statement, or several columns joined by `+`
    code         a reference solution
    tests        source code that calls the function; or an array of such pieces
    cases        an array, or its JSON, of {input, output} or {arguments, expected}
    entry_point  the function's name in tests and code
    language     a language, or the column that names it; Python where nothing does

Files are JSONL (one object a line) or Parquet (with the extra `export`).

Not here: what is made of a row (`codegen.contamination.questions`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codegen import language as languages
from codegen.errors import UsageError
from codegen.given import json_of

PROMPTS = ("text", "statement", "problem", "prompt", "question", "question_content",
           "description", "instruction")  # fmt: skip
KNOWN: Mapping[str, tuple[str, ...]] = {
    "code": ("canonical_solution", "reference_solution", "solution", "code"),
    "tests": ("tests", "test", "test_list"),
    "cases": ("cases", "public_test_cases"),
    "entry_point": ("entry_point", "function_name"),
    "language": ("language", "lang", "programming_language"),
}
_SPECIFICATION = re.compile(r"(?P<path>.+?):(?P<columns>\w+=[^=,]+(?:,\w+=[^=,]+)*)")


@dataclass(frozen=True, slots=True)
class Target:
    """A file, and the columns that were named for it."""

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The SHA-256 of the file.

        Raises:
            UsageError: it cannot be read.
        """
        return digest_of(self.path)


def parse_target(text: str) -> Target:
    """Return the target that a text names.

    Raises:
        UsageError: it names a column that there is not.
    """
    found = _SPECIFICATION.fullmatch(text)
    if found is None or Path(text).exists():
        return Target(Path(text))
    columns = dict(one.split("=", 1) for one in found["columns"].split(","))
    unknown = sorted(set(columns) - {"prompt", *KNOWN})
    if unknown:
        known = ", ".join(("prompt", *KNOWN))
        raise UsageError(f"{text}: unknown column {unknown[0]!r} (known: {known})")
    return Target(Path(found["path"]), columns)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A row of a file. `where` is for messages; `place` names it in findings."""

    target: Target
    number: int
    values: Mapping[str, Any]

    @property
    def where(self) -> str:
        """The file and the row."""
        return f"{self.target.path}, line {self.number}"

    @property
    def place(self) -> str:
        """The file's name and the row, without its folder."""
        return f"{self.target.path.name}, line {self.number},"

    def text(self) -> str:
        """Return the statement.

        Raises:
            UsageError: no column has one.
        """
        asked = self.target.columns.get("prompt")
        names = asked.split("+") if asked else [one for one in PROMPTS if self.values.get(one)]
        found = [self.values.get(name) for name in names]
        if not found or not all(isinstance(one, str) for one in found):
            wanted = asked or ", ".join(PROMPTS)
            raise UsageError(f"{self.where}: needs a text in one of {wanted}")
        return "\n".join(map(str, found))

    def column(self, name: str) -> Any:
        """Return a column's value; None where the row has none.

        Raises:
            UsageError: the column was named, and the row does not have it.
        """
        asked = self.target.columns.get(name)
        if asked is not None and asked not in self.values:
            has = ", ".join(sorted(map(str, self.values)))
            raise UsageError(f"{self.where}: has no column {asked!r} for {name} (it has: {has})")
        names: Sequence[str] = KNOWN[name] if asked is None else (asked,)
        return next((self.values[one] for one in names if self.values.get(one) is not None), None)

    def language(self) -> str:
        """Return the name of the row's language; "" for one that there is not here."""
        asked = self.target.columns.get("language", "")
        named = _language(asked) or self.column("language") or "python"
        return _language(named.removesuffix("_test.go") if isinstance(named, str) else "")


def _language(name: str) -> str:
    try:
        return languages.get(name).name
    except UsageError:
        return ""


def rows_of(target: Target) -> Iterator[TargetRow]:
    """Yield the rows of a file.

    Raises:
        UsageError: it cannot be read, a row is no object, or there is none; names the line.
    """
    digest_of(target.path)
    reader = _parquet if target.path.suffix == ".parquet" else _jsonl
    rows = 0
    for number, values in reader(target.path):
        rows += 1
        yield TargetRow(target, number, values)
    if not rows:
        raise UsageError(f"{target.path} holds no text; it needs one JSON object per line")


def _jsonl(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _object(line, f"{path}, line {number}")


def _object(line: bytes, where: str) -> Mapping[str, Any]:
    row = json_of(line, f"{where}:")
    if not isinstance(row, Mapping):
        raise UsageError(f"{where}: needs a text in one of {', '.join(PROMPTS)}; it is no object")
    return row


def _parquet(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        from pyarrow import ArrowInvalid, parquet  # noqa: PLC0415 - an optional package
    except ImportError as error:
        how = "pip install 'codegen-forge[export]'"
        raise UsageError(f"{path}: reading Parquet needs pyarrow; {how}") from error
    try:
        with parquet.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(256):
                for values in batch.to_pylist():
                    number += 1
                    yield number, values
    except (ArrowInvalid, OSError) as error:
        raise UsageError(f"{path} cannot be read as Parquet: {error}") from error
