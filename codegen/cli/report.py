"""`codegen report`: the figures of runs, side by side, or a page of them.

Not here: how the tables are laid out (`codegen.cli.report_tables`), what is on the page
(`codegen.report.page`).
"""

from __future__ import annotations

from pathlib import Path

import click

from codegen.errors import UsageError


@click.command()
@click.argument(
    "runs", metavar="RUN|DATASET...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write one page with plots, which needs no server, instead of printing tables.",
)
def report(runs: tuple[Path, ...], *, as_json: bool, html: Path | None) -> int:
    """Show what runs came to: problems, examples, evidence, refusals, repairs, diversity.

    Several are shown side by side, in the order given, and each is compared with the one before: a
    later round that has become less diverse is warned of. A run may still be going on. A dataset
    has a page only.
    """
    if html is not None:
        return _write(runs, html, as_json=as_json)
    _check(runs)
    from itertools import pairwise

    from codegen.records import canonical
    from codegen.report.comparison import compare
    from codegen.report.runs import read_report

    found = [read_report(run) for run in runs]
    compared = [compare(one.diversity, other.diversity) for one, other in pairwise(found)]
    if as_json:
        made = {
            "runs": [one.to_json() for one in found],
            "comparisons": [one.to_json() for one in compared],
        }
        click.echo(canonical(made))
        return 0
    from codegen.cli.options import result_console
    from codegen.cli.report_tables import show_report

    show_report(result_console(), found, compared)
    return 0


def _write(paths: tuple[Path, ...], html: Path, *, as_json: bool) -> int:
    from codegen.report.page import library, write_page
    from codegen.report.reading import reading

    if as_json:
        raise UsageError("--json and --html are two reports: give one of them")
    library()  # before the work: whoever lacks it is told at once
    with reading(paths) as found:
        write_page(found, html)
    click.echo(f"report {html}")
    return 0


def _check(paths: tuple[Path, ...]) -> None:
    from codegen.curate.dataset import FILE, Dataset

    for path in paths:
        if (path / FILE).is_file():
            with Dataset.open(path) as dataset:
                runs = " ".join(str(one.folder) for one in dataset.runs)
            raise UsageError(
                f"{path} is a dataset; give --html FILE for its page, or name its runs: {runs}"
            )
