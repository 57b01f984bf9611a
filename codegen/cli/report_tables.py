"""The tables of `codegen report`: a row for each figure, a column for each run or dataset.

Not here: the rows (`codegen.cli.report_rows`, `codegen.cli.report_dataset`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from codegen.cli import report_rows as rows
from codegen.cli.report_dataset import dataset_sections
from codegen.cli.report_rows import NOTHING, Rows
from codegen.report.comparison import COLLAPSE, LEAST_PROBLEMS, Comparison
from codegen.report.datasets import DatasetReport
from codegen.report.runs import RunReport


def show_report(
    console: Console, runs: Sequence[RunReport], compared: Sequence[Comparison]
) -> None:
    """Print the figures of runs side by side, and what has become of their diversity."""
    sections = {
        "run": [rows.run(one) for one in runs],
        "problems": [rows.problems(one.statistics) for one in runs],
        "solutions": [rows.solutions(one.statistics) for one in runs],
        "examples": [rows.examples(one.statistics) for one in runs],
        "evidence": [rows.evidence(one.statistics.evidence) for one in runs],
        "refused": [rows.refused(one.statistics.evidence) for one in runs],
        "asked again": [rows.repairs(one.statistics) for one in runs],
        "diversity": [rows.diversity(one.diversity) for one in runs],
        "tokens for an example": [rows.costs(one.costs) for one in runs],
    }
    _print(console, sections, len(runs))
    for comparison, (earlier, later) in zip(compared, pairwise(runs), strict=True):
        _show_comparison(console, comparison, earlier, later)


def show_datasets(console: Console, found: Sequence[DatasetReport]) -> None:
    """Print the figures of datasets side by side."""
    _print(console, dataset_sections(found), len(found))


def _print(console: Console, sections: Mapping[str, Sequence[Rows]], width: int) -> None:
    table = Table(box=None, padding=(0, 2), show_header=False)
    table.add_column(no_wrap=True)
    for _ in range(width):
        table.add_column(justify="right", overflow="fold")
    for title, columns in sections.items():
        _add(table, title, [dict(rows) for rows in columns])
    console.print(table, highlight=False)


def _add(table: Table, title: str, columns: list[dict[str, str]]) -> None:
    names = dict.fromkeys(name for column in columns for name in column)
    if not names:
        return
    table.add_row(f"[bold]{title}[/bold]")
    for name in names:
        told = (escape(column.get(name, NOTHING)) for column in columns)
        table.add_row(f"  {escape(name)}", *told)


def _show_comparison(
    console: Console, comparison: Comparison, earlier: RunReport, later: RunReport
) -> None:
    title = "\n" + escape(f"{later.folder} after {earlier.folder}")
    if not comparison.changes:
        console.print(
            f"{title}: {comparison.problems} accepted problems are too few to compare how diverse"
            f" they are; {LEAST_PROBLEMS} are needed of each",
            highlight=False,
        )
        return
    console.print(f"{title}, {comparison.problems} problems of each:", highlight=False)
    for one in comparison.changes:
        mark = "[bold red]warning:[/bold red] " if one.collapsed else ""
        console.print(
            f"  {mark}{one.measure} {one.earlier:,g} → {one.later:,g} ({-one.fall:+.0%})",
            highlight=False,
        )
    if comparison.collapsed:
        console.print(
            f"  [bold red]collapse:[/bold red] more than {COLLAPSE:.0%} less diverse than before",
            highlight=False,
        )
