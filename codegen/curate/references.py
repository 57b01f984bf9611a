"""What examples are deduplicated against: another dataset, or the rows of a JSONL file.

The kept examples of a dataset are compared each with its own kind and language. A row of a file
has a text in one of `PROMPTS`, and may have `code` with its `language`; it stands for every kind.

Not here: benchmarks, which no example may answer (`codegen.curate.decontamination`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from codegen import language as languages
from codegen.contamination.targets import PROMPTS, digest_of
from codegen.curate.dataset import FILE, Dataset
from codegen.curate.features import Features, Given, code_sketch, featured, statement_sketch
from codegen.curate.scratch import Scratch
from codegen.errors import UsageError
from codegen.given import json_of
from codegen.records import Json

PROGRAMS = ("code", "solution", "canonical_solution", "completion", "response")


def read_references(paths: Iterable[str], scratch: Scratch) -> list[Json]:
    """Put references among the features, and return what they are and how many.

    Raises:
        UsageError: one is neither a dataset nor a file with such rows, or an empty file; says
            which, and the line.
    """
    made: list[Json] = []
    begin = 1
    for path in map(Path, paths):
        is_dataset = (path / FILE).is_file()
        found = _of_dataset(path, scratch) if is_dataset else _of_file(path, scratch)
        counted = _Counted(found, begin)
        scratch.fill(counted)
        if counted.number == begin and not is_dataset:
            raise UsageError(f"{path} holds no row; it needs one JSON object a line")
        digest = digest_of(path / FILE if is_dataset else path)
        made.append({"path": str(path), "sha256": digest, "rows": counted.number - begin})
        begin = counted.number
    return made


class _Counted:
    """Features, each at the next negative position and under a problem of its own number."""

    def __init__(self, found: Iterator[Features], begin: int) -> None:
        self._found = found
        self.number = begin

    def __iter__(self) -> Iterator[Features]:
        for one in self._found:
            yield Features(
                -self.number,
                one.group,
                -self.number,
                one.id,
                b"",
                one.exact,
                one.statement,
                one.code,
            )
            self.number += 1


def _of_dataset(path: Path, scratch: Scratch) -> Iterator[Features]:
    with Dataset.open(path) as dataset:
        for row in dataset.rows():
            group = scratch.group(row.kind, row.language)
            (one,) = featured([Given(row.position, group, 0, True, row.data)])
            yield Features(
                0, group, 0, f"{one.id[:12]} of {path}", b"", one.exact, one.statement, one.code
            )


def _of_file(path: Path, scratch: Scratch) -> Iterator[Features]:
    digest_of(path)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                where = f"{path}, line {number}"
                text, language, code = _texts(line, where)
                yield Features(
                    position=0,
                    group=scratch.group("", language),
                    problem=0,
                    id=f"line {number} of {path}",
                    rank=b"",
                    exact=b"",
                    statement=statement_sketch(text) if text else b"",
                    code=code_sketch(language, code) if code and language else b"",
                )


def _texts(line: bytes, where: str) -> tuple[str, str, str]:
    row: Json = json_of(line, f"{where}:")
    if not isinstance(row, Mapping):
        raise UsageError(f"{where}: is no JSON object")
    text, code = _first(row, PROMPTS), _first(row, PROGRAMS)
    name = row.get("language", "")
    if not text and not (code and name):
        raise UsageError(
            f"{where}: needs a text in one of {', '.join(PROMPTS)}, or code in one of"
            f" {', '.join(PROGRAMS)} with its language"
        )
    return text, languages.get(name).name if name else "", code


def _first(row: Mapping[str, Json], names: Iterable[str]) -> str:
    found = (row[name] for name in names if isinstance(row.get(name), str) and row[name].strip())
    return next(found, "")
