"""The examples of a dataset by their problems, each with its solutions in all languages.

Examples of one problem stand together, so one problem at a time is in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from codegen.contamination.answers import Subject
from codegen.contamination.overlap import Overlap
from codegen.curate.row import Row
from codegen.journal import codec
from codegen.records import Case, Comparator, Json, Signature, from_json

_ITSELF = ("solution", "translation")


@dataclass(slots=True)
class Group:
    """A problem as the pass needs it, and the positions of its examples that are kept.

    `gone` are solutions that were dropped before: a duplicate says what its problem is, too.
    """

    run: int
    index: int
    title: str
    statement: str
    subject: Subject
    positions: list[int] = field(default_factory=list)
    gone: tuple[tuple[str, str], ...] = ()
    found: Overlap | None = None


def grouped(rows: Iterable[Row]) -> Iterator[Group]:
    """Yield the problems of rows, which stand together, with their solutions in all languages.

    Rows are kept or dropped; a problem of which nothing is kept is passed over.
    """
    for _, members in groupby(rows, key=lambda row: (row.run, row.index)):
        group = _of(list(members))
        if group is not None:
            yield group


def _of(rows: Sequence[Row]) -> Group | None:
    kept = [row for row in rows if row.status == "kept"]
    if not kept:
        return None
    forms = [codec.unpack(row.data) for row in kept]
    group = _group(kept[0], forms[0])
    codes: dict[tuple[str, str], bool] = {}
    for row, form in zip(kept, forms, strict=True):
        pair = (row.language, form["code"])
        codes[pair] = codes.get(pair, False) or row.kind in _ITSELF
    gone = [row for row in rows if row.status == "dropped" and row.kind in _ITSELF]
    others = {(row.language, codec.unpack(row.data)["code"]) for row in gone}
    group.positions = [row.position for row in kept]
    group = _complete(group, codes)
    group.gone = tuple(sorted(others - set(group.subject.solutions)))
    return group


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
