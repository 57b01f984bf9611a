"""`codegen journal`: copy a run's journal, bring its tables up to date, say what is in it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import click

from codegen.errors import UsageError


@click.group()
def journal() -> None:
    """Copy a run's journal, bring its tables up to date, say what is in it.

    A PLACE is a run's folder, its journal.sqlite, or postgresql://user@host/database?run=NAME.
    """


@journal.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy(source: str, target: str) -> None:
    """Copy the journal at one place to another, and compare them.

    Nobody may write to either meanwhile. Rows that are there already are not sent again, so the
    same command goes on where it was interrupted.
    """
    from codegen.journal.copying import copy as copied
    from codegen.journal.database import Role
    from codegen.journal.opening import open_database
    from codegen.journal.place import place_of

    if place_of(source) == place_of(target):
        raise UsageError(f"FROM and TO are both {source}")
    with contextlib.closing(open_database(source, Role.READER)) as given:
        taken = open_database(target, Role.DRIVER, on_event=_tell)
        with contextlib.closing(taken), _progress() as show:
            found = copied(given, taken, show)
    for one in found:
        click.echo(f"{one.table:<12} {one.rows:>12,} rows, {one.sent:,} sent  {one.digest[:12]}")
    click.echo(f"{given.place} and {taken.place} are the same")


@journal.command()
@click.argument("place", metavar="PLACE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(place: str, *, as_json: bool) -> None:
    """Say what is in a journal: rows, models, configuration, size.

    A database's URL without a run lists the runs in it.
    """
    from codegen.journal.database import Role
    from codegen.journal.facts import facts
    from codegen.journal.opening import open_database, runs_of
    from codegen.journal.place import is_shared, server_of
    from codegen.records import canonical

    if is_shared(place) and not server_of(place)[1]:
        runs = runs_of(place)
        click.echo(canonical({"runs": runs}) if as_json else "\n".join(runs))
        return
    database = open_database(place, Role.READER)
    with contextlib.closing(database):
        found = facts(database)
    if as_json:
        click.echo(canonical(found))
        return
    for name, value in found.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        text = ", ".join(value) if isinstance(value, list) else str(shown)
        click.echo(f"{name.replace('_', ' '):<14} {text}")


@journal.command()
@click.argument("place", metavar="URL")
def upgrade(place: str) -> None:
    """Bring the tables of a run in a database up to date, after a newer codegen was installed.

    Nobody may use the run meanwhile. Nothing is taken away.
    """
    from codegen.journal.opening import upgrade as upgraded

    before, after = upgraded(place)
    same = before == after
    click.echo(f"{place} is up to date ({after})" if same else f"{place}: {before} to {after}")


def _tell(text: str) -> None:
    click.echo(text, err=True)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    from rich.progress import Progress, TaskID

    from codegen.cli.options import progress_console

    tasks: dict[str, TaskID] = {}
    console = progress_console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:

        def show(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = shown.add_task(table, total=total)
            shown.update(tasks[table], completed=done, total=total)

        yield show
