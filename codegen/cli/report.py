"""`codegen report`: the figures of runs, side by side.

Not here: how the tables are laid out (`codegen.cli.report_tables`).
"""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def report(runs: tuple[Path, ...], *, as_json: bool) -> int:
    """Show what runs came to: problems, examples, evidence, refusals, repairs, diversity.

    Several are shown side by side, in the order given, and each is compared with the one before: a
    later round that has become less diverse is warned of. A run may still be going on.
    """
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
