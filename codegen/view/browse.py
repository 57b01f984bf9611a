"""Questions to the list: a page of it, who comes next, how many there are, who is related."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Self

from sqlalchemy import func, select

from codegen.errors import UsageError
from codegen.records import ProblemRecord
from codegen.view.catalogue import PROBLEM, Catalogue, entries
from codegen.view.filter import FACETS, Filter, notes

PAGE = 50
MOST_NUMBER = 2**53
"""No number of anything is larger, and databases count no further than 2**63."""

_MOST_VALUES = 400
_MOST_RELATED = 60


class Missing(UsageError):  # noqa: N818 - it names what is the case, as KeyError does
    """There is no such record."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list: an example, or a rejected problem (of the kind `problem`)."""

    number: int
    run: int
    index: int
    id: str
    problem: str
    family: str
    kind: str
    language: str
    level: str
    split: str
    status: str
    reason: str
    title: str
    topic: str
    skill: str
    difficulty: str
    natural_language: str
    seed: str
    licence: str
    model: str
    parent: str
    judged: int | None

    @classmethod
    def of_problem(cls, run: int, record: ProblemRecord) -> Self:
        """Return a problem as an entry that is not of the list."""
        problem, seed = record.problem, record.seed
        name = problem.id if problem else ""
        values: dict[str, Any] = {one.name: "" for one in fields(cls)}
        return cls(
            **{
                **values,
                "number": -1,
                "run": run,
                "index": record.index,
                "id": name,
                "problem": name,
                "family": name,
                "kind": PROBLEM,
                "status": record.status,
                "judged": None,
                "reason": record.reason,
                "title": problem.title if problem else "",
                "topic": seed.topic,
                "skill": seed.skill,
                "seed": seed.kind,
            }
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries in a row. `before` and `after` are what the neighbouring pages are asked by."""

    entries: tuple[Entry, ...]
    total: int
    first: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands among those that a filter lets through; `at` counts from 1."""

    at: int
    total: int
    previous: int | None
    next: int | None


class Browser:
    """Reads the list. Safe to use from several threads."""

    def __init__(self, index: Catalogue) -> None:
        """Read from an index."""
        self._index = index
        self.facets = cache(self._facets)

    def page(
        self, chosen: Filter, annotator: str, *, after: int | None = None, before: int | None = None
    ) -> Page:
        """Return the page after an entry's number, or before one, or the first."""
        wanted = chosen.conditions(annotator)
        number = entries.c.number
        statement = select(entries).where(*wanted)
        if before is not None:
            statement = statement.where(number < before).order_by(number.desc())
        else:
            statement = statement.where(number > (-1 if after is None else after)).order_by(number)
        with self._index.reading() as connection:
            rows = list(connection.execute(statement.limit(PAGE)).all())
            found = sorted((Entry(*row) for row in rows), key=lambda one: one.number)
            first = found[0].number if found else 0
            counted = select(func.count(), func.count().filter(number < first)).where(*wanted)
            total, ahead = connection.execute(counted.select_from(entries)).one()
        more = ahead + len(found) < total
        return Page(
            tuple(found),
            total,
            ahead + 1 if found else 0,
            first if found and ahead else None,
            found[-1].number if found and more else None,
        )

    def entry(self, number: int) -> Entry:
        """Return an entry by its number.

        Raises:
            Missing: there is none.
        """
        row = None
        if abs(number) <= MOST_NUMBER:
            with self._index.reading() as connection:
                row = connection.execute(select(entries).where(entries.c.number == number)).first()
        if row is None:
            raise Missing(f"there is no record {number}")
        return Entry(*row)

    def find(self, prefix: str) -> Entry:
        """Return the record whose id begins so, or else the first that came of such a problem.

        Raises:
            Missing: none does.
        """
        wanted = prefix.strip().lower()
        with self._index.reading() as connection:
            for column in (entries.c.id, entries.c.problem) if wanted else ():
                match = (column >= wanted) & (column < wanted + "g")
                statement = select(entries).where(match).order_by(column, entries.c.number)
                row = connection.execute(statement.limit(1)).first()
                if row is not None:
                    return Entry(*row)
        raise Missing(f"there is no record {prefix!r}")

    def place(self, entry: int, chosen: Filter, annotator: str) -> Place:
        """Return where an entry stands, and its neighbours."""
        wanted = chosen.conditions(annotator)
        number = entries.c.number
        counted = select(
            func.count(),
            func.count().filter(number <= entry),
            func.max(number).filter(number < entry),
            func.min(number).filter(number > entry),
        )
        with self._index.reading() as connection:
            total, at, previous, following = connection.execute(
                counted.select_from(entries).where(*wanted)
            ).one()
        return Place(at, total, previous, following)

    def related(self, entry: Entry) -> tuple[Entry, ...]:
        """Return the other examples of the same family, the same problem's first."""
        table = entries.c
        same = (table.family == entry.family) if entry.family else (table.number == entry.number)
        near = (table.run != entry.run) | (table.index != entry.index)
        statement = select(entries).where(same, table.number != entry.number)
        with self._index.reading() as connection:
            rows = connection.execute(
                statement.order_by(near, table.number).limit(_MOST_RELATED)
            ).all()
        return tuple(Entry(*row) for row in rows)

    def _facets(self) -> Mapping[str, tuple[tuple[str, int], ...]]:
        with self._index.reading() as connection:
            return {name: tuple(_values(connection, name)) for name in FACETS}

    def rejected(self, ids: Iterable[str]) -> frozenset[str]:
        """Return those of the ids that name rejected problems."""
        wanted = sorted(set(ids))
        found: set[str] = set()
        with self._index.reading() as connection:
            for start in range(0, len(wanted), PAGE):
                part = entries.c.id.in_(wanted[start : start + PAGE])
                statement = select(entries.c.id).where(part, entries.c.kind == PROBLEM)
                found.update(connection.execute(statement).scalars())
        return frozenset(found)

    def judged(self, examples: Iterable[str]) -> dict[str, int]:
        """Return the judge's scores of those examples that have one."""
        wanted = sorted(set(examples))
        found: dict[str, int] = {}
        with self._index.reading() as connection:
            for start in range(0, len(wanted), PAGE):
                part = entries.c.id.in_(wanted[start : start + PAGE])
                statement = select(entries.c.id, entries.c.judged).where(part)
                rows = connection.execute(statement.where(entries.c.judged.is_not(None)))
                found.update((name, int(score)) for name, score in rows)
        return found

    def marks(self, examples: Iterable[str]) -> dict[str, list[Any]]:
        """Return who marked and scored what, by example: rows of annotator, mark, score, note."""
        statement = select(notes.example, notes.annotator, notes.mark, notes.score, notes.note)
        found: dict[str, list[Any]] = {}
        with self._index.reading() as connection:
            for row in connection.execute(statement.where(notes.example.in_(list(examples)))):
                found.setdefault(row.example, []).append(row)
        return found

    def share(self) -> float:
        """Return how much of the words can be searched so far, 0 to 1."""
        return self._index.share()


def _values(connection: Any, name: str) -> list[tuple[str, int]]:
    column = entries.c[name]
    counted = func.count()
    statement = select(column, counted).group_by(column).order_by(counted.desc(), column)
    return [(str(value), n) for value, n in connection.execute(statement.limit(_MOST_VALUES))]
