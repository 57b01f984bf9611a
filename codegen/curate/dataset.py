"""A dataset: examples of one or more runs, each kept or dropped with its reason. Read only.

A folder with `dataset.sqlite` and `curation.json` (settings, sources, counts). It holds all that
its runs' journals say of problems and examples, so that it can be read without them; calls and
executions stay there.

Not here: making one (`codegen.curate.draft`), and runs in a dataset's place
(`codegen.curate.opened`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Executable, Select, func, select

from codegen import sqlite
from codegen.curate import tables
from codegen.curate.row import Finding, Rejected, Row, SourceRun
from codegen.curate.selection import KEPT, Selection
from codegen.errors import UsageError
from codegen.journal import codec
from codegen.journal.place import named
from codegen.records import Json, ProblemRecord, content_id, from_json

FILE = "dataset.sqlite"
MANIFEST = "curation.json"
LEAST_PREFIX = 4
_PAGE = 200
_COLUMNS = [one for one in tables.examples.c if one.name != "example"]


class Dataset:
    """An open dataset. Use `open`, and `close` it or use it in a `with` statement."""

    def __init__(self, folder: Path, *, read_only: bool = True) -> None:
        """Connect to the file in a folder; called by `open`."""
        self.folder = folder
        self._engine = tables.engine(folder / FILE, read_only=read_only)
        with self._failures():
            self._connection = self._engine.connect()

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Open the dataset in a folder.

        Raises:
            UsageError: there is none, or it was made by another version.
        """
        file = Path(folder) / FILE
        if not file.is_file():
            raise UsageError(f"there is no dataset in {folder}; make one with `codegen curate`")
        made = cls(Path(folder))
        try:
            made._check()
        except BaseException:
            made.close()
            raise
        return made

    def _check(self) -> None:
        with self._failures():
            found = [
                self._connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("application_id", "user_version")
            ]
        if found[0] != tables.APPLICATION:
            raise UsageError(f"{self.folder / FILE} is not a dataset; name another folder")
        if found[1] != tables.VERSION:
            raise UsageError(
                f"{self.folder} was made by another version of codegen (schema {found[1]}, this "
                f"one reads {tables.VERSION}); make it again with `codegen curate`"
            )

    @property
    def manifest(self) -> Json:
        """What `curation.json` says: settings, sources, counts. Empty for a plain collection."""
        try:
            return json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.folder / MANIFEST} cannot be read: {error}") from error

    @property
    def runs(self) -> tuple[SourceRun, ...]:
        """The runs that the examples come from, in the order in which they were named."""
        table = tables.runs.c
        statement = select(table.number, table.folder, table.configuration, table.models)
        return tuple(
            SourceRun(
                number,
                named(folder),
                codec.unpack(configuration) or {},
                tuple((name, revision) for name, revision in codec.unpack(models)),
            )
            for number, folder, configuration, models in self._all(statement.order_by(table.number))
        )

    def rows(
        self, selection: Selection = KEPT, *, after: int = -1, limit: int | None = None
    ) -> Iterator[Row]:
        """Yield the selected examples by position, those after the position `after`.

        They are read in pages: memory does not grow, and the dataset may be written to meanwhile.
        """
        table = tables.examples.c
        base = select(*_COLUMNS, table.example).where(*selection.conditions())
        left = limit
        while left is None or left > 0:
            page = _PAGE if left is None else min(_PAGE, left)
            found = self._all(
                base.where(table.position > after).order_by(table.position).limit(page)
            )
            yield from (Row(*values) for values in found)
            if len(found) < page:
                return
            after = found[-1].position
            left = None if left is None else left - len(found)

    def count(self, selection: Selection = KEPT) -> int:
        """Count the selected examples."""
        statement = select(func.count()).select_from(tables.examples)
        return int(self._all(statement.where(*selection.conditions()))[0][0])

    def tally(self, column: str, selection: Selection = KEPT) -> dict[str, int]:
        """Count the selected examples by a column (a field of `Row`), the most frequent first."""
        named = tables.examples.c[column]
        counted = func.count()
        statement = select(named, counted).where(*selection.conditions()).group_by(named)
        return {str(name): n for name, n in self._all(statement.order_by(counted.desc(), named))}

    def row(self, prefix: str) -> Row:
        """Return the example whose id begins so.

        Raises:
            UsageError: none does, or several do.
        """
        wanted = prefix.strip().lower()
        if len(wanted) < LEAST_PREFIX:
            raise UsageError(f"{prefix!r}: give at least {LEAST_PREFIX} characters of an id")
        table = tables.examples.c
        # a range, as no index helps a pattern; ids are hexadecimal
        same = (table.id >= wanted) & (table.id < wanted + "g")
        statement = select(*_COLUMNS, table.example).where(same)
        found = self._all(statement.order_by(table.position).limit(2))
        if not found:
            raise UsageError(f"{self.folder} holds no example {prefix!r}")
        if len({row.id for row in found}) > 1:
            raise UsageError(f"{prefix!r} is the beginning of several ids; give more of it")
        return Row(*found[0])

    def positions(self, ids: Iterable[str]) -> dict[str, int]:
        """Return where the examples with these ids are, without those that are not there."""
        wanted, table = list(ids), tables.examples.c
        found: dict[str, int] = {}
        for first in range(0, len(wanted), _PAGE):
            some = wanted[first : first + _PAGE]
            statement = select(table.id, table.position).where(table.id.in_(some))
            found.update((name, position) for name, position in self._all(statement))
        return found

    def problem(self, run: int, index: int, *, examples: bool = True) -> ProblemRecord:
        """Return a problem's whole life, with its examples, the dropped ones too, or without.

        Raises:
            UsageError: there is no such problem.
        """
        table = tables.problems.c
        statement = select(table.record).where(table.run == run, table.index == index)
        found = self._all(statement)
        if not found:
            raise UsageError(f"{self.folder} holds no problem {index} of run {run}")
        record = from_json(ProblemRecord, codec.unpack(found[0][0]))
        if not examples:
            return record
        every = Selection(statuses=(), runs=(run,), problems=(index,))
        return dataclasses.replace(record, examples=tuple(row.example for row in self.rows(every)))

    def problems(
        self, *, run: int | None = None, statuses: tuple[str, ...] = ()
    ) -> Iterator[tuple[int, ProblemRecord]]:
        """Yield run and record of every problem, accepted or rejected, without its examples."""
        table = tables.problems.c
        statement = select(table.run, table.index, table.record)
        if run is not None:
            statement = statement.where(table.run == run)
        if statuses:
            statement = statement.where(table.status.in_(statuses))
        for number, _, data in self._paged(statement):
            yield number, from_json(ProblemRecord, codec.unpack(data))

    def rejected(self) -> Iterator[Rejected]:
        """Yield the rejected problems in the order of runs and numbers."""
        table = tables.problems.c
        # the same whatever else is in the dataset, and wherever the run's folder is
        runs = {one.number: content_id(dict(one.configuration)) for one in self.runs}
        columns = (table.run, table.index, table.id, table.family, table.reason, table.title)
        for row in self._paged(select(*columns).where(table.status == "rejected")):
            run, index, problem = row[:3]
            yield Rejected(content_id(["rejected", runs.get(run, ""), index, problem]), *row)

    def _paged(self, statement: Select[Any]) -> Iterator[Any]:
        table = tables.problems.c
        ordered = statement.order_by(table.run, table.index).limit(_PAGE)
        page = self._all(ordered)
        while page:
            yield from page
            run, index = page[-1][0], page[-1][1]
            later = (table.run > run) | ((table.run == run) & (table.index > index))
            page = self._all(ordered.where(later))

    def findings(self, position: int) -> tuple[Finding, ...]:
        """Return what was noticed about the example at a position."""
        table = tables.findings.c
        statement = select(table.filter, table.detail).where(table.position == position)
        return tuple(Finding(*found) for found in self._all(statement.order_by(table.number)))

    def noticed(self) -> dict[str, int]:
        """Count what was noticed by filter, the most frequent first."""
        named, counted = tables.findings.c.filter, func.count()
        statement = select(named, counted).group_by(named).order_by(counted.desc(), named)
        return {str(name): n for name, n in self._all(statement)}

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._connection.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _all(self, statement: Executable) -> list[Any]:
        with self._failures():
            return list(self._connection.execute(statement).all())

    def _failures(self) -> contextlib.AbstractContextManager[None]:
        return sqlite.told(self.folder / FILE, "check the disk and the file")
