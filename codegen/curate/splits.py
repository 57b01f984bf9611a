"""The pass that finds families and puts each into a split as a whole.

A family is a problem with all that was made of it, the problems that evolved from it or that have
its seed (a piece of code, a given problem) in common with it, and those of which an example was
dropped as a duplicate of one of its own. Problems that were shown to a model as examples for
another are no kin of it: a few shown ones would join all.

A family is named by its problem that came first, and the hash of that id decides. So a split stays
as it is when problems are added behind; only families that an added one joins may move.

Memory: about a hundred bytes for each problem.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping

from codegen.curate.draft import Draft
from codegen.curate.kinship import Groups, Pairs
from codegen.curate.row import Row
from codegen.curate.selection import EVERYTHING, KEPT
from codegen.curate.settings import Splits
from codegen.journal import codec
from codegen.records import Json

_UNRELATED = frozenset(("taxonomy", "self-instruct"))
_BATCH = 5_000
_BYTES = 8


class SplitPass:
    """Sets the columns `family` and `split`."""

    name = "splits"
    filters: tuple[str, ...] = ()

    def __init__(self, settings: Splits, pairs: Pairs) -> None:
        """Take the pairs that earlier passes fill."""
        self._shares = settings.shares
        self._pairs = pairs

    def run(self, draft: Draft) -> Mapping[str, Json]:
        """Set them for every example, dropped ones too; returns how large families are."""
        families = _Families()
        for row in draft.rows(EVERYTHING):
            families.add(row)
        for dropped, kept in self._pairs:
            families.join(dropped, kept)
        sizes: Counter[str] = Counter()
        for batch in families.batches():
            draft.set("family", dict(batch))
            if self._shares:
                draft.set("split", {at: split_of(one, self._shares) for at, one in batch})
        sizes.update(draft.tally("family", KEPT))
        largest = max(sizes.values(), default=0)
        return {"families": len(sizes), "largest_family": largest}


def split_of(family: str, shares: Mapping[str, float]) -> str:
    """Return the split of a family, by its name alone."""
    digest = hashlib.sha256(f"split/{family}".encode()).digest()
    place = int.from_bytes(digest[:_BYTES], "big") / (1 << 8 * _BYTES)
    for name, share in shares.items():
        if place < share:
            return name
        place -= share
    return [name for name, share in shares.items() if share][-1]


class _Families:
    """Problems by number, in the order in which they came, and what joins them."""

    def __init__(self) -> None:
        self._groups = Groups()
        self._ids: list[bytes] = []
        self._numbers: dict[bytes, int] = {}
        self._problem_of = array("q")
        self._last: tuple[int, int] | None = None

    def add(self, row: Row) -> None:
        """Take in the next example; all of a problem follow one another."""
        assert row.position == len(self._problem_of), "positions are numbers from 0"
        if (row.run, row.index) != self._last:
            self._last = row.run, row.index
            self._add_problem(row)
        self._problem_of.append(len(self._ids) - 1)

    def _add_problem(self, row: Row) -> None:
        number = len(self._ids)
        self._ids.append(row.problem.encode())
        self._groups.grow(number + 1)
        for key in _keys(row):
            first = self._numbers.setdefault(key, number)
            self._groups.join(first, number)

    def join(self, one: int, other: int) -> None:
        """Make one family of those of two positions."""
        self._groups.join(self._problem_of[one], self._problem_of[other])

    def batches(self) -> Iterator[list[tuple[int, str]]]:
        """Yield positions with the names of their families."""
        batch: list[tuple[int, str]] = []
        for position, number in enumerate(self._problem_of):
            batch.append((position, self._ids[self._groups.find(number)].decode()))
            if len(batch) == _BATCH:
                yield batch
                batch = []
        yield batch


def _keys(row: Row) -> Iterator[bytes]:
    """Yield what a problem has in common with its kin: its id, its parents' ids, its seed."""
    yield _key("problem", row.problem)
    if row.seed in _UNRELATED:
        return
    seed = codec.unpack(row.data)["seed"]
    for parent in seed["parents"]:
        yield _key("problem", parent)
    if seed["sha256"]:
        yield _key("seed", seed["sha256"])


def _key(kind: str, value: str) -> bytes:
    return hashlib.blake2b(f"{kind}/{value}".encode(), digest_size=_BYTES).digest()
