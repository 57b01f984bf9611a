"""A mixture made: its sources gone through twice, once to draw and once to copy what was drawn.

    OUT/manifest.json             the spec, checksums of sources and files, shares as they came out
    OUT/README.md                 configurations `25`, `50`, `100`: each holds the smaller ones
    OUT/025/train-00000-of-00001.jsonl
    OUT/050/…                     what 50 has beside 25

Not here: how rows are drawn (`codegen.mix.drawing`).
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codegen.errors import UsageError
from codegen.export.columns import TEXT, UNKNOWN, Type, common, fitted, inferred, settled
from codegen.export.format import Reading
from codegen.export.readme import configuration, readme
from codegen.export.shards import File, Shards, Sizes, checksum
from codegen.export.tokens import Tokenizer
from codegen.export.written import MANIFEST, written
from codegen.files import appearing
from codegen.mix.drawing import Draw, Drawn, total_of
from codegen.mix.reading import Row, files_of, rows_of
from codegen.mix.spec import MADE_BY, OWN_COLUMNS, Spec, checked
from codegen.records import Json, content_id

SPLIT = "train"
_README = "README.md"
OWN = written(MADE_BY, _README)
"""What of an earlier mixture's folder may be replaced."""
_OWN = dict.fromkeys(OWN_COLUMNS, TEXT)


@dataclass(slots=True)
class Mixed:
    """What came of a mixture: `left` counts rows that were of no use, by source and reason."""

    spec: Spec
    total: int = 0
    drawn: tuple[Drawn, ...] = ()
    read: Counter[str] = field(default_factory=Counter)
    left: dict[str, Counter[str]] = field(default_factory=dict)
    files: dict[int, tuple[File, ...]] = field(default_factory=dict)


