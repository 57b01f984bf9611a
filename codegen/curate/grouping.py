"""The examples of a dataset by their problems, each with its solutions in all languages.

Examples of one problem stand together, so one problem at a time is in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from codegen.contamination.answers import Subject
from codegen.contamination.overlap import Overlap
from codegen.curate.row import Row
from codegen.journal import codec
from codegen.records import Case, Comparator, Json, Signature, from_json

_ITSELF = ("solution", "translation")


@dataclass(slots=True)
class Group:
    """A problem as the pass needs it, and the positions of its examples."""

    run: int
    index: int
    title: str
    statement: str
    subject: Subject
    positions: list[int] = field(default_factory=list)
    found: Overlap | None = None


def grouped(rows: Iterable[Row]) -> Iterator[Group]:
    """Yield the problems of rows, which stand together, with their solutions in all languages."""
    group: Group | None = None
    codes: dict[tuple[str, str], bool] = {}
    for row in rows:
        if group is None or (row.run, row.index) != (group.run, group.index):
            if group is not None:
                yield _complete(group, codes)
            group, codes = None, {}
        form = codec.unpack(row.data)
        if group is None:
            group = _group(row, form)
        group.positions.append(row.position)
        pair = (row.language, form["code"])
        codes[pair] = codes.get(pair, False) or row.kind in _ITSELF
    if group is not None:
        yield _complete(group, codes)


def _group(row: Row, form: Json) -> Group:
    problem = form["problem"]
    cases = tuple(from_json(Case, one) for one in form["cases"])
    signature = from_json(Signature, problem["signature"])
    subject = Subject(signature, Comparator(problem["comparator"]), (), cases)
    return Group(row.run, row.index, row.title, problem["statement"], subject)


def _complete(group: Group, codes: Mapping[tuple[str, str], bool]) -> Group:
    chosen = [pair for pair, itself in codes.items() if itself] or list(codes)
    old = group.subject
    group.subject = Subject(old.signature, old.comparator, tuple(sorted(chosen)), old.cases)
    return group
