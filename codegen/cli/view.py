"""`codegen view`: records in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from codegen.errors import UsageError


@click.command()
@click.argument("path", metavar="RUN|DATASET", type=click.Path(path_type=Path))
@click.option(
    "--annotator",
    metavar="NAME",
    help="Who annotates; it can be changed in the page.  [default: the user's name]",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port.  [default: any free one]"
)
@click.option("--open/--no-open", "opening", default=True, help="Open a browser, or do not.")
def view(path: Path, annotator: str | None, port: int, *, opening: bool) -> int:
    """Read records in a browser one by one, search them, and say what is wrong with them.

    It serves this machine alone, until Ctrl-C. What is annotated is kept in annotations.sqlite, in
    the folder of the run or beside the dataset.
    """
    import getpass

    from codegen.journal.place import is_shared
    from codegen.view.annotations import Annotation, checked

    if is_shared(path):
        raise UsageError(
            f"{path}: annotations are kept in a folder; name the run's, which says where its "
            "journal is"
        )
    try:
        from codegen.view import server
    except ModuleNotFoundError as error:
        raise UsageError(
            f"viewing needs {error.name}: pip install 'codegen-forge[view]'"
        ) from error
    name = annotator if annotator is not None else getpass.getuser()
    settings = server.Settings(path, checked(Annotation("-", name)).annotator, port)

    def ready(address: str) -> None:
        tell(f"{path}: open {address} (Ctrl-C ends it)")
        if opening:
            click.launch(address)

    def tell(text: str) -> None:
        click.echo(text, err=True)

    server.view(settings, tell, ready)
    return 0