def mix(
    spec: Spec,
    out: Path,
    *,
    sizes: Sizes | None = None,
    synthetic_only: bool = False,
    force: bool = False,
) -> Mixed:
    """Write the mixture that a spec describes to the folder `out`, whole or not at all.

    Raises:
        UsageError: the spec or a source cannot be used, a source holds too little, all of them were
            made by models and `synthetic_only` was not said, or something is at `out`.
    """
    made = Mixed(checked(spec, synthetic_only=synthetic_only))
    tokenizer = Tokenizer(spec.tokenizer) if spec.tokenizer else None
    with (
        appearing(out, mark=MANIFEST, own=OWN, force=force) as folder,
        tempfile.TemporaryDirectory(prefix=".draw-", dir=out.absolute().parent) as scratch,
    ):
        draw = Draw(Path(scratch), made.spec)
        try:
            types = _look(made, draw, _sizer(made.spec, tokenizer))
            made.total, made.drawn = draw.choose(made.left)
            _copy(made, draw, types)
            _write(made, draw, types, folder, sizes or Sizes())
        finally:
            draw.close()
        text = json.dumps(_manifest(made), indent=2, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        (folder / _README).write_text(_readme(made), encoding="utf-8")
    return made


def _wanted(spec: Spec) -> tuple[str, ...]:
    counted = spec.unit == "tokens" and not spec.tokenizer
    return (*spec.columns, *(["tokens"] if counted and "tokens" not in spec.columns else []))


def _sizer(spec: Spec, tokenizer: Tokenizer | None) -> Callable[[Row], int | str]:
    """Return a function from a row to its size, or to the reason why it has none."""

    def size(row: Row) -> int | str:
        if spec.unit == "examples":
            return 1
        if tokenizer is None:
            told = row.values["tokens"]
            return told if type(told) is int and told > 0 else "no_tokens"
        found = tokenizer.tokens(_reading(row, spec.columns))
        return found.fault or max(1, len(found.ids))

    return size


def _reading(row: Row, columns: Sequence[str]) -> Reading:
    """Return what a model reads of a row: its columns, one after another."""
    values = [row.values[name] for name in columns]
    if all(isinstance(one, str) for one in values):
        return "".join(values)
    turns = [turn for one in values if isinstance(one, list) for turn in one]
    if not all(isinstance(one, list) for one in values) or not all(map(_is_turn, turns)):
        raise UsageError(
            f"columns {', '.join(columns)}: a tokenizer reads texts, or conversations with role "
            "and content, not both; count examples instead"
        )
    return turns


def _is_turn(value: Json) -> bool:
    return isinstance(value, dict) and list(value) == ["role", "content"]


def _look(made: Mixed, draw: Draw, size: Callable[[Row], int | str]) -> dict[str, Type]:
    """Go through the sources, put every row of use into the draw, and return the columns' types."""
    types: dict[str, Type] = dict.fromkeys(made.spec.columns, UNKNOWN)
    for number, source in enumerate(made.spec.sources):
        left = made.left.setdefault(source.name, Counter())
        for row in rows_of(source, _wanted(made.spec)):
            made.read[source.name] += 1
            told = row.reason or size(row)
            if isinstance(told, str):
                left[told] += 1
                continue
            for name, known in types.items():
                types[name] = _type(known, row, name, source.name)
            try:
                draw.add(number, row, told)
            except ValueError:
                left["no_text"] += 1
    return {name: settled(kind) for name, kind in types.items()}


def _type(known: Type, row: Row, column: str, source: str) -> Type:
    try:
        return common(known, inferred(row.values[column]))
    except ValueError as error:
        raise UsageError(
            f"source {source!r}, row {row.number}: column {column!r}: {error}; every row of a "
            "mixture needs the same columns of the same types"
        ) from error


def _copy(made: Mixed, draw: Draw, types: Mapping[str, Type]) -> None:
    for number, source in enumerate(made.spec.sources):
        wanted = draw.chosen(number)
        following = next(wanted, None)
        for row in rows_of(source, _wanted(made.spec)):
            if following is None or row.number != following[0]:
                continue
            values = {name: fitted(row.values[name], kind) for name, kind in types.items()}
            whole = {
                "id": content_id([source.name, row.number, values]),
                "source": source.name,
                "origin": row.origin,
                "domain": row.domain,
                "made_by": source.made_by,
                **values,
            }
            text = json.dumps(whole, ensure_ascii=False)
            draw.keep(following[1], following[2], number, row.number, text)
            following = next(wanted, None)
        if following is not None:
            raise UsageError(f"source {source.name!r}: {source.path} has changed meanwhile")


def _write(made: Mixed, draw: Draw, types: Mapping[str, Type], folder: Path, sizes: Sizes) -> None:
    for part in made.spec.subsets:
        place = folder / f"{part:03d}"
        place.mkdir()
        shards = Shards(place, SPLIT, {**_OWN, **types}, sizes)
        for text in draw.rows(part):
            shards.write(json.loads(text))
        made.files[part] = shards.close()


def shares_of(made: Mixed, subset: int) -> Iterator[tuple[str, str, int, int, float]]:
    """Yield source, domain, rows, size and share of the size, as they came out in a subset."""
    total = total_of(made.drawn, subset)
    for one in made.drawn:
        if one.subset == subset:
            source = made.spec.sources[one.cell[0]]
            yield source.name, one.cell[1], one.rows, one.size, one.size / max(1, total)


def _manifest(made: Mixed) -> Json:
    subsets = {
        str(subset): {
            "size": total_of(made.drawn, subset),
            "sources": [
                {"source": a, "domain": b, "rows": c, "size": d, "share": round(e, 6)}
                for a, b, c, d, e in shares_of(made, subset)
            ],
        }
        for subset in made.spec.subsets
    }
    sources = [
        {
            "name": source.name,
            "rows": made.read[source.name],
            "left_out": dict(sorted(made.left[source.name].items())),
            "files": [
                {"name": path.name, "size": path.stat().st_size, "sha256": checksum(path)}
                for path in files_of(source)
            ],
        }
        for source in made.spec.sources
    ]
    return {
        "made_by": MADE_BY,
        "model_made": all(one.made_by == "model" for one in made.spec.sources),
        "spec": dataclasses.asdict(made.spec),
        "total": made.total,
        "sources": sources,
        "subsets": subsets,
        "files": [dataclasses.asdict(one) for part in made.files.values() for one in part],
    }


def _readme(made: Mixed) -> str:
    configs: list[Json] = []
    parts: list[str] = []
    checksums: list[str] = []
    for subset in made.spec.subsets:
        parts += [f"{subset:03d}/{SPLIT}-*"] if made.files[subset] else []
        checksums += [one.sha256 for one in made.files[subset]]
        files = [{"split": SPLIT, "path": list(parts)}]
        config = configuration(str(subset), files, checksums)
        configs.append({**config, "default": True} if subset == 100 else config)  # noqa: PLR2004 - per cent
    lines = [
        f"- {source}{f', {domain}' if domain else ''}: {share:.1%} of the {made.spec.unit}"
        for source, domain, _, _, share in shares_of(made, max(made.spec.subsets))
    ]
    return readme("A mixture", configs, lines)
