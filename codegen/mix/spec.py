"""What a mixture is to be: its sources and their shares, checked before anything is read.

Not here: reading the sources (`codegen.mix.reading`), drawing from them (`codegen.mix.drawing`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from codegen.errors import UsageError
from codegen.export.written import MANIFEST
from codegen.given import read_toml
from codegen.records import Json, from_json

MADE_BY = "codegen mix"
OWN_COLUMNS = ("id", "source", "origin", "domain", "made_by")
"""What a mixture says of each row itself, whatever columns the sources have."""
_CLOSE = 1e-6
_DEEPEST = 3

Unit = Literal["examples", "tokens"]
Maker = Literal["", "people", "model"]


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to draw from: a JSONL or Parquet file, or a folder of such files.

    `share` is its part of the mixture, 0 to 1. `made_by` says who wrote the rows; of an export it
    is known. `columns` names the source's column for a column of the mixture where they differ.
    Where a column `domain` is named, `domains` are the shares of its values within the source, and
    rows with others are not taken. `split` takes the files of that split alone.
    """

    name: str
    path: str
    share: float
    made_by: Maker = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    domain: str = ""
    domains: Mapping[str, float] = field(default_factory=dict)
    split: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """A mixture: the columns that every row has, the sources, how much, and by what it is counted.

    Without a `total` (0) it is as large as the scarcest source allows. `subsets` are percentages,
    each subset holding the smaller ones.
    """

    columns: tuple[str, ...]
    sources: tuple[Source, ...]
    unit: Unit = "examples"
    total: int = 0
    seed: int = 0
    subsets: tuple[int, ...] = (100,)
    tokenizer: str = ""


def read_spec(path: Path) -> Spec:
    """Return the spec of a TOML file; paths in it are relative to its folder.

    Raises:
        UsageError: it cannot be read, has an unknown key, or asks for what cannot be.
    """
    spec = from_json(Spec, read_toml(path), str(path))
    beside = [replace(one, path=str(path.parent / one.path)) for one in spec.sources]
    return replace(spec, sources=tuple(beside))


def checked(spec: Spec, *, synthetic_only: bool = False) -> Spec:
    """Return the spec with who made each source's rows.

    Raises:
        UsageError: it asks for what cannot be, or is made by models alone without
            `synthetic_only`.
    """
    if not spec.columns or not spec.sources:
        raise UsageError("a mixture needs columns and sources")
    taken = [name for name in spec.columns if name in OWN_COLUMNS]
    if taken:
        raise UsageError(
            f"column {taken[0]!r}: a mixture writes {', '.join(OWN_COLUMNS)} itself; give the"
            f" column another name, in SPEC by a source's columns = {{ NAME = {taken[0]!r} }}"
        )
    names = [one.name for one in spec.sources]
    if len(set(names)) < len(names) or not all(names):
        raise UsageError(f"sources need names of their own, got {', '.join(names)}")
    _check_shares({one.name: one.share for one in spec.sources}, "the sources' shares")
    if spec.total < 0:
        raise UsageError(f"total: expected a number from 1, got {spec.total}")
    if not spec.subsets or any(not 0 < one <= 100 for one in spec.subsets):  # noqa: PLR2004 - percent
        raise UsageError("subsets: expected percentages from 1 to 100")
    sources = tuple(_checked_source(one) for one in spec.sources)
    if not synthetic_only and all(one.made_by == "model" for one in sources):
        raise UsageError(
            "every source was made by models; a model that is trained on such rows alone grows "
            "poorer: add a source that people made, or say --allow-synthetic-only"
        )
    return replace(spec, sources=sources, subsets=tuple(sorted({*spec.subsets, 100})))


def _checked_source(source: Source) -> Source:
    if bool(source.domain) != bool(source.domains):
        raise UsageError(f"source {source.name!r}: domain and domains go together")
    if source.domains:
        _check_shares(source.domains, f"source {source.name!r}: the domains' shares")
    told = _manifest_of(Path(source.path))
    made_by = source.made_by
    if told.get("model_made"):
        if made_by == "people":
            raise UsageError(f"source {source.name!r}: {source.path} was exported from a model's")
        made_by = "model"
    if not made_by:
        raise UsageError(
            f"source {source.name!r}: say who wrote its rows, made_by = 'people' or 'model'"
        )
    exported = told and not source.split
    return replace(source, made_by=made_by, split="train" if exported else source.split)


def _check_shares(shares: Mapping[str, float], what: str) -> None:
    for name, share in shares.items():
        if not 0 < share <= 1:
            raise UsageError(f"{what}: expected more than 0 and at most 1 for {name!r}")
    if not math.isclose(sum(shares.values()), 1, abs_tol=_CLOSE):
        raise UsageError(f"{what} come to {sum(shares.values()):g}; expected 1")


def _manifest_of(path: Path) -> Json:
    """Return the manifest of the export or the mixture that a path lies in; empty for others."""
    for folder in (path.absolute(), *path.absolute().parents)[:_DEEPEST]:
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(told, dict) and "model_made" in told and "made_by" in told:
            return told
    return {}


def source_of(text: str, made_by: Maker, number: int) -> Source:
    """Return the source that an option `PATH=SHARE` means; its name begins with a number.

    Raises:
        UsageError: it is written otherwise.
    """
    path, _, share = text.rpartition("=")
    try:
        return Source(f"{number}-{Path(path).stem}", path, float(share), made_by if path else "")
    except ValueError:
        raise UsageError(f"{text!r}: expected PATH=SHARE, such as exports/demo/sft=0.3") from None
