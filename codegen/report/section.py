"""A section of a report: one plain computed sentence, plots with the tables behind them, samples.

Not here: what the sections are (`codegen.report.sections`), how they look (`codegen.report.page`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from codegen.records import Json

NOTHING = "-"
Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: the name in a plot's data, and the heading that a reader sees.

    A hidden column is there for the plot alone; a `share` is shown in per cent.
    """

    name: str
    heading: str
    hidden: bool = False
    share: bool = False

    def shown(self, value: Value) -> str:
        """Return a value as it is read."""
        if value is None or value == "":
            return NOTHING
        if self.share and not isinstance(value, str):
            return f"{value:.0%}"
        if isinstance(value, float):
            return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.4g}"  # noqa: PLR2004 - digits enough
        return f"{value:,}" if isinstance(value, int) else value


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot and the table behind it: the plot's data are the table's rows.

    `chart` is a Vega-Lite specification without its data, the same for every part of a dataset;
    None shows the table alone. `title` says what is counted.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    chart: Json = None
    wide: bool = True

    @property
    def values(self) -> list[Json]:
        """The rows as the plot reads them."""
        return [
            {column.name: value for column, value in zip(self.columns, row, strict=True)}
            for row in self.rows
        ]

    @property
    def headings(self) -> list[str]:
        """The headings of the columns that are shown."""
        return [one.heading for one in self.columns if not one.hidden]

    @property
    def cells(self) -> list[list[str]]:
        """The rows as they are read."""
        return [
            [
                column.shown(value)
                for column, value in zip(self.columns, row, strict=True)
                if not column.hidden
            ]
            for row in self.rows
        ]


@dataclass(frozen=True, slots=True)
class Quote:
    """A heading and a few samples under it, each with a name, a title and what was said of it."""

    heading: str
    samples: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One section; `key` names it in links, `says` is the sentence that it begins with."""

    key: str
    title: str
    says: str
    panels: tuple[Panel, ...] = ()
    quotes: tuple[Quote, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a reader should look at, and the section that shows it.

    A `notice` is something to know rather than something wrong.
    """

    text: str
    section: str
    notice: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the summary: the number, what it is, and a few words more."""

    number: str
    label: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """All that is said of one part."""

    key: str
    group: str
    title: str
    summary: str
    tiles: tuple[Tile, ...]
    warnings: tuple[Warned, ...]
    sections: tuple[Section, ...] = field(default=())


def share(part: float, whole: float) -> str:
    """Return a part in per cent, `-` of nothing; small parts do not vanish."""
    if not whole:
        return NOTHING
    found = part / whole
    if 0 < found < 0.01:  # noqa: PLR2004 - a hundredth
        return "under 1%"
    return "over 99%" if 0.99 < found < 1 else f"{found:.0%}"  # noqa: PLR2004 - as above


def labelled(part: int, whole: int) -> str:
    """Return a number with its share of a whole, as a bar is labelled."""
    return f"{part:,} · {share(part, whole)}" if part else "0"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 problem`, `1,200 problems`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


def listed(words: Iterable[str], *, most: int = 4) -> str:
    """Return words as a list in a sentence: `a, b and c`; those beyond `most` are counted."""
    found = list(words)
    if len(found) > most:
        found = [*found[:most], counted(len(found) - most, "other")]
    return _joined(found)


def _joined(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "none"
