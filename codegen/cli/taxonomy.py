"""`codegen taxonomy`: print, check and extend what problems can be about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegen.cli.options import LocalPath
from codegen.cli.target import check_target

if TYPE_CHECKING:
    from codegen.synthesis.taxonomy import Taxonomy

BUILTIN = "builtin"
_FILE = click.argument("file", required=False, default=BUILTIN)


@click.group()
def taxonomy() -> None:
    """Print, check and extend what problems can be about.

    A FILE is a taxonomy in TOML; `builtin` is the one that a run takes without --taxonomy.
    """


@taxonomy.command("print")
@_FILE
@click.option(
    "--form",
    type=click.Choice(["tree", "toml"]),
    default="tree",
    show_default=True,
    help="To be read, or to be edited.",
)
def print_(file: str, form: str) -> None:
    """Print a taxonomy."""
    from codegen.synthesis.taxonomy import to_toml

    found = _load(file)
    click.echo(to_toml(found) if form == "toml" else _tree(found), nl=form == "tree")


@taxonomy.command()
@_FILE
def check(file: str) -> None:
    """Check the form of a taxonomy: nothing empty, nothing twice; and count what it holds."""
    found = _load(file)
    skills = sum(len(topic.skills) for topic in found.topics)
    cells = skills * max(1, len(found.difficulties)) * max(1, len(found.audiences))
    click.echo(
        f"{file}: {len(found.topics)} topics, {skills} skills, {len(found.settings)} settings,"
        f" {len(found.difficulties)} difficulties, {len(found.audiences)} audiences;"
        f" {cells:,} combinations of skill, difficulty and audience"
    )


@taxonomy.command()
@_FILE
@click.option("--with", "other", required=True, help="The taxonomy whose entries are added.")
@click.option("--out", type=LocalPath(), help="Where to write it; else standard output.")
def extend(file: str, other: str, out: Path | None) -> None:
    """Add the topics, skills, settings, difficulties and audiences of another taxonomy."""
    from codegen.files import replacing
    from codegen.synthesis.taxonomy import extended, parse_taxonomy, to_toml

    if out is not None:
        check_target(out, [one for one in (file, other) if one != BUILTIN])
    text = to_toml(extended(_load(file), _load(other)))
    parse_taxonomy(text, f"{file} with {other}")
    if out is None:
        click.echo(text, nl=False)
        return
    with replacing(out) as handle:
        handle.write(text)
    click.echo(f"written to {out}")


def _load(file: str) -> Taxonomy:
    from codegen.synthesis import taxonomy as taxonomies

    if file == BUILTIN:
        return taxonomies.taxonomy()
    return taxonomies.load_taxonomy(Path(file))


def _tree(found: Taxonomy) -> str:
    lines = []
    for name in ("difficulties", "audiences", "settings"):
        values = getattr(found, name)
        if values:
            lines += [name, *(f"  {value}" for value in values)]
    for topic in found.topics:
        lines += [topic.name, *(f"  {skill}" for skill in topic.skills)]
    return "\n".join(lines)
