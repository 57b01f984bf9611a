"""Rows into files of bounded size, in JSONL or Parquet, with the checksum of each.

    train-00000-of-00003.parquet

The number of files is known at the end only, so they get their names when all is written.

Not here: what rows hold (`codegen.export.formats`), the folder (`codegen.files.appearing`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, Protocol, get_args

from codegen.errors import UsageError
from codegen.export.columns import Columns, arrow_schema
from codegen.records import Json

FileType = Literal["jsonl", "parquet"]
FILE_TYPES: tuple[FileType, ...] = get_args(FileType)
_BATCH_BYTES = 8 << 20
_BATCH_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Sizes:
    """How rows are put into files: a new one after `rows` rows, or `size` bytes of their JSON."""

    file_type: FileType = "jsonl"
    rows: int = 100_000
    size: int = 512 << 20


@dataclass(frozen=True, slots=True)
class File:
    """A file that was written; `name` is relative to the export's folder."""

    name: str
    rows: int
    size: int
    sha256: str


class _Writer(Protocol):
    def write(self, row: Mapping[str, Json], text: str) -> None: ...

    def close(self) -> None: ...


class Shards:
    """The files of one split: rows go in, `close` names the files."""

    def __init__(self, folder: Path, split: str, columns: Columns, sizes: Sizes) -> None:
        """Nothing is written before the first row.

        Raises:
            UsageError: Parquet is wanted and pyarrow is not installed.
        """
        self._folder, self._split, self._columns, self._sizes = folder, split, columns, sizes
        self._open: _Writer | None = None
        self._counts: list[int] = []
        self._size = 0
        if sizes.file_type == "parquet":
            _need_pyarrow()

    @property
    def rows(self) -> int:
        """The rows so far."""
        return sum(self._counts)

    def write(self, row: Mapping[str, Json]) -> None:
        """Append a row, in the order of its columns."""
        text = json.dumps(row, ensure_ascii=False, allow_nan=False)
        size = len(text.encode()) + 1
        full = self._counts and (
            self._counts[-1] >= self._sizes.rows or self._size + size > self._sizes.size
        )
        if self._open is None or full:
            self._begin()
        assert self._open is not None, "a file was begun"
        self._open.write(row, text)
        self._counts[-1] += 1
        self._size += size

    def close(self) -> tuple[File, ...]:
        """Finish the last file, give all of them their names, and return them."""
        self._end()
        total = len(self._counts)
        return tuple(self._named(number, rows, total) for number, rows in enumerate(self._counts))

    def _begin(self) -> None:
        self._end()
        path = self._path(len(self._counts))
        self._open = (
            _Lines(path) if self._sizes.file_type == "jsonl" else _Parquet(path, self._columns)
        )
        self._counts.append(0)
        self._size = 0

    def _end(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _path(self, number: int) -> Path:
        return self._folder / f".{self._split}-{number:05d}"

    def _named(self, number: int, rows: int, total: int) -> File:
        name = f"{self._split}-{number:05d}-of-{total:05d}.{self._sizes.file_type}"
        path = self._path(number).rename(self._folder / name)
        return File(f"{self._folder.name}/{name}", rows, path.stat().st_size, checksum(path))


class _Lines:
    def __init__(self, path: Path) -> None:
        self._handle: IO[str] = path.open("w", encoding="utf-8", newline="\n")

    def write(self, _: Mapping[str, Json], text: str) -> None:
        self._handle.write(text + "\n")

    def close(self) -> None:
        self._handle.close()


class _Parquet:
    def __init__(self, path: Path, columns: Columns) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - optional, and heavy

        self._schema = arrow_schema(columns)
        self._writer: Any = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[Mapping[str, Json]] = []
        self._size = 0

    def write(self, row: Mapping[str, Json], text: str) -> None:
        self._waiting.append(row)
        self._size += len(text)
        if len(self._waiting) >= _BATCH_ROWS or self._size >= _BATCH_BYTES:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - as above

        if self._waiting:
            self._writer.write_table(pa.Table.from_pylist(self._waiting, schema=self._schema))
        self._waiting, self._size = [], 0

    def close(self) -> None:
        self._flush()
        self._writer.close()


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file (64 hexadecimal digits)."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _need_pyarrow() -> None:
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415 - optional, and heavy
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow; install `codegen-forge[export]`, or choose jsonl"
        ) from error
