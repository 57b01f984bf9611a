"""`codegen report`: the figures of runs or datasets, side by side, or a page of them.

Not here: how the tables are laid out (`codegen.cli.report_tables`), what is on the page
(`codegen.report.page`).
"""

from __future__ import annotations

from pathlib import Path

import click

from codegen.cli.options import RUN, LocalPath
from codegen.cli.target import check_target
from codegen.errors import UsageError


@click.command()
@click.argument("runs", metavar="RUN|DATASET...", nargs=-1, required=True, type=RUN)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--html",
    type=LocalPath(dir_okay=False),
    help="Write one page with plots, which needs no server, instead of printing tables.",
)
def report(runs: tuple[Path | str, ...], *, as_json: bool, html: Path | None) -> int:
    """Show what runs or datasets came to: problems, examples, evidence, refusals, repairs.

    Several are shown side by side, in the order given. A run may still be going on; each is
    compared with the one before it: a later round that has become less diverse is warned of. Of a
    dataset, what is in it and what each filter dropped. Both together are a page alone.
    """
    if html is not None:
        return _write(runs, html, as_json=as_json)
    datasets = _datasets(runs)
    if not datasets:
        return _tell_runs(runs, as_json=as_json)
    if len(datasets) < len(runs):
        run = next(one for one in runs if one not in datasets)
        raise UsageError(
            f"{datasets[0]} is a dataset and {run} is not: tables are of runs or of datasets; give"
            " them one after the other, or --html FILE for a page of both"
        )
    return _tell_datasets(datasets, as_json=as_json)


def _tell_runs(runs: tuple[Path | str, ...], *, as_json: bool) -> int:
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


def _tell_datasets(folders: tuple[Path, ...], *, as_json: bool) -> int:
    from codegen.records import canonical
    from codegen.report.datasets import read_dataset

    found = [read_dataset(folder) for folder in folders]
    if as_json:
        click.echo(canonical({"datasets": [one.to_json() for one in found]}))
        return 0
    from codegen.cli.options import result_console
    from codegen.cli.report_tables import show_datasets

    show_datasets(result_console(), found)
    return 0


def _write(paths: tuple[Path | str, ...], html: Path, *, as_json: bool) -> int:
    from codegen.report.page import library, write_page
    from codegen.report.reading import reading

    if as_json:
        raise UsageError("--json and --html are two reports: give one of them")
    check_target(html, paths)
    library()  # before the work: whoever lacks it is told at once
    with reading(paths) as found:
        write_page(found, html)
    click.echo(f"report {html}")
    return 0


def _datasets(paths: tuple[Path | str, ...]) -> tuple[Path, ...]:
    from codegen.curate.dataset import FILE

    return tuple(one for one in paths if isinstance(one, Path) and (one / FILE).is_file())
