"""Which rows a mixture takes: of each source and domain the first, in an order drawn by a seed.

A row's place in that order depends on the seed, its source and its content alone. So a smaller
share or subset is a beginning of a larger one, and rows that are added elsewhere change nothing.
Another draw decides where it stands in the mixture, or rare rows would all come first.

What is known of the rows lies in a temporary SQLite file: memory does not grow with them.

Not here: reading and writing the rows (`codegen.mix.mixture`).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import UsageError
from codegen.mix.reading import Row
from codegen.mix.spec import Spec
from codegen.records import canonical

_TABLES = """
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
CREATE TABLE found (source INT, domain TEXT, place INT, spot INT, number INT, size INT);
CREATE TABLE chosen (source INT, number INT, part INT, spot INT);
CREATE TABLE rows (part INT, spot INT, source INT, number INT, text TEXT);
"""
_EVERY = 100

Cell = tuple[int, str]
"""A source's number and a domain in it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was chosen of a cell for one subset, smaller ones included."""

    cell: Cell
    subset: int
    rows: int
    size: int


class Draw:
    """The scratch file of one mixture."""

    def __init__(self, folder: Path, spec: Spec) -> None:
        """Begin an empty file in a folder."""
        self._spec = spec
        self._connection = sqlite3.connect(folder / "draw.sqlite", isolation_level=None)
        self._connection.executescript(_TABLES)
        self._connection.execute("BEGIN")

    def add(self, source: int, row: Row, size: int) -> None:
        """Take a row into the draw; `size` is 1, or its tokens.

        Raises:
            ValueError: it cannot be written as JSON: half a character, or a number that is none.
        """
        key = f"{self._spec.seed} {self._spec.sources[source].name} {canonical(row.values)}"
        row.origin.encode()  # which is written later, and is refused now
        digest = hashlib.sha256(key.encode()).digest()
        place, spot = (int.from_bytes(digest[at : at + 8], signed=True) for at in (0, 8))
        values = (source, row.domain, place, spot, row.number, size)
        self._connection.execute("INSERT INTO found VALUES (?, ?, ?, ?, ?, ?)", values)

    def choose(self, left: Mapping[str, Counter[str]]) -> tuple[int, tuple[Drawn, ...]]:
        """Choose the rows; return the total and what was chosen of each cell and subset.

        `left` tells of each source why rows of it are of no use, for the message.

        Raises:
            UsageError: a cell holds less than its share of the total.
        """
        shares = _shares(self._spec)
        there = {cell: self._there(cell) for cell in shares}
        most = int(min(there[cell] / share + 1e-9 for cell, share in shares.items()))
        total = self._spec.total or most
        if total > most or total == 0:
            cell = min(shares, key=lambda one: there[one] / shares[one])
            found = self._scarce(cell, shares[cell] * total, there[cell], most)
            raise UsageError(found + _useless(left.get(self._spec.sources[cell[0]].name, {})))
        self._connection.execute("CREATE INDEX by_place ON found (source, domain, place, number)")
        drawn = [one for cell, share in shares.items() for one in self._of(cell, share * total)]
        self._connection.execute("CREATE INDEX by_number ON chosen (source, number)")
        return total, tuple(drawn)

    def _there(self, cell: Cell) -> int:
        statement = "SELECT coalesce(sum(size), 0) FROM found WHERE source = ? AND domain = ?"
        return int(self._connection.execute(statement, cell).fetchone()[0])

    def _scarce(self, cell: Cell, wanted: float, there: int, most: int) -> str:
        source = self._spec.sources[cell[0]]
        where = f"source {source.name!r}" + (f", {source.domain} {cell[1]!r}" if cell[1] else "")
        many = f"{wanted:,.0f}" if wanted else "some"
        return (
            f"{where}: holds {there:,} {self._spec.unit}, and {many} are wanted; "
            f"the largest total with these shares is {most:,}"
        )

    def _of(self, cell: Cell, wanted: float) -> Iterator[Drawn]:
        """Choose a cell's rows, in the order of their draws, subset by subset."""
        statement = (
            "SELECT number, size, spot FROM found WHERE source = ? AND domain = ? "
            "ORDER BY place, number"
        )
        rows = self._connection.execute(statement, cell)
        count = size = 0
        row = rows.fetchone()
        chosen = self._connection.cursor()
        for subset in self._spec.subsets:
            most = int(wanted * subset / _EVERY + 0.5)
            while row is not None and size + row[1] <= most:
                values = (cell[0], row[0], subset, row[2])
                chosen.execute("INSERT INTO chosen VALUES (?, ?, ?, ?)", values)
                count, size = count + 1, size + row[1]
                row = rows.fetchone()
            yield Drawn(cell, subset, count, size)

    def chosen(self, source: int) -> Iterator[tuple[int, int, int]]:
        """Return number, part (the smallest subset) and spot of a source's rows, by number."""
        statement = "SELECT number, part, spot FROM chosen WHERE source = ? ORDER BY number"
        return self._connection.execute(statement, (source,))

    def keep(self, part: int, spot: int, source: int, number: int, text: str) -> None:
        """Keep the text of a chosen row."""
        row = (part, spot, source, number, text)
        self._connection.execute("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", row)

    def rows(self, part: int) -> Iterator[str]:
        """Return the texts of a part, in the mixture's order."""
        statement = "SELECT text FROM rows WHERE part = ? ORDER BY spot, source, number"
        return (text for (text,) in self._connection.execute(statement, (part,)))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _shares(spec: Spec) -> dict[Cell, float]:
    found: dict[Cell, float] = {}
    for number, source in enumerate(spec.sources):
        domains: Mapping[str, float] = source.domains or {"": 1.0}
        found |= {(number, domain): source.share * share for domain, share in domains.items()}
    return found


def total_of(drawn: Sequence[Drawn], subset: int) -> int:
    """Return the size of a subset."""
    return sum(one.size for one in drawn if one.subset == subset)


def _useless(left: Mapping[str, int]) -> str:
    """Return what to say of a source's rows that could not be taken; nothing where all could."""
    told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(left.items()))
    return f"; rows of no use in it: {told}" if told else ""
