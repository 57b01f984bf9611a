"""Where the rows of one format are made, looked at, measured and written, and all is counted.

Not here: which examples come (`codegen.export.exporting`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codegen.errors import UsageError
from codegen.export.columns import INTEGER, Columns, fault
from codegen.export.format import IDENTITY, Choices, Format, Made, Source, Unfit, identity_of
from codegen.export.shards import File, Shards, Sizes
from codegen.export.tokens import Tokenizer
from codegen.records import Json

TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """The tokenizer, the most tokens of a row (None: no bound), and whether ids are written."""

    tokenizer: str
    most: int | None = None
    write_ids: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """What is written, and how: the part that does not depend on the dataset."""

    sizes: Sizes = field(default_factory=Sizes)
    choices: Choices = field(default_factory=Choices)
    tokens: TokenSettings | None = None


@dataclass(slots=True)
class Exported:
    """What became of the examples in one format.

    `examples` are those of its kinds; `unfit` counts what no row was made of, by reason.
    """

    format: Format
    columns: Columns
    examples: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    unfit: Counter[str] = field(default_factory=Counter)
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
            "tokens": self.tokens,
            "columns": dict(self.columns),
            "files": [dataclasses.asdict(one) for one in self.files],
        }


class Desk:
    """Where the rows of one format are made, looked at and written."""

    def __init__(
        self,
        folder: Path,
        made_in: Format,
        settings: Writing,
        tokenizer: Tokenizer | None,
        tell: Callable[[str, Source, str], None],
    ) -> None:
        """Make the format's folder. `tell` gets format, example and reason of what has no row."""
        self._folder, self._settings, self._tokenizer = folder / made_in.name, settings, tokenizer
        self._ids = bool(settings.tokens and settings.tokens.write_ids and made_in.masked)
        counted: Columns = {"tokens": INTEGER} if tokenizer else {}
        masked: Columns = {"input_ids": [INTEGER], "assistant_masks": [INTEGER]}
        columns = {**IDENTITY, **made_in.columns, **counted, **(masked if self._ids else {})}
        self._made = Exported(made_in, columns)
        self._shards: dict[str, Shards] = {}
        self._tell = tell
        self._folder.mkdir()

    def take(self, split: str, group: Sequence[Source]) -> None:
        """Make the rows of a problem's examples."""
        mine = [one for one in group if one.example.kind in self._made.format.kinds]
        self._made.examples += len(mine)
        if not mine:
            return
        for one in self._made.format.make(mine, self._settings.choices):
            reason = one.reason if isinstance(one, Unfit) else self._write(split, one)
            if reason:
                self._tell(self._made.format.name, one.source, reason)
                self._made.unfit[reason] += 1

    def _write(self, split: str, made: Made) -> str:
        """Write a row; return why it was not."""
        found = {**identity_of(made), **made.values}
        own = {**IDENTITY, **self._made.format.columns}
        row = {name: found[name] for name in own}
        wrong = fault(row, own, "")
        if wrong.endswith("no Unicode text"):
            return "no_unicode"
        assert not wrong, f"{self._made.format.name}: {wrong}"
        reason = self._measure(row, made, self._tokenizer) if self._tokenizer else ""
        if reason:
            return reason
        self._shards_of(split).write(row)
        self._made.rows[split] += 1
        self._made.tokens += row.get("tokens", 0)
        return ""

    def _measure(self, row: dict[str, Json], made: Made, tokenizer: Tokenizer) -> str:
        """Add the row's tokens, those of its longest reading; return why they are of no use."""
        found = [tokenizer.tokens(one, made.learned, made.marks) for one in made.readings]
        row["tokens"] = max(len(one.ids) for one in found)
        if self._ids:
            row |= {"input_ids": list(found[0].ids), "assistant_masks": list(found[0].mask)}
        most = self._settings.tokens and self._settings.tokens.most
        too_long = TOO_LONG if most is not None and row["tokens"] > most else ""
        return next((one.fault for one in found if one.fault), too_long)

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
        if not self._made.files:
            self._folder.rmdir()
        return self._made
