"""`codegen curate`: a dataset of runs, in which each example is kept or dropped with its reason.

Not here: what is looked for (`codegen.curate`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.embedding import embedding_options
from codegen.cli.options import RUN, LocalPath

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from codegen.contamination.policy import Decontamination
    from codegen.curate.settings import CurationSettings, Meaning
    from codegen.records import Json


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=RUN)
@click.option("--out", required=True, type=LocalPath(), help="The dataset's folder.")
@click.option(
    "--config",
    type=LocalPath(),
    help="A TOML file with a table for each pass; the command line goes before it.",
)
@click.option(
    "--reference",
    "references",
    multiple=True,
    type=LocalPath(path_type=str),
    help="A dataset or a JSONL file; what is like something in it is dropped.",
)
@click.option(
    "--split", metavar="NAME=SHARE,...", help="Such as train=0.9,validation=0.05,test=0.05."
)
@click.option(
    "--decontaminate",
    metavar="FILE",
    multiple=True,
    type=LocalPath(path_type=str),
    help="A benchmark, JSONL or Parquet; FILE:prompt=question,tests=checks names its columns.",
)
@click.option(
    "--behavioural-limit",
    type=click.IntRange(0),
    help="The most programs to run against benchmarks; 0 runs none.  [default: 20000]",
)
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "docker", "local"]),
    help="Where these programs run; auto takes Docker where a daemon answers.  [default: auto]",
)
@click.option(
    "--annotations",
    metavar="FILE",
    multiple=True,
    type=LocalPath(path_type=str),
    help="What people said, as JSON lines or in a folder; what they marked bad is dropped.",
)
@click.option(
    "--denied-terms",
    metavar="FILE",
    type=LocalPath(path_type=str),
    help="Terms that nothing may hold, one a line.",
)
@embedding_options
@click.option("--workers", type=click.IntRange(1), help="Processes at once.  [default: the CPUs]")
@click.option("--force", is_flag=True, help="Replace a dataset that another program made.")
@click.option("--json", "as_json", is_flag=True, help="Print what curation.json says.")
def curate(
    runs: tuple[Path | str, ...],
    *,
    out: Path,
    config: Path | None,
    workers: int | None,
    force: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Make a dataset of runs: look through the examples, deduplicate and split them.

    Nothing in a run changes and nothing is generated: it can be done again with other settings.
    What is dropped stays in the dataset, with its reason.
    """
    from codegen.curate.curation import How
    from codegen.curate.curation import curate as curated
    from codegen.curate.passes import passes_of
    from codegen.records import canonical

    settings = _settings(config, options)
    workers = workers or os.cpu_count() or 1
    passes = passes_of(settings, workers=workers)
    with _telling(quiet=as_json) as told:
        how = How(force=force, told=told, workers=workers)
        made = curated(runs, out, settings, passes, how=how)
    if as_json:
        click.echo(canonical(made))
        return 0
    from codegen.cli.options import result_console
    from codegen.export.card import CROISSANT

    show_curation(result_console(), out, made)
    if (out / CROISSANT).is_file():
        click.echo(f"its card is of the dataset before; again: codegen card {out}", err=True)
    return 0


def _settings(config: Path | None, options: dict[str, Any]) -> CurationSettings:
    from codegen.curate.settings import CurationSettings, Splits, load_settings, parse_shares

    found = CurationSettings() if config is None else load_settings(config)
    if options["split"]:
        found = replace(found, splits=Splits(parse_shares(options["split"])))
    if options["references"]:
        paths = (*found.duplicates.reference, *options["references"])
        found = replace(found, duplicates=replace(found.duplicates, reference=paths))
    if options["annotations"]:
        files = (*found.annotations.files, *options["annotations"])
        found = replace(found, annotations=replace(found.annotations, files=files))
    if options["embedding_url"] or options["embedding_model"]:
        found = replace(found, duplicates=replace(found.duplicates, meaning=_meaning(options)))
    if options["denied_terms"]:
        compliance = replace(found.compliance, denied_terms=options["denied_terms"])
        found = replace(found, compliance=compliance)
    return replace(found, decontamination=_decontamination(found.decontamination, options))


def _meaning(options: dict[str, Any]) -> Meaning:
    from codegen.cli.embedding import check_embedding
    from codegen.curate.settings import Meaning

    check_embedding(options)
    key_file = options["embedding_key_file"]
    return Meaning(
        options["embedding_model"],
        options["embedding_url"],
        str(key_file) if key_file else "",
        options["embedding_threshold"],
    )


def _decontamination(found: Decontamination, options: dict[str, Any]) -> Decontamination:
    given = {
        "targets": (*found.targets, *options["decontaminate"]),
        "behavioural_limit": options["behavioural_limit"],
        "sandbox": options["sandbox"],
    }
    return replace(found, **{key: one for key, one in given.items() if one is not None})


@contextmanager
def _telling(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    from codegen.cli.options import progress_console

    console = progress_console()
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with console.status("") as status:
        yield lambda name: status.update(f"{name} …")


def show_curation(console: Console, out: Path, made: Json) -> None:
    """Print what became of the examples, filter by filter, and some of what was dropped."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, padding=(0, 2), show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("[bold]examples[/bold]", f"{made['examples']:,}")
    for reason, count in made["dropped"].items():
        table.add_row(f"  {escape(reason)}", f"-{count:,}")
    table.add_row("[bold]kept[/bold]", f"[bold]{made['kept']:,}[/bold]")
    for name, count in made["splits"].items():
        if name:
            table.add_row(f"  {escape(name)}", f"{count:,}")
    console.print(table, highlight=False)
    for reason, samples in made["samples"].items():
        console.print(f"\n[bold]{escape(reason)}[/bold], for example", highlight=False)
        for one in samples:
            line = f"  {one['id'][:12]}  {one['kind']}, {one['language']}  {one['title']}"
            console.print(escape(f"{line}: {one['detail']}"), soft_wrap=True, highlight=False)
    for name, count in made["found"].items():
        console.print(f"\nnoticed, not dropped: {escape(name)} {count:,}", highlight=False)
    console.print(f"\nwritten to {escape(str(out))}", highlight=False)
