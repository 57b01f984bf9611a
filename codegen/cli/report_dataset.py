"""What `codegen report` tells of datasets, section by section.

Not here: what it tells of a run as well (`codegen.cli.report_rows`), how it stands in a table
(`codegen.cli.report_tables`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from codegen.cli import report_rows as rows
from codegen.cli.report_rows import Rows, of
from codegen.report.datasets import COLUMNS, HIGH, LOW, MIDDLE, DatasetReport
from codegen.report.figures import MEASURES, Figures
from codegen.report.wording import STEPS

_MOST_VALUES = 12
_TITLES = {"natural_language": "language of the statement", "seed": "inspired by"}
_NONE = {"split": "not split", "difficulty": "not claimed", "topic": "no topic"}


def dataset_sections(found: Sequence[DatasetReport]) -> Mapping[str, Sequence[Rows]]:
    """Return the rows of each dataset by the titles of the sections."""
    figures = [one.figures for one in found]
    statistics = [one.statistics for one in figures]
    return {
        "dataset": [_dataset(one) for one in found],
        "dropped": [_dropped(one) for one in found],
        "noticed, not dropped": [_noticed(one) for one in found],
        **{_TITLES.get(column, column): _values(found, column) for column in COLUMNS},
        "evidence": [rows.evidence(one.evidence) for one in statistics],
        "length, half and nine in ten": [_lengths(one) for one in figures],
        "people": [_people(one) for one in figures],
        "problems": [_problems(one) for one in figures],
        "runs": [_runs(one) for one in found],
        "solutions": [rows.solutions(one) for one in statistics],
        "refused": [rows.refused(one.evidence) for one in statistics],
        "asked again": [rows.repairs(one) for one in statistics],
        "tokens for an example": [rows.costs(one.costs) for one in found],
    }


def _dataset(found: DatasetReport) -> Rows:
    figures = found.figures
    yield "folder", str(found.folder)
    yield "runs", f"{len(found.runs):,}"
    yield "examples", f"{figures.all_made:,}"
    yield "dropped", of(figures.all_made - figures.kept, figures.all_made)
    yield "kept", of(figures.kept, figures.all_made)


def _dropped(found: DatasetReport) -> Rows:
    for name, reasons in found.dropped.items():
        for reason, count in reasons.items():
            yield f"{name}: {reason}", of(count, found.figures.all_made)


def _noticed(found: DatasetReport) -> Rows:
    for name, count in found.noticed.items():
        yield name, f"{count:,}"


def _values(found: Sequence[DatasetReport], column: str) -> list[Rows]:
    """Return the most frequent values over all datasets; each tells of the same ones."""
    counts: Counter[str] = Counter()
    for one in found:
        counts.update(one.kept[column])
    if not any(counts):
        return []
    shown = [value for value, _ in counts.most_common(_MOST_VALUES)]
    if column == "level":
        shown.sort()
    return [_counts(one.kept[column], column, shown) for one in found]


def _counts(counts: Mapping[str, int], column: str, shown: Sequence[str]) -> Rows:
    whole = sum(counts.values())
    for value in shown:
        yield value or _NONE.get(column, "none"), of(counts.get(value, 0), whole)
    rest = {value: count for value, count in counts.items() if value not in shown}
    if rest:
        yield "others", f"{of(sum(rest.values()), whole)}, {len(rest):,} values"


def _lengths(figures: Figures) -> Rows:
    for measure, title in MEASURES.items():
        spread = figures.spread[measure]
        if spread.count:
            low, middle, high = map(spread.quantile, (LOW, MIDDLE, HIGH))
            yield title.lower(), f"{middle:,.0f} ({low:,.0f} to {high:,.0f})"


def _people(figures: Figures) -> Rows:
    for (name, mark), count in sorted(figures.marks.items()):
        yield f"{name}: {mark or 'without a mark'}", f"{count:,}"
    for (name, mark), count in sorted(figures.rejections.items()):
        told = {"good": "wrongly rejected", "bad": "rightly rejected"}.get(mark, "without a mark")
        yield f"{name}: of rejected problems, {told}", f"{count:,}"


def _problems(figures: Figures) -> Rows:
    attempted = figures.statistics.attempted
    yield "begun", f"{attempted:,}"
    for stage, title in STEPS.items():
        yield title, of(figures.reached[stage], attempted)
    yield from (row for row in rows.problems(figures.statistics) if row[0] != "accepted")


def _runs(found: DatasetReport) -> Rows:
    for name, one in found.runs.items():
        yield f"{name}: accepted", of(one.statistics.accepted, one.statistics.attempted)
        yield f"{name}: examples kept", of(one.kept, one.all_made)
