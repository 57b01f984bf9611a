"""`codegen mix`: model-made rows and real ones in one folder, in stated proportions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import PLACE, LocalPath, declared, placed
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.mix.mixture import Mixed
    from codegen.mix.spec import Maker, Spec

_spec_options = declared(
    click.option(
        "--people",
        multiple=True,
        metavar="PATH=SHARE",
        help="Without SPEC: rows that people wrote, and their share of the mixture.",
    ),
    click.option(
        "--model-made",
        multiple=True,
        metavar="PATH=SHARE",
        help="Without SPEC: rows that a model wrote, such as an export's, and their share.",
    ),
    click.option("--column", "columns", multiple=True, help="A column that all rows have."),
    click.option(
        "--unit",
        type=click.Choice(["examples", "tokens"]),
        default="examples",
        show_default=True,
        help="What shares are counted by.",
    ),
    click.option(
        "--total", type=click.IntRange(1), help="How many.  [default: as many as there can be]"
    ),
    click.option("--seed", default=0, show_default=True, help="Decides which rows are drawn."),
    click.option(
        "--subset",
        "subsets",
        type=click.IntRange(1, 100),
        multiple=True,
        help="A percentage that is a subset of its own; each holds the smaller ones.",
    ),
    click.option("--tokenizer", help="Counts tokens; else rows need a column `tokens`."),
)


_OPTIONS = {"model_made": "--model-made", "columns": "--column", "subsets": "--subset"}
"""Options that are called otherwise than their values."""


@click.command()
@click.argument("spec", required=False, type=LocalPath())
@click.option(
    "--out", type=PLACE, required=True, help="The folder that is made, or its URL: s3://…, gs://…"
)
@_spec_options
@click.option(
    "--file-type",
    type=click.Choice(["jsonl", "parquet"]),
    default="jsonl",
    show_default=True,
    help="Parquet needs the extra `export`.",
)
@click.option(
    "--shard-rows",
    type=click.IntRange(1),
    default=100_000,
    show_default=True,
    help="Most rows of a file.",
)
@click.option(
    "--allow-synthetic-only",
    is_flag=True,
    help="Mix also where no source was made by people.",
)
@click.option("--force", is_flag=True, help="Replace an earlier mixture at --out.")
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as one JSON object.")
def mix(spec: Path | None, out: Path | str, *, force: bool, as_json: bool, **given: Any) -> int:
    """Mix rows that models made with rows that people made.

    SPEC is a TOML file with the sources and their shares, by domain where wanted; small mixtures
    can be said by options alone. The same spec and seed draw the same rows.
    """
    from codegen.export.shards import Sizes
    from codegen.export.written import MANIFEST
    from codegen.mix.mixture import OWN
    from codegen.mix.mixture import mix as write

    with placed(out, MANIFEST, OWN, force=force) as (folder, replacing):
        made = write(
            _spec(spec, given),
            folder,
            sizes=Sizes(given["file_type"], given["shard_rows"]),
            synthetic_only=given["allow_synthetic_only"],
            force=replacing,
        )
        told = (folder / MANIFEST).read_text(encoding="utf-8").rstrip()
    if as_json:
        click.echo(told)
    else:
        _show(made, out)
    return 0


def _spec(path: Path | None, given: dict[str, Any]) -> Spec:
    from codegen.mix.spec import Spec, read_spec, source_of

    sources: list[tuple[str, Maker]] = [(one, "people") for one in given["people"]]
    sources += [(one, "model") for one in given["model_made"]]
    if path is not None:
        _refuse_both(path)
        return read_spec(path)
    return Spec(
        columns=given["columns"],
        sources=tuple(source_of(one, who, n) for n, (one, who) in enumerate(sources)),
        unit=given["unit"],
        total=given["total"] or 0,
        seed=given["seed"],
        subsets=given["subsets"] or (100,),
        tokenizer=given["tokenizer"] or "",
    )


def _refuse_both(spec: Path) -> None:
    """Refuse options that say what a spec is there to say, whether or not it does.

    Raises:
        UsageError: one was given.
    """
    from click.core import ParameterSource

    context = click.get_current_context()
    for name in (
        "people",
        "model_made",
        "columns",
        "unit",
        "total",
        "seed",
        "subsets",
        "tokenizer",
    ):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise UsageError(
                f"{_OPTIONS.get(name, f'--{name}')} goes without SPEC: where there is one, it alone"
                f" says what is mixed; say it in {spec}, or leave out one of them"
            )


def _show(made: Mixed, out: Path | str) -> None:
    from rich.table import Table

    from codegen.cli.options import result_console
    from codegen.mix.mixture import shares_of

    console = result_console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("subset", "source", "domain", "rows", made.spec.unit, "share"):
        numbers = name not in ("source", "domain")
        table.add_column(name, justify="right" if numbers else "left")
    for subset in made.spec.subsets:
        for source, domain, rows, size, share in shares_of(made, subset):
            table.add_row(f"{subset}%", source, domain, f"{rows:,}", f"{size:,}", f"{share:.1%}")
    console.print(table)
    for source, left in made.left.items():
        told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(left.items()))
        if told:
            console.print(f"left out of {source}: {told}", highlight=False)
    console.print(f"written to {out}", highlight=False)
