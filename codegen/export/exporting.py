"""A dataset exported: its examples as rows of one or more formats, in a folder that appears whole.

    OUT/manifest.json                       settings, counts, checksums
    OUT/unfit.jsonl                         every example, or part, that has no row, and why
    OUT/README.md                           the card, which also says which files are which split
    OUT/croissant.json                      the same for machines
    OUT/sft/train-00000-of-00003.jsonl

The dataset is gone through once, the examples of one problem in memory at a time.

Not here: the rows (`codegen.export.formats`), how they are written and counted
(`codegen.export.desk`).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.export.card import CROISSANT, README, told_of, write_card
from codegen.export.desk import Desk, Exported, Writing
from codegen.export.fim import MARKS, named
from codegen.export.format import Format, Source
from codegen.export.tokens import Tokenizer
from codegen.export.written import MANIFEST, written
from codegen.files import appearing
from codegen.records import Json

if TYPE_CHECKING:
    from codegen.curate.dataset import Dataset
    from codegen.curate.row import Row
    from codegen.curate.selection import Selection

UNFIT = "unfit.jsonl"
MADE_BY = "codegen export"
OWN = written(MADE_BY, UNFIT, README, CROISSANT)
"""What of an earlier export's folder may be replaced."""
DEFAULT_SPLIT = "train"
"""Where a dataset has no splits."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is exported and how."""

    formats: tuple[Format, ...]
    selection: Selection
    writing: Writing = field(default_factory=Writing)


def export(
    dataset: Dataset, out: Path, settings: Settings, *, force: bool = False
) -> tuple[Exported, ...]:
    """Write the selected examples of a dataset to the folder `out`, a folder for each format.

    Raises:
        UsageError: something is at `out` already, a column or a tokenizer cannot be used, or the
            disk is full; nothing is left at `out`.
    """
    tokenizer = _tokenizer(settings)
    with appearing(out, mark=MANIFEST, own=OWN, force=force) as folder:
        kinds = {kind for one in settings.formats for kind in one.kinds}
        wanted = settings.selection
        chosen = sorted(kinds & set(wanted.kinds)) if wanted.kinds else sorted(kinds)
        rows = dataset.rows(replace(wanted, kinds=tuple(chosen))) if chosen else iter(())
        with (folder / UNFIT).open("w", encoding="utf-8") as handle:

            def tell(name: str, source: Source, reason: str) -> None:
                told = {"format": name, "example": source.example.id, "reason": reason}
                handle.write(json.dumps(told) + "\n")

            desks = [
                Desk(folder, one, settings.writing, tokenizer, tell) for one in settings.formats
            ]
            for split, group in _groups(rows):
                for desk in desks:
                    desk.take(split, group)
            made = tuple(desk.finish() for desk in desks)
        manifest = _manifest(dataset, settings, made)
        (folder / MANIFEST).write_text(_indented(manifest), encoding="utf-8")
        write_card(dataset, folder)
    return made


def _tokenizer(settings: Settings) -> Tokenizer | None:
    writing = settings.writing
    if writing.tokens is None:
        return None
    tokenizer = Tokenizer(writing.tokens.tokenizer)
    if any(one.style == "fim" for one in settings.formats):
        tokenizer.knows(named(MARKS[writing.choices.fim_tokens]))
    return tokenizer


def _groups(rows: Iterator[Row]) -> Iterator[tuple[str, list[Source]]]:
    """Yield the examples of one problem in one split at a time."""
    for (_, _, split), group in groupby(rows, lambda row: (row.run, row.index, row.split)):
        yield split or DEFAULT_SPLIT, [_source(row) for row in group]


def _source(row: Row) -> Source:
    example = row.example
    identity = {
        "example": row.id,
        "kind": row.kind,
        "language": row.language,
        "level": row.level,
        "problem": row.problem,
        "relation": example.lineage.relation,
        "parent": row.parent,
        "topic": row.topic,
        "difficulty": row.difficulty,
        "natural_language": row.natural_language,
        "licence": row.licence,
        "model": row.model,
        "run": row.run,
        "index": row.index,
    }
    return Source(example, identity)


def _manifest(dataset: Dataset, settings: Settings, made: Sequence[Exported]) -> Json:
    return {
        "made_by": MADE_BY,
        "model_made": True,
        "dataset": told_of(dataset),
        "settings": {
            "selection": {k: v for k, v in dataclasses.asdict(settings.selection).items() if v},
            **dataclasses.asdict(settings.writing),
        },
        "formats": {one.format.name: one.to_json() for one in made},
    }


def _indented(manifest: Json) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
