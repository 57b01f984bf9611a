"""What a dataset says of its runs and of each example, beside the example itself.

Not here: where it is read from (`codegen.curate.dataset`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from codegen.journal import codec
from codegen.journal.place import Named
from codegen.records import Example, Json, from_json


@dataclass(frozen=True, slots=True)
class SourceRun:
    """A run that examples come from; `models` are names and revisions of all that were called."""

    number: int
    folder: Named
    configuration: Mapping[str, Json]
    models: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a filter noticed about an example and did not drop it for."""

    filter: str
    detail: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A rejected problem without its record; `problem` is its id, empty where none was written.

    `id` names the rejection. The problem's own will not do: one that repeats another has its id.
    """

    id: str
    run: int
    index: int
    problem: str
    family: str
    reason: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One example and what curation says of it.

    `index` is its problem's number in its run, `reason` the filter that dropped it. The example
    itself is decoded when it is asked for, each time.
    """

    position: int
    id: str
    run: int
    index: int
    problem: str
    family: str
    kind: str
    language: str
    level: str
    split: str
    status: Literal["kept", "dropped"]
    reason: str
    detail: str
    title: str
    topic: str
    skill: str
    difficulty: str
    natural_language: str
    seed: str
    licence: str
    model: str
    round: int
    parent: str
    data: bytes = field(repr=False)

    @property
    def example(self) -> Example:
        """The example, as its run's journal holds it or as a filter has redacted it."""
        return from_json(Example, codec.unpack(self.data))
