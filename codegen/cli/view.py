"""`codegen view`: records in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from codegen.cli.options import RUN, LocalPath
from codegen.errors import UsageError


@click.command()
@click.argument("path", metavar="RUN|DATASET", type=RUN)
@click.option(
    "--annotator",
    metavar="NAME",
    help="Who annotates; it can be changed in the page.  [default: the user's name]",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port.  [default: any free one]"
)
@click.option("--open/--no-open", "opening", default=True, help="Open a browser, or do not.")
@click.option(
    "--notes",
    metavar="FOLDER",
    type=LocalPath(file_okay=False),
    help="Where annotations are kept of a run that is named by its journal's URL; it becomes a"
    " folder of that run.",
)
def view(
    path: Path | str, annotator: str | None, port: int, *, opening: bool, notes: Path | None
) -> int:
    """Read records in a browser one by one, search them, and say what is wrong with them.

    It serves this machine alone, until Ctrl-C. What is annotated is kept in annotations.sqlite, in
    the folder of the run or beside the dataset. A run can be named by the URL of its journal, too.
    """
    import getpass

    from codegen.journal.place import place_of, point
    from codegen.view.annotations import Annotation, checked

    if notes is not None:
        _check_notes(notes, path)
    try:
        from codegen.view import server
    except ModuleNotFoundError as error:
        raise UsageError(
            f"viewing needs {error.name}: pip install 'codegen-forge[view]'"
        ) from error
    name = annotator if annotator is not None else getpass.getuser()
    settings = server.Settings(path, checked(Annotation("-", name)).annotator, port, notes)

    def ready(address: str) -> None:
        if notes is not None:
            point(notes, str(place_of(path)))
        tell(f"{path}: open {address} (Ctrl-C ends it)")
        if opening:
            click.launch(address)

    def tell(text: str) -> None:
        click.echo(text, err=True)

    server.view(settings, tell, ready)
    return 0


def _check_notes(notes: Path, path: Path | str) -> None:
    from codegen.journal.place import is_there, same

    if isinstance(path, Path):
        raise UsageError(f"--notes is for a run's URL; annotations of {path} are kept in it")
    if is_there(notes) and not same(notes, path):
        raise UsageError(f"{notes} is the folder of another run; give another --notes")
