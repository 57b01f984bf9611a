"""Which examples of a dataset are meant, by what its columns say."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from codegen.curate import tables
from codegen.verify.evidence import LEVELS

_COLUMNS = {
    "kinds": "kind",
    "languages": "language",
    "splits": "split",
    "statuses": "status",
    "reasons": "reason",
    "families": "family",
    "topics": "topic",
    "difficulties": "difficulty",
    "natural_languages": "natural_language",
    "seeds": "seed",
    "licences": "licence",
    "models": "model",
    "runs": "run",
    "problems": "index",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """The values that are accepted, column by column; empty means all. Kept examples by default.

    `problems` are numbers within their runs, `least_level` is L0 to L5 or empty.
    """

    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ("kept",)
    reasons: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    difficulties: tuple[str, ...] = ()
    natural_languages: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    runs: tuple[int, ...] = ()
    problems: tuple[int, ...] = ()
    least_level: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return it as conditions on the table of examples."""
        made: list[ColumnElement[bool]] = [
            tables.examples.c[_COLUMNS[one.name]].in_(getattr(self, one.name))
            for one in dataclasses.fields(self)
            if one.name in _COLUMNS and getattr(self, one.name)
        ]
        if self.least_level:
            levels = LEVELS[[str(level) for level in LEVELS].index(self.least_level) :]
            made.append(tables.examples.c.level.in_(levels))
        return made


KEPT = Selection()
"""Every example that was not dropped."""

EVERYTHING = Selection(statuses=())
"""Dropped examples too."""
