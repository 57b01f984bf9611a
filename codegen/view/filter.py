"""What part of the list is wanted: by columns, by annotations, by the judge's score, by words.

It comes from a page's address and goes back into one.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, MetaData, bindparam, func, select, text

from codegen.errors import UsageError
from codegen.view import notebook
from codegen.view.agreement import APART
from codegen.view.catalogue import entries

FACETS = (
    *("kind", "language", "level", "split", "status", "reason", "topic", "difficulty", "model"),
    *("seed", "natural_language", "licence"),
)
"""The columns that can be chosen from."""

NONE = "-"
"""What an empty value is called in an address."""

NOTES = {
    "any": "annotated",
    "none": "not annotated",
    "mine": "annotated by me",
    "todo": "not annotated by me",
    "good": "marked good",
    "bad": "marked bad",
    "note": "with a note",
    "disputed": "annotators disagree",
}
JUDGED = {
    "any": "scored",
    "low": "1 or 2",
    "3": "3",
    "4": "4",
    "5": "5",
    "apart": "far from an annotator",
}
_TERM = re.compile(r'"([^"]*)"?|(\S+)')
_HEX = re.compile(r"[0-9a-f]{8,64}")
_LOW = 2

notes = notebook.table.to_metadata(MetaData(), schema="notes").c


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of a filter as it is shown, and the query of an address `without` it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted; empty is everything. `values` are by facet; any of a facet's will do."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: str = ""
    judged: str = ""
    search: str = ""

    @property
    def query(self) -> str:
        """The filter as the query of an address, without a question mark."""
        return urllib.parse.urlencode(self._pairs, errors="replace")

    @property
    def _pairs(self) -> list[tuple[str, str]]:
        pairs = [(name, value) for name, some in self.values.items() for value in some]
        pairs += [("notes", self.notes), ("judged", self.judged), ("q", self.search)]
        return [(name, value) for name, value in pairs if value]

    @property
    def chips(self) -> tuple[Chip, ...]:
        """What the filter is made of, each with the filter that is left without it."""
        pairs = self._pairs
        labels = {"notes": NOTES.get(self.notes, ""), "judged": JUDGED.get(self.judged, "")}
        names = {"q": "search", "notes": "annotations", "judged": "judge"}
        return tuple(
            Chip(
                names.get(name, name),
                labels.get(name, "none" if value == NONE else value),
                urllib.parse.urlencode([one for one in pairs if one != pair], errors="replace"),
            )
            for pair in pairs
            for name, value in [pair]
        )

    def conditions(self, annotator: str) -> list[ColumnElement[bool]]:
        """Return it as conditions on the entries; `annotator` is who asks."""
        made: list[ColumnElement[bool]] = [
            entries.c[name].in_(["" if value == NONE else value for value in some])
            for name, some in self.values.items()
        ]
        if self.notes:
            made.append(_noted(self.notes, annotator))
        if self.judged:
            made.append(_judged(self.judged))
        if self.search:
            made.append(_searched(self.search))
        return made


def parse_filter(pairs: Iterable[tuple[str, str]], ignored: Iterable[str] = ()) -> Filter:
    """Return the filter that the query of an address means; what is in `ignored` is not looked at.

    Raises:
        UsageError: it names something that nothing can be filtered by, or what is no facet twice.
    """
    values: dict[str, tuple[str, ...]] = {}
    others: dict[str, str] = {}
    for name, value in pairs:
        if name in ignored or not value:
            continue
        if name not in (*FACETS, "notes", "judged", "q"):
            known = ", ".join((*FACETS, "notes", "judged", "q"))
            raise UsageError(f"nothing can be filtered by {name!r} (known: {known})")
        if name in others:
            raise UsageError(f"{name!r} is given twice; give one value")
        if name in FACETS:
            values[name] = tuple(dict.fromkeys((*values.get(name, ()), value)))
        else:
            others[name] = value
    said, judged = others.get("notes", ""), others.get("judged", "")
    search = others.get("q", "").strip()
    if said and said not in NOTES:
        raise UsageError(f"notes={said!r}: give one of {', '.join(NOTES)}")
    if judged and judged not in JUDGED:
        raise UsageError(f"judged={judged!r}: give one of {', '.join(JUDGED)}")
    return Filter(values, said, judged, search)


def _noted(said: str, annotator: str) -> ColumnElement[bool]:
    about = select(notes.example)
    mine = about.where(notes.annotator == annotator)
    if said in ("none", "todo"):
        return entries.c.id.not_in(about if said == "none" else mine)
    disputed = about.group_by(notes.example).having(
        (func.count(func.distinct(func.nullif(notes.mark, ""))) > 1)
        | (func.max(notes.score) - func.min(notes.score) >= APART)
    )
    chosen = {
        "any": about,
        "mine": mine,
        "good": about.where(notes.mark == "good"),
        "bad": about.where(notes.mark == "bad"),
        "note": about.where(notes.note != ""),
        "disputed": disputed,
    }
    return entries.c.id.in_(chosen[said])


def _judged(judged: str) -> ColumnElement[bool]:
    score = entries.c.judged
    if judged == "any":
        return score.is_not(None)
    if judged == "low":
        return score <= _LOW
    if judged == "apart":
        far = func.abs(notes.score - score) >= APART
        scored = select(notes.example).where(notes.example == entries.c.id, far).exists()
        return score.is_not(None) & scored
    return score == int(judged)


def _searched(search: str) -> ColumnElement[bool]:
    words = match_of(search)
    found: ColumnElement[bool] = text("0")  # type: ignore[assignment]  # a fragment is a condition
    if words:
        hits = text("SELECT rowid FROM texts WHERE texts MATCH :words")
        found = entries.c.number.in_(hits.bindparams(bindparam("words", words)))
    prefix = search.strip().lower()
    if _HEX.fullmatch(prefix):
        for column in (entries.c.id, entries.c.problem):
            found = found | ((column >= prefix) & (column < prefix + "g"))
    return found


def match_of(search: str) -> str:
    """Return a search as FTS5 has it: all words, `"words in a row"`, `begin*`; empty if no word.

    Whatever is typed is words and nothing else: there is no syntax to get wrong.
    """
    terms = []
    for phrase, word in _TERM.findall(search):
        said = phrase or word
        if not any(one.isalnum() for one in said):
            continue
        quoted = said.rstrip("*").replace('"', "").replace("\0", "")
        terms.append(f'"{quoted}"' + ("*" if word.endswith("*") else ""))
    return " ".join(terms)
