"""A dataset exported: its examples as rows of one or more formats, in a folder that appears whole.

    OUT/manifest.json                       settings, counts, checksums
    OUT/README.md                           which files are which configuration and split
    OUT/sft/train-00000-of-00003.jsonl

The dataset is gone through once, the examples of one problem in memory at a time.

Not here: the rows (`codegen.export.formats`), the files (`codegen.export.shards`), the tokens
(`codegen.export.tokens`).
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.export.columns import INTEGER, Columns, fault
from codegen.export.fim import MARKS, named
from codegen.export.format import IDENTITY, Choices, Format, Made, Source, Unfit, identity_of
from codegen.export.readme import configurations, readme
from codegen.export.shards import File, Shards, Sizes
from codegen.export.tokens import Tokenizer
from codegen.files import appearing
from codegen.records import Json, content_id

if TYPE_CHECKING:
    from codegen.curate.dataset import Dataset, Row
    from codegen.curate.selection import Selection

MANIFEST = "manifest.json"
MADE_BY = "codegen export"
DEFAULT_SPLIT = "train"
"""Where a dataset has no splits."""


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """The tokenizer, the most tokens of a row (None: no bound), and whether ids are written."""

    tokenizer: str
    most: int | None = None
    write_ids: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """What is exported and how."""

    formats: tuple[Format, ...]
    selection: Selection
    sizes: Sizes = field(default_factory=Sizes)
    choices: Choices = field(default_factory=Choices)
    tokens: TokenSettings | None = None


@dataclass(slots=True)
class Exported:
    """What became of the examples in one format.

    `examples` are those of its kinds; `unfit` counts what no row was made of, by reason;
    `too_long` rows had more tokens than was allowed.
    """

    format: Format
    columns: Columns
    examples: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    unfit: Counter[str] = field(default_factory=Counter)
    too_long: int = 0
    tokens: int = 0
    files: tuple[File, ...] = ()

    def to_json(self) -> Json:
        """Return it as the manifest holds it."""
        return {
            "style": self.format.style,
            "kinds": list(self.format.kinds),
            "examples": self.examples,
            "rows": dict(sorted(self.rows.items())),
            "unfit": dict(sorted(self.unfit.items())),
            "too_long": self.too_long,
            "tokens": self.tokens,
            "columns": dict(self.columns),
            "files": [dataclasses.asdict(one) for one in self.files],
        }


def export(
    dataset: Dataset, out: Path, settings: Settings, *, force: bool = False
) -> tuple[Exported, ...]:
    """Write the selected examples of a dataset to the folder `out`, a folder for each format.

    Raises:
        UsageError: something is at `out` already, a column or a tokenizer cannot be used, or the
            disk is full; nothing is left at `out`.
    """
    tokenizer = _tokenizer(settings)
    with appearing(out, mark=MANIFEST, force=force) as folder:
        desks = [_Desk(folder, one, settings, tokenizer) for one in settings.formats]
        kinds = {kind for one in settings.formats for kind in one.kinds}
        wanted = settings.selection
        chosen = sorted(kinds & set(wanted.kinds)) if wanted.kinds else sorted(kinds)
        rows = dataset.rows(replace(wanted, kinds=tuple(chosen))) if chosen else iter(())
        for split, group in _groups(rows):
            for desk in desks:
                desk.take(split, group)
        made = tuple(desk.finish() for desk in desks)
        manifest = _manifest(dataset, settings, made)
        (folder / MANIFEST).write_text(_indented(manifest), encoding="utf-8")
        (folder / "README.md").write_text(_readme(manifest), encoding="utf-8")
    return made


def _tokenizer(settings: Settings) -> Tokenizer | None:
    if settings.tokens is None:
        return None
    tokenizer = Tokenizer(settings.tokens.tokenizer)
    if any(one.style == "fim" for one in settings.formats):
        tokenizer.knows(named(MARKS[settings.choices.fim_tokens]))
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


class _Desk:
    """Where the rows of one format are made, looked at and written."""

    def __init__(
        self, folder: Path, made_in: Format, settings: Settings, tokenizer: Tokenizer | None
    ) -> None:
        self._folder, self._settings, self._tokenizer = folder / made_in.name, settings, tokenizer
        self._ids = bool(settings.tokens and settings.tokens.write_ids and made_in.masked)
        counted: Columns = {"tokens": INTEGER} if tokenizer else {}
        masked: Columns = {"input_ids": [INTEGER], "assistant_masks": [INTEGER]}
        columns = {**IDENTITY, **made_in.columns, **counted, **(masked if self._ids else {})}
        self._made = Exported(made_in, columns)
        self._shards: dict[str, Shards] = {}
        self._folder.mkdir()

    def take(self, split: str, group: Sequence[Source]) -> None:
        """Make the rows of a problem's examples."""
        mine = [one for one in group if one.example.kind in self._made.format.kinds]
        self._made.examples += len(mine)
        if not mine:
            return
        for one in self._made.format.make(mine, self._settings.choices):
            if isinstance(one, Unfit):
                self._made.unfit[one.reason] += 1
            else:
                self._write(split, one)

    def _write(self, split: str, made: Made) -> None:
        row = {**identity_of(made), **made.values}
        if self._tokenizer is not None:
            reason = self._measure(row, made, self._tokenizer)
            if reason:
                self._made.unfit[reason] += 1
                return
            most = self._settings.tokens and self._settings.tokens.most
            if most is not None and row["tokens"] > most:
                self._made.too_long += 1
                return
            self._made.tokens += row["tokens"]
        row = {name: row[name] for name in self._made.columns}
        wrong = fault(row, self._made.columns, "")
        if wrong.endswith("no Unicode text"):
            self._made.unfit["no_unicode"] += 1
            return
        assert not wrong, f"{self._made.format.name}: {wrong}"
        self._shards_of(split).write(row)
        self._made.rows[split] += 1

    def _measure(self, row: dict[str, Json], made: Made, tokenizer: Tokenizer) -> str:
        """Add the row's tokens, those of its longest reading; return why there are none."""
        found = [tokenizer.tokens(one, made.learned, made.marks) for one in made.readings]
        row["tokens"] = max(len(one.ids) for one in found)
        if self._ids:
            row |= {"input_ids": list(found[0].ids), "assistant_masks": list(found[0].mask)}
        return next((one.fault for one in found if one.fault), "")

    def _shards_of(self, split: str) -> Shards:
        if split not in self._shards:
            if not split.isidentifier():
                raise UsageError(f"split {split!r}: expected letters, digits and underscores")
            self._shards[split] = Shards(
                self._folder, split, self._made.columns, self._settings.sizes
            )
        return self._shards[split]

    def finish(self) -> Exported:
        """Close the files and return what became of everything."""
        shards = sorted(self._shards.items())
        self._made.files = tuple(file for _, one in shards for file in one.close())
        return self._made


def _manifest(dataset: Dataset, settings: Settings, made: Sequence[Exported]) -> Json:
    return {
        "made_by": MADE_BY,
        "model_made": True,
        "dataset": {
            "curation_sha256": content_id(dataset.manifest),
            "runs": [
                {"number": one.number, "models": [list(two) for two in one.models]}
                for one in dataset.runs
            ],
        },
        "settings": {
            "selection": {k: v for k, v in dataclasses.asdict(settings.selection).items() if v},
            "sizes": dataclasses.asdict(settings.sizes),
            "choices": dataclasses.asdict(settings.choices),
            "tokens": dataclasses.asdict(settings.tokens) if settings.tokens else {},
        },
        "formats": {one.format.name: one.to_json() for one in made},
    }


def _readme(manifest: Json) -> str:
    formats = manifest["formats"]
    lines = [
        f"- `{name}` ({told['style']}): {sum(told['rows'].values()):,} rows"
        for name, told in formats.items()
    ]
    return readme("Verified code", configurations(formats), lines)


def _indented(manifest: Json) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
