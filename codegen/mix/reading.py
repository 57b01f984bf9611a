"""Rows out of JSONL and Parquet files, one in memory, with the columns that a mixture wants.

Not here: which rows are taken (`codegen.mix.drawing`).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from codegen.errors import UsageError
from codegen.export.readme import split_of
from codegen.given import json_of
from codegen.mix.spec import Source
from codegen.records import Json

_ENDINGS = (".jsonl", ".jsonl.gz", ".parquet")
_BATCH_ROWS = 256
_TURN = {"role", "content"}
_ID = "id"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a source: its number, its values, its domain, and its id where the source has ids.

    `reason` says why it is of no use, and is empty where it is.
    """

    number: int
    values: Mapping[str, Json]
    domain: str = ""
    origin: str = ""
    reason: str = ""


def files_of(source: Source) -> tuple[Path, ...]:
    """Return a source's files in the order of their names.

    Raises:
        UsageError: there is none.
    """
    path = Path(source.path)
    if path.is_file():
        return (path,)
    if not path.exists():
        raise UsageError(f"source {source.name!r}: {path} is not there; name a file or a folder")
    found = [
        one
        for one in sorted(path.rglob("*"))
        if one.name.endswith(_ENDINGS) and not one.name.startswith(".") and one.is_file()
    ]
    if source.split:
        found = [one for one in found if split_of(one.name.partition(".")[0]) == source.split]
    if not found:
        of = f" of the split {source.split!r}" if source.split else ""
        raise UsageError(f"source {source.name!r}: {path} holds no JSONL or Parquet file{of}")
    return tuple(found)


def rows_of(source: Source, columns: Sequence[str]) -> Iterator[Row]:
    """Yield a source's rows with `columns` (the mixture's names), in the order of its files.

    Raises:
        UsageError: a file cannot be read, or its first row has not the columns.
    """
    places = {name: source.columns.get(name, name) for name in columns}
    unknown = sorted(set(source.columns) - set(columns))
    if unknown:
        raise UsageError(
            f"source {source.name!r}: columns: {unknown[0]!r} is no column of the mixture"
        )
    wanted = {*places.values(), *([source.domain] if source.domain else [])}
    number = 0
    for path in files_of(source):
        for row in _read(path, wanted):
            missing = next((one for one in sorted(wanted) if one not in row), None)
            if missing and number == 0:
                raise UsageError(f"source {source.name!r}: {path} has no column {missing!r}")
            yield _row(number, row, places, source)
            number += 1


def _row(number: int, row: Mapping[str, Json], places: Mapping[str, str], source: Source) -> Row:
    values = {name: _plain(row.get(place)) for name, place in places.items()}
    domain = str(row.get(source.domain)) if source.domain else ""
    reason = ""
    if any(one is None for one in values.values()):
        reason = "no_value"
    elif source.domain and domain not in source.domains:
        reason = "other_domain"
    return Row(number, values, domain, str(row.get(_ID, "")), reason)


def _plain(value: Json) -> Json:
    """Return a conversation's turns with role and content alone; anything else as it is."""
    is_chat = (
        isinstance(value, list)
        and value
        and all(isinstance(one, dict) and one.keys() >= _TURN for one in value)
    )
    if not is_chat:
        return value
    return [{"role": one["role"], "content": one["content"]} for one in value]


def _read(path: Path, columns: set[str]) -> Iterator[Mapping[str, Json]]:
    if path.name.endswith(".parquet"):
        return _tables(path, columns)
    return _lines(path)


def _lines(path: Path) -> Iterator[Mapping[str, Json]]:
    try:
        with _opened(path) as handle:
            for number, line in enumerate(handle, 1):
                row = json_of(line, f"{path}, line {number}") if line.strip() else None
                if isinstance(row, dict):
                    yield row
                elif row is not None:
                    raise UsageError(f"{path}, line {number}: expected an object")
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or error}"
        ) from error


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rb")
    return path.open("rb")


def _tables(path: Path, columns: set[str]) -> Iterator[Mapping[str, Json]]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional, and heavy
        import pyarrow.parquet as pq  # noqa: PLC0415 - as above
    except ImportError as error:
        raise UsageError(
            f"{path}: Parquet needs pyarrow; install `codegen-forge[export]`"
        ) from error
    try:
        with pq.ParquetFile(path) as file:
            there = [one for one in file.schema_arrow.names if one in {*columns, _ID}]
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=there):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error
