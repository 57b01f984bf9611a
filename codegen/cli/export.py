"""`codegen export`: a dataset's examples as rows for training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.export_options import choice_options, file_options, token_options
from codegen.cli.options import PLACE, RUN, placed
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.curate.selection import Selection
    from codegen.export.desk import Exported
    from codegen.export.exporting import Settings

_DIMENSIONS = {
    "kind": "kinds",
    "language": "languages",
    "split": "splits",
    "family": "families",
    "topic": "topics",
    "difficulty": "difficulties",
    "natural_language": "natural_languages",
    "seed": "seeds",
    "licence": "licences",
    "model": "models",
    "run": "runs",
}
MIB = 1 << 20


@click.command()
@click.argument("dataset", metavar="DATASET", type=RUN)
@click.option(
    "--format",
    "formats",
    required=True,
    help="Formats, by comma: sft, conversation, preference, unpaired, reward, stepwise, rl, "
    "pretrain, translation.",
)
@click.option(
    "--style",
    "styles",
    multiple=True,
    help="Of sft: messages, prompt-completion, sharegpt, alpaca; of reward: graded, graded-pairs; "
    "of pretrain: documents, parallel, fim. The first is the default; may be repeated.",
)
@click.option(
    "--out", type=PLACE, required=True, help="The folder that is made, or its URL: s3://…, gs://…"
)
@click.option(
    "--min-level",
    type=click.Choice(["L0", "L1", "L2", "L3", "L4", "L5"]),
    default="L3",
    show_default=True,
    help="Least level of evidence.",
)
@click.option(
    "--where",
    multiple=True,
    metavar="COLUMN=VALUE",
    help=f"Only examples with this value ({', '.join(_DIMENSIONS)}); several values by comma.",
)
@choice_options
@token_options
@file_options
@click.option("--force", is_flag=True, help="Replace an earlier export at --out.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
def export(
    dataset: Path | str, out: Path | str, *, force: bool, as_json: bool, **given: Any
) -> int:
    """Write a dataset's kept examples as rows for training; each format in a folder of its own.

    DATASET is the folder of a dataset, or of a run, whose examples are all taken. Every row leads
    back to its example. What no row can be made of is counted, with the reason.
    """
    from codegen.curate.opened import opened
    from codegen.export.exporting import OWN
    from codegen.export.exporting import export as write
    from codegen.export.written import MANIFEST

    settings = _settings(given)
    with opened(dataset) as found:
        with placed(out, MANIFEST, OWN, force=force) as (folder, replacing):
            made = write(found, folder, settings, force=replacing)
        kept = found.count(_any_level(settings.selection))
        below = kept - found.count(settings.selection)
    if as_json:
        from codegen.records import canonical

        told = {one.format.name: one.to_json() for one in made}
        click.echo(canonical({"examples": kept, "below_level": below, "formats": told}))
    else:
        _show(made, out, below)
    empty = [one for one in made if not one.rows]
    for one in empty:
        click.echo(f"{one.format.name}: {_why_none(one, below)}", err=True)
    return 1 if empty else 0


def _settings(given: dict[str, Any]) -> Settings:
    from codegen.export.desk import TokenSettings, Writing
    from codegen.export.exporting import Settings
    from codegen.export.format import Choices
    from codegen.export.formats import chosen
    from codegen.export.shards import Sizes

    names = [one.strip() for one in given["formats"].split(",") if one.strip()]
    tokens = None
    if given["tokenizer"]:
        tokens = TokenSettings(given["tokenizer"], given["max_tokens"], given["token_ids"])
    elif given["max_tokens"] or given["token_ids"]:
        raise UsageError("--max-tokens and --token-ids need --tokenizer")
    return Settings(
        chosen(names, given["styles"]),
        _selection(given["where"], given["min_level"]),
        Writing(
            Sizes(given["file_type"], given["shard_rows"], given["shard_mib"] * MIB),
            Choices(
                given["seed"],
                given["fim_tokens"],
                given["fim_mode"],
                given["fim_rate"],
                given["reasoning"],
            ),
            tokens,
        ),
    )


def _selection(where: Sequence[str], least: str) -> Selection:
    from codegen import language as languages
    from codegen.curate.selection import Selection

    values: dict[str, list[Any]] = {}
    for one in where:
        name, is_there, told = one.partition("=")
        if not is_there or name not in _DIMENSIONS:
            raise UsageError(
                f"--where {one!r}: expected COLUMN=VALUE with one of {', '.join(_DIMENSIONS)}"
            )
        found: list[Any] = [value.strip() for value in told.split(",")]
        if name == "language":
            found = [languages.get(value).name for value in found]
        if name == "run":
            found = [_number(value) for value in found]
        values.setdefault(_DIMENSIONS[name], []).extend(found)
    taken = {name: tuple(found) for name, found in values.items()}
    return Selection(**taken, least_level=least)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"--where run={text}: expected a run's number, from 0")
    return int(text)


def _any_level(selection: Selection) -> Selection:
    from dataclasses import replace

    return replace(selection, least_level="")


def _why_none(made: Exported, below: int) -> str:
    """Return why a format has no row, for who reads no table."""
    if not made.examples:
        low = f"; {below:,} are below the least level (--min-level)" if below else ""
        kinds = ", ".join(made.format.kinds)
        return f"no row, as no example was chosen of the kinds that it takes ({kinds}){low}"
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(made.unfit.items()))
    return f"no row was made of its {made.examples:,} examples: {reasons} (see unfit.jsonl)"


def _show(made: Sequence[Exported], out: Path | str, below: int) -> None:
    from rich.table import Table

    from codegen.cli.options import result_console

    console = result_console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("format", "style", "examples", "rows", "no row was made of"):
        table.add_column(name, justify="right" if name in ("examples", "rows") else "left")
    for one in made:
        unfit = [f"{count:,} {reason}" for reason, count in sorted(one.unfit.items())]
        rows = ", ".join(f"{count:,} {split}" for split, count in sorted(one.rows.items()))
        table.add_row(
            *(one.format.name, one.format.style, f"{one.examples:,}", rows or "none"),
            ", ".join(unfit),
        )
    console.print(table)
    if below:
        console.print(f"{below:,} examples are below the least level (--min-level)")
    console.print(f"written to {out}", highlight=False)
