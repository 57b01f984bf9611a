"""What people said of the examples, and of the rejected problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from codegen.report.charts import split_bars
from codegen.report.figures import Figures
from codegen.report.reading import Reading
from codegen.report.section import Column, Panel, Section, counted, share

_MARKS = {"good": "good", "bad": "bad"}
_REJECTED = {"good": "wrongly rejected", "bad": "rightly rejected"}


def people(figures: Figures, reading: Reading) -> Section | None:
    """Show who found how many examples good and bad, and their scores; None without annotations."""
    everything = reading.everything
    if not everything.marks and not everything.rejections:
        return None
    title = "What people say"
    if not figures.marks and not figures.rejections:
        return Section("people", title, "Nobody has looked at a record of this part.")
    panels = (
        *_marks("Marks by annotator", figures.marks, "Examples", _MARKS),
        *_marks("Rejected problems by annotator", figures.rejections, "Problems", _REJECTED),
        *_scores(figures),
    )
    return Section("people", title, " ".join(_says(figures)), panels)


def _says(figures: Figures) -> Iterator[str]:
    marks = figures.marks
    if marks:
        names = {name for name, _ in marks}
        bad = sum(count for (_, mark), count in marks.items() if mark == "bad")
        judged = sum(count for (_, mark), count in marks.items() if mark in _MARKS)
        yield (
            f"{counted(len(names), 'person', 'people')} looked at"
            f" {counted(figures.looked_at, 'example')}; {bad:,} of {counted(judged, 'mark')}"
            f" ({share(bad, judged)}) say bad."
        )
    if figures.rejections:
        wrong = sum(count for (_, mark), count in figures.rejections.items() if mark == "good")
        judged = sum(count for (_, mark), count in figures.rejections.items() if mark)
        yield (
            f"Of {counted(judged, 'mark')} of rejected problems {wrong:,} ({share(wrong, judged)})"
            f" {'says' if wrong == 1 else 'say'} that the problem should not have been rejected."
        )


def _marks(
    title: str, marks: Counter[tuple[str, str]], noun: str, meanings: Mapping[str, str]
) -> tuple[Panel, ...]:
    rows = tuple(
        (name, meaning, marks[name, mark], order)
        for name in sorted({name for name, _ in marks})
        for order, (mark, meaning) in enumerate(meanings.items())
    )
    counts = noun.lower()
    columns = (
        Column("annotator", "Annotator"),
        Column("mark", "Mark"),
        Column(counts, noun),
        Column("order", "", hidden=True),
    )
    good, bad = meanings.values()
    chart = split_bars("annotator", counts, "mark", (good, bad))
    return (Panel(title, columns, rows, chart),) if rows else ()


def _scores(figures: Figures) -> tuple[Panel, ...]:
    rows = tuple(
        (name, one.count, one.value) for name, one in sorted(figures.scores.items()) if one.count
    )
    heads = (
        Column("annotator", "Annotator"),
        Column("scores", "Scores"),
        Column("mean", "Mean, 1 to 5"),
    )
    return (Panel("Scores by annotator", heads, rows),) if rows else ()
