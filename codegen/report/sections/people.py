"""What people said of the examples."""

from __future__ import annotations

from codegen.report.charts import split_bars
from codegen.report.figures import Figures
from codegen.report.reading import Reading
from codegen.report.section import Column, Panel, Section, counted, share

_MARKS = ("good", "bad")


def people(figures: Figures, reading: Reading) -> Section | None:
    """Show who found how many examples good and bad, and their scores; None without annotations."""
    if not reading.everything.marks:
        return None
    title, marks = "What people say", figures.marks
    names = sorted({name for name, _ in marks})
    if not names:
        return Section("people", title, "Nobody has looked at an example of this part.")
    bad = sum(count for (_, mark), count in marks.items() if mark == "bad")
    judged = sum(count for (_, mark), count in marks.items() if mark in _MARKS)
    says = (
        f"{counted(len(names), 'person', 'people')} looked at"
        f" {counted(figures.looked_at, 'example')}; {bad:,} of {counted(judged, 'mark')}"
        f" ({share(bad, judged)}) say bad."
    )
    rows = tuple(
        (name, mark, marks[name, mark], order)
        for name in names
        for order, mark in enumerate(_MARKS)
    )
    columns = (
        Column("annotator", "Annotator"),
        Column("mark", "Mark"),
        Column("examples", "Examples"),
        Column("order", "", hidden=True),
    )
    chart = split_bars("annotator", "examples", "mark", _MARKS)
    panels = [Panel("Marks by annotator", columns, rows, chart)]
    scored = tuple(
        (name, figures.scores[name].count, figures.scores[name].value)
        for name in names
        if figures.scores[name].count
    )
    if scored:
        heads = (
            Column("annotator", "Annotator"),
            Column("scores", "Scores"),
            Column("mean", "Mean, 1 to 5"),
        )
        panels.append(Panel("Scores by annotator", heads, scored))
    return Section("people", title, says, tuple(panels))
