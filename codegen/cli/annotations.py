"""`codegen annotations`: what was annotated in `codegen view`, out of a folder and into one."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import RUN, LocalPath
from codegen.cli.target import check_target

if TYPE_CHECKING:
    from codegen.records import Json
    from codegen.view.agreement import Agreement
    from codegen.view.annotations import Annotation

REJECTED = "problem"
"""The kind of a rejected problem, as the viewer's list has it."""


def _folder(_: click.Context, __: click.Parameter, value: Path | str) -> Path:
    from codegen.errors import UsageError

    if isinstance(value, str):
        raise UsageError(f"{value}: annotations are in a folder, the --notes of `codegen view`")
    return value


_PATH = click.argument("path", metavar="RUN|DATASET", type=RUN, callback=_folder)


@click.group()
def annotations() -> None:
    """Export, import and compare what people said of records in `codegen view`."""


@annotations.command("export")
@_PATH
@click.option("--out", type=LocalPath(), required=True, help="The file of JSON lines to write.")
def export(path: Path, out: Path) -> int:
    """Write all annotations as JSON lines, and show how far annotators and the judge agree."""
    from codegen.cli.summary import counted
    from codegen.view.annotations import read_annotations, write_annotations

    check_target(out, [path])
    said = read_annotations(path)
    about = _context(path, said)
    written = write_annotations(out, said, about)
    click.echo(f"{out}: {counted(written, 'annotation')}", err=True)
    _show(_agreements(said, about))
    return 0


@annotations.command("import")
@_PATH
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=LocalPath())
def import_(path: Path, files: tuple[Path, ...]) -> int:
    """Take in annotations from files of JSON lines; a file with a line that is none, not at all.

    Where the same person has annotated an example twice, the later one counts. Annotations of
    records that are not there are left out, and the exit code is 1.
    """
    from codegen.errors import UsageError
    from codegen.view.annotations import read_annotations
    from codegen.view.notebook import Notebook

    if not path.is_dir():
        raise UsageError(f"{path} is no folder; give that of a run or a dataset")
    given = {file: read_annotations(file) for file in files}
    known = _known(path, {one.example for said in given.values() for one in said})
    for file, said in given.items():
        ours = [one for one in said if one.example in known]
        if ours:
            merged = Notebook(path).merge(ours)
            click.echo(
                f"{file}: {merged.added:,} added, {merged.replaced:,} replaced, "
                f"{merged.kept:,} not newer than what was there",
                err=True,
            )
        _tell_unknown(file, path, [one.example for one in said if one.example not in known])
    return 0 if all(one.example in known for said in given.values() for one in said) else 1


def _known(path: Path, wanted: set[str]) -> set[str]:
    """Return which of these are ids of examples or of rejected problems."""
    from codegen.curate.opened import opened

    with opened(path) as dataset:
        found = set(dataset.positions(wanted))
        if wanted - found:
            found |= wanted & {one.id for one in dataset.rejected()}
    return found


def _tell_unknown(file: Path, path: Path, unknown: list[str]) -> None:
    if unknown:
        click.echo(
            f"{file}: {len(unknown):,} left out, as {path} holds no such record:"
            f" {unknown[0]!r}{' and others' if len(set(unknown)) > 1 else ''}",
            err=True,
        )


@annotations.command()
@_PATH
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def agreement(path: Path, *, as_json: bool) -> int:
    """Show how far annotators agree with the judge and with one another, beyond chance."""
    from codegen.records import canonical
    from codegen.view.annotations import read_annotations

    said = read_annotations(path)
    found = _agreements(said, _context(path, said))
    if as_json:
        click.echo(canonical([one.to_json() for one in found]))
    else:
        _show(found)
    return 0


def _context(path: Path, said: "tuple[Annotation, ...]") -> "dict[str, Mapping[str, Json]]":
    """Return what is known of each annotated record; nothing of one that is not there."""
    from codegen.curate.opened import opened
    from codegen.errors import UsageError

    found: dict[str, Mapping[str, Any]] = {}
    wanted = {one.example for one in said}
    with opened(path) as dataset:
        for name in wanted:
            try:
                row = dataset.row(name)
            except UsageError:
                continue
            scores = [one.score for one in row.example.judgements if one.score is not None]
            found[name] = {
                "kind": row.kind,
                "language": row.language,
                "title": row.title,
                "reason": row.reason,
                "judge": scores[0] if scores else None,
            }
        for one in dataset.rejected() if wanted - found.keys() else ():
            if one.id in wanted:
                told = {"kind": REJECTED, "language": "", "title": one.title, "reason": one.reason}
                found[one.id] = {**told, "judge": None}
    return found


def _agreements(
    said: "tuple[Annotation, ...]", about: "Mapping[str, Mapping[str, Json]]"
) -> "tuple[Agreement, ...]":
    from codegen.view.agreement import agreements

    judge = {name: one["judge"] for name, one in about.items() if one["judge"] is not None}
    rejected = [name for name, one in about.items() if one["kind"] == REJECTED]
    return agreements(said, judge, frozenset(rejected))


def _show(found: "tuple[Agreement, ...]") -> None:
    from rich.table import Table

    from codegen.cli.options import result_console

    if not found:
        click.echo("one annotator, and no score of the judge: nothing to compare", err=True)
        return
    table = Table(
        "", "about", "both marked", "kappa", "both scored", "weighted kappa", "rank", "told apart"
    )
    for one in found:
        figures = (one.mark_kappa, one.score_kappa, one.rank, one.told_apart)
        kappa, weighted, rank, apart = ("-" if x is None else f"{x:.2f}" for x in figures)
        names = f"{one.first} and {one.second}"
        counts = (f"{one.marked:,}", kappa, f"{one.scored:,}", weighted, rank, apart)
        table.add_row(names, one.about, *counts)
    result_console().print(table)
