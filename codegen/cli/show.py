"""`codegen show`: one record's whole history, or what one call or execution was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegen.cli.options import RUN, LocalPath
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.records import Example, ProblemRecord

LEAST_PREFIX = 4
_MOST_LISTED = 8


@click.command()
@click.argument("identity", metavar="ID")
@click.option(
    "--run",
    type=RUN,
    default="runs/default",
    show_default=True,
    help="The run's folder, or its journal's URL.",
)
@click.option(
    "--dataset",
    type=LocalPath(),
    help="A dataset's folder, in the place of a run's: for the ids of exported rows.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
def show(identity: str, run: Path | str, *, dataset: Path | None, as_json: bool) -> int:
    """Print the history of a record: seed, problem, attempts, evidence, and what came of it.

    ID is an example's or a problem's id, or the first characters of it, or a problem's number. With
    --dataset, it is an example's, which an exported row names as its `example`; what curation did
    is told as well.
    """
    if dataset is not None:
        return _show_in(dataset, identity, as_json=as_json)
    from codegen.journal import Journal
    from codegen.records import canonical
    from codegen.report.history import history

    with Journal.open(run, read_only=True) as journal:
        record, example = _found(journal, identity, run)
    if as_json:
        click.echo(canonical(example or record))
        return 0
    for line in history(record, example):
        click.echo(line)
    return 0


def _show_in(folder: Path, identity: str, *, as_json: bool) -> int:
    from codegen.curate.dataset import Dataset
    from codegen.records import canonical
    from codegen.report.history import curation, history

    with Dataset.open(folder) as dataset:
        row = dataset.row(identity)
        if as_json:
            click.echo(canonical(row.example))
            return 0
        source = next(one for one in dataset.runs if one.number == row.run)
        for line in curation(row, source, dataset.findings(row.position)):
            click.echo(line)
        for line in history(dataset.problem(row.run, row.index), row.example):
            click.echo(line)
    return 0


def _found(journal: object, identity: str, run: Path | str) -> tuple[ProblemRecord, Example | None]:
    from codegen.journal import Journal
    from codegen.synthesis.finished import problem_records

    assert isinstance(journal, Journal)
    wanted = identity.strip().lower()
    number = int(wanted) if wanted.isdecimal() and len(wanted) < LEAST_PREFIX + 3 else None
    if number is None and len(wanted) < LEAST_PREFIX:
        raise UsageError(f"{identity!r}: give at least {LEAST_PREFIX} characters of an id")
    found: list[tuple[ProblemRecord, Example | None]] = []
    for record in problem_records(journal):
        if record.index == number:
            return record, None
        if record.problem and record.problem.id.startswith(wanted):
            found.append((record, None))
        found += [(record, one) for one in record.examples if one.id.startswith(wanted)]
    if not found:
        raise UsageError(f"{run} holds no record {identity!r}; ids are in the run's examples.jsonl")
    if len(found) > 1:
        raise UsageError(f"{identity!r} is the beginning of {len(found)} ids: {_listed(found)}")
    return found[0]


def _listed(found: list[tuple[ProblemRecord, Example | None]]) -> str:
    names = [one.id if one else str(record.problem and record.problem.id) for record, one in found]
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return ", ".join(name[:16] for name in names[:_MOST_LISTED]) + more
