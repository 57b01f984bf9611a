"""`codegen card`: what a dataset is, where it comes from, and what it is not.

Not here: what the card says (`codegen.export.card`).
"""

from __future__ import annotations

from pathlib import Path

import click

from codegen.cli.options import RUN, LocalPath
from codegen.errors import UsageError


@click.command()
@click.argument("dataset", metavar="DATASET", type=RUN)
@click.option(
    "--out",
    type=LocalPath(),
    help="The folder to write to, such as an export's.  [default: DATASET]",
)
@click.option(
    "--about",
    type=LocalPath(),
    help="A TOML file of title, licence and terms.  [default: about.toml in DATASET]",
)
def card(dataset: Path | str, *, out: Path | None, about: Path | None) -> int:
    """Write a dataset's card: README.md, and croissant.json for machines.

    Every figure in it is counted. What cannot be counted (the dataset's licence, the terms of the
    models' licences for outputs) is read from a file, and said to be unknown where it is not there.
    """
    from codegen.curate.dataset import FILE
    from codegen.curate.opened import opened
    from codegen.export.about import load_about
    from codegen.export.card import CROISSANT, README, write_card

    said = load_about(about) if about else None
    place = out or dataset
    if isinstance(place, str) or not place.is_dir():
        raise UsageError(f"{place} is no folder; name a dataset's, or an export's with --out")
    if out is not None and (out / FILE).is_file() and not _same(dataset, out):
        raise UsageError(f"{out} is another dataset than {dataset}; name an export's folder")
    with opened(dataset) as found:
        write_card(found, place, said)
    click.echo(f"card      {place / README}")
    click.echo(f"croissant {place / CROISSANT}")
    return 0


def _same(dataset: Path | str, folder: Path) -> bool:
    return isinstance(dataset, Path) and dataset.exists() and dataset.samefile(folder)
