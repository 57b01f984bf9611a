"""The pass that keeps one of those that are alike: the best, see `codegen.curate.features.rank`.

Compared are examples of one kind in one language; those of other kinds or languages are no
duplicates of it, and what is made of one problem has its statement and its program in common by
design. In this order:

- `duplicate`: all turns are the same, whatever the white space.
- `near_duplicate_statement`: another problem's statement has almost the same words; all of the
  problem's examples of that kind and language go.
- `near_duplicate_code`: another problem's program has almost the same tokens when names do not
  count.
- `semantic_duplicate`: another problem's statement means the same, where an embedding model is
  named (`codegen.curate.semantic`).

The better are looked at first, and one goes if it is like one that is kept. So each that is dropped
names a kept one that it is really like, a second time nothing more is dropped, and the order of the
examples does not matter.

Not here: what is alike (`codegen.curate.features`, `codegen.curate.neighbours`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from codegen.curate.draft import Draft
from codegen.curate.features import Given, featured
from codegen.curate.kinship import Pairs
from codegen.curate.neighbours import Neighbours
from codegen.curate.parallel import mapped
from codegen.curate.references import read_references
from codegen.curate.scratch import Item, Scratch
from codegen.curate.settings import Duplicates
from codegen.records import Json

if TYPE_CHECKING:
    from codegen.curate.semantic import Meanings

EXACT = "duplicate"
STATEMENT = "near_duplicate_statement"
PROGRAM = "near_duplicate_code"
MEANING = "semantic_duplicate"
_BATCH = 500
_SHOWN = 12


class DuplicatePass:
    """Drops all but one of those that are alike."""

    name = "duplicates"
    filters = (EXACT, STATEMENT, PROGRAM, MEANING)

    def __init__(self, settings: Duplicates, pairs: Pairs, workers: int) -> None:
        """Take the pairs that are to be filled."""
        self._settings = settings
        self._pairs = pairs
        self._workers = workers
        self._meanings: Meanings | None = None
        if settings.meaning.model:
            from codegen.curate.semantic import Meanings  # noqa: PLC0415 - it loads the client

            self._meanings = Meanings(settings.meaning)

    def run(self, draft: Draft) -> Mapping[str, Json]:
        """Look through all that is kept; returns the references and their sizes."""
        with closing(Scratch(draft.folder)) as scratch:
            references = read_references(self._settings.reference, scratch)
            scratch.fill(mapped(featured, _given(draft, scratch), self._workers))
            scratch.ready()
            self._exact(draft, scratch)
            for groups in scratch.groups():
                self._statements(draft, scratch, groups)
                self._programs(draft, scratch, groups)
            if self._meanings is not None:
                self._meanings.read(draft, scratch)
                for groups in scratch.groups():
                    self._means_the_same(draft, scratch, groups, self._meanings)
        return {"references": references}

    def _exact(self, draft: Draft, scratch: Scratch) -> None:
        if self._settings.exact:
            found = ((at, kept, "the same as") for at, kept in scratch.equal())
            self._drop(draft, scratch, EXACT, list(found))

    def _statements(self, draft: Draft, scratch: Scratch, groups: tuple[int, ...]) -> None:
        threshold = self._settings.statements
        if not threshold:
            return
        index = Neighbours(threshold, scratch.count(groups))
        found = [
            (at, kept, f"{likeness:.0%} of the statement is that of")
            for item, kept, likeness in alike(scratch.statements(groups), index)
            for at in scratch.members(groups[0], item.problem)
        ]
        self._drop(draft, scratch, STATEMENT, found)

    def _programs(self, draft: Draft, scratch: Scratch, groups: tuple[int, ...]) -> None:
        threshold = self._settings.code
        if not threshold:
            return
        index = Neighbours(threshold, scratch.count(groups))
        found = [
            (item.position, kept, f"{likeness:.0%} of the code is that of")
            for item, kept, likeness in alike(scratch.programs(groups), index)
        ]
        self._drop(draft, scratch, PROGRAM, found)

    def _means_the_same(
        self, draft: Draft, scratch: Scratch, groups: tuple[int, ...], meanings: Meanings
    ) -> None:
        found = [
            (at, kept, f"a cosine of {cosine:.3f} to the statement of")
            for item, kept, cosine in meanings.alike(scratch.statements(groups[:1]))
            for at in scratch.members(groups[0], item.problem)
        ]
        self._drop(draft, scratch, MEANING, found)

    def _drop(
        self, draft: Draft, scratch: Scratch, reason: str, found: list[tuple[int, int, str]]
    ) -> None:
        for start in range(0, len(found), _BATCH):
            batch = found[start : start + _BATCH]
            details = [f"{what} {_shown(scratch, kept)}" for _, kept, what in batch]
            draft.drop([at for at, _, _ in batch], reason, details)
            for at, kept, _ in batch:
                if kept >= 0:
                    self._pairs.add(at, kept)
            scratch.gone(at for at, _, _ in batch)


def alike(items: Iterable[Item], index: Neighbours) -> Iterator[tuple[Item, int, float]]:
    """Yield those that are like an earlier one of another problem, its position, and how alike.

    What is like none is kept: later ones are compared with it. References are always kept.
    """
    positions, problems = array("q"), array("q")
    for item in items:
        found = None
        if item.position >= 0:
            found = index.find(item.sketch, partial(_is_of, problems, item.problem))
        if found is not None:
            yield item, positions[found[0]], found[1]
            continue
        index.add(item.sketch)
        positions.append(item.position)
        problems.append(item.problem)


def _is_of(problems: array[int], problem: int, number: int) -> bool:
    return problems[number] == problem


def _given(draft: Draft, scratch: Scratch) -> Iterator[Given]:
    last, problem = None, -1
    for row in draft.rows():
        first = (row.run, row.index) != last
        if first:
            last, problem = (row.run, row.index), problem + 1
        group = scratch.group(row.kind, row.language)
        yield Given(row.position, group, problem, first, row.data)


def _shown(scratch: Scratch, position: int) -> str:
    name = scratch.name(position)
    return name[:_SHOWN] if position >= 0 else name
