"""The features of all examples in a file of their own, which goes when the work is done.

Examples are numbered by their positions; those of a reference set have negative ones. A `group`
holds the examples of one kind in one language. A reference without a kind, or without a language,
belongs to every group that it does not rule out.

Not here: what is made of them (`codegen.curate.duplicates`).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.curate.features import Features
from codegen.errors import UsageError

_BATCH = 1_000
_TABLES = """
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
CREATE TABLE items (
    position INTEGER PRIMARY KEY, grouped INTEGER, problem INTEGER, id TEXT, rank BLOB, exact BLOB,
    code BLOB, gone INTEGER DEFAULT 0
);
CREATE TABLE statements (problem INTEGER PRIMARY KEY, sketch BLOB);
"""


@dataclass(frozen=True, slots=True)
class Item:
    """An example of which only one of several alike is kept; a reference's position is negative."""

    position: int
    problem: int
    sketch: bytes


class Scratch:
    """The features of a dataset's examples and of the references."""

    def __init__(self, folder: Path) -> None:
        """Make the file in a folder."""
        self._path = folder / "features.sqlite"
        self._groups: dict[tuple[str, str], int] = {}
        with self._failures():
            self._connection = sqlite3.connect(self._path, isolation_level=None)
            self._connection.executescript(_TABLES)

    def group(self, kind: str, language: str) -> int:
        """Return the number of a group."""
        return self._groups.setdefault((kind, language), len(self._groups))

    def groups(self) -> list[tuple[int, ...]]:
        """Return each group of examples, with the groups of references that are compared with it.

        They come in the order of their names, so that nothing depends on which was met first.
        """
        named = sorted(one for one in self._groups if all(one))
        return [
            tuple(
                self._groups[one]
                for one in ((kind, language), ("", language), (kind, ""), ("", ""))
                if one in self._groups
            )
            for kind, language in named
        ]

    def fill(self, found: Iterable[Features]) -> None:
        """Write features, and make ready for what is asked of them."""
        with self._failures():
            self._connection.execute("BEGIN")
            batch: list[Features] = []
            for one in found:
                batch.append(one)
                if len(batch) == _BATCH:
                    self._write(batch)
                    batch = []
            self._write(batch)
            self._connection.execute("COMMIT")

    def _write(self, batch: Sequence[Features]) -> None:
        self._connection.executemany(
            "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            [(f.position, f.group, f.problem, f.id, f.rank, f.exact, f.code) for f in batch],
        )
        self._connection.executemany(
            "INSERT INTO statements VALUES (?, ?)",
            [(f.problem, f.statement) for f in batch if f.statement],
        )

    def ready(self) -> None:
        """Make the index, when everything is written."""
        with self._failures():
            self._connection.execute("CREATE INDEX grouping ON items (grouped, problem)")

    def equal(self) -> Iterator[tuple[int, int]]:
        """Yield the position of each example that equals a better one, and that one's."""
        statement = (
            "SELECT exact, position FROM items WHERE gone = 0 AND exact != x''"
            " ORDER BY exact, position >= 0, rank, position"
        )
        kept: tuple[bytes, int] | None = None
        for digest, position in self._rows(statement):
            if kept is None or kept[0] != digest:
                kept = (digest, position)
            elif position >= 0:
                yield position, kept[1]

    def count(self, groups: Sequence[int]) -> int:
        """Count the examples and references of some groups."""
        marks = ", ".join("?" * len(groups))
        statement = f"SELECT count(*) FROM items WHERE grouped IN ({marks})"  # noqa: S608 - marks alone
        return int(next(iter(self._rows(statement, groups)))[0])

    def statements(self, groups: Sequence[int]) -> Iterator[Item]:
        """Yield the best example of each problem in some groups, with its statement's sketch.

        References come first, and then the better before the worse.
        """
        marks = ", ".join("?" * len(groups))
        statement = (
            "SELECT position, best.problem, sketch FROM ("  # noqa: S608 - marks alone
            " SELECT problem, position, min(rank) AS rank FROM items"
            f" WHERE gone = 0 AND grouped IN ({marks}) GROUP BY problem"
            ") AS best JOIN statements ON statements.problem = best.problem"
            " ORDER BY position >= 0, rank, position"
        )
        return (Item(*row) for row in self._rows(statement, groups))

    def programs(self, groups: Sequence[int]) -> Iterator[Item]:
        """Yield the examples in some groups with their program's sketch, as `statements` does."""
        marks = ", ".join("?" * len(groups))
        statement = (
            "SELECT position, problem, code FROM items"  # noqa: S608 - marks alone
            f" WHERE gone = 0 AND code != x'' AND grouped IN ({marks})"
            " ORDER BY position >= 0, rank, position"
        )
        return (Item(*row) for row in self._rows(statement, groups))

    def first_positions(self) -> dict[int, int]:
        """Return the problem's number for the first example of each of which something is left."""
        statement = (
            "SELECT min(position), problem FROM items WHERE gone = 0 AND position >= 0"
            " GROUP BY problem"
        )
        return dict(self._rows(statement))

    def members(self, group: int, problem: int) -> list[int]:
        """Return the positions of a problem's examples in a group."""
        statement = "SELECT position FROM items WHERE grouped = ? AND problem = ? AND gone = 0"
        return [position for (position,) in self._rows(statement, (group, problem))]

    def name(self, position: int) -> str:
        """Return the id of an example, or where a reference stands."""
        rows = self._rows("SELECT id FROM items WHERE position = ?", (position,))
        return str(next(iter(rows))[0])

    def gone(self, positions: Iterable[int]) -> None:
        """Take examples out of what is asked later."""
        with self._failures():
            self._connection.execute("BEGIN")
            self._connection.executemany(
                "UPDATE items SET gone = 1 WHERE position = ?", [(one,) for one in positions]
            )
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file and remove it."""
        self._connection.close()
        self._path.unlink(missing_ok=True)

    def _rows(self, statement: str, values: Sequence[object] = ()) -> Iterator[Any]:
        with self._failures():
            yield from self._connection.execute(statement, values)

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise UsageError(f"{self._path}: {error}; is the disk full?") from error
