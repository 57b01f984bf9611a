"""What a format is: which examples it takes, its columns, and the rows that it makes of them.

Examples come in groups, those of one problem at a time, as some rows are made of several. What a
format takes and makes no row of is `Unfit`, with a reason: nothing is lost unsaid.

Not here: the formats themselves (`codegen.export.formats`), choosing and counting
(`codegen.export.exporting`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from codegen.export.columns import INTEGER, TEXT, Columns
from codegen.records import Example, Json

Chat = Sequence[Mapping[str, str]]
Reading = Chat | str
"""What a model reads at once: a conversation, or a text."""

IDENTITY: Columns = {
    "id": TEXT,
    "example": TEXT,
    "kind": TEXT,
    "language": TEXT,
    "level": TEXT,
    "problem": TEXT,
    "relation": TEXT,
    "parent": TEXT,
    "topic": TEXT,
    "difficulty": TEXT,
    "natural_language": TEXT,
    "licence": TEXT,
    "model": TEXT,
    "run": INTEGER,
    "index": INTEGER,
}
"""The way back from a row: to its example, its problem (`index` in `run`), its seed's licence."""


@dataclass(frozen=True, slots=True)
class Source:
    """An example to make rows of, and the columns that lead back to it."""

    example: Example
    identity: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """A row of one example.

    `readings` is what a model reads of it. `part` tells rows of the same example apart, and is
    empty for its only one. `learned` says of each turn of the reading whether it is learned, in
    formats whose rows can be masked. `marks` are special tokens that a text holds on purpose.
    """

    source: Source
    values: Mapping[str, Json]
    readings: tuple[Reading, ...]
    part: str = ""
    learned: tuple[bool, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfit:
    """An example, or a part of it, that no row can be made of, and why, in one word."""

    source: Source
    reason: str


Outcome = Made | Unfit


@dataclass(frozen=True, slots=True)
class Choices:
    """What is drawn and written in a format that leaves something open; see `pretrain`, `sft`."""

    seed: int = 0
    fim_tokens: str = "starcoder"
    fim_mode: str = "psm"
    fim_rate: float = 1.0
    reasoning: str = "drop"


@dataclass(frozen=True, slots=True)
class Format:
    """One format in one style.

    `kinds` are the examples that it takes, `columns` those of its own, `make` turns the examples of
    one problem into rows. `masked` says that its rows are conversations some of whose turns are
    learned, so that tokens can be written with a mask.
    """

    name: str
    style: str
    summary: str
    kinds: tuple[str, ...]
    columns: Columns
    make: Callable[[Sequence[Source], Choices], Iterable[Outcome]]
    masked: bool = False


def one_by_one(make: Callable[[Source], Outcome]) -> Callable[..., Iterable[Outcome]]:
    """Return a `make` for rows that are made of one example each."""

    def made(group: Sequence[Source], _: Choices) -> Iterable[Outcome]:
        return (make(source) for source in group)

    return made


def identity_of(made: Made) -> dict[str, Json]:
    """Return the columns that lead back from a row, with the row's own id."""
    example = made.source.identity["example"]
    key = f"{example} {made.part}".encode()
    return {
        "id": hashlib.sha256(key).hexdigest() if made.part else example,
        **made.source.identity,
    }
