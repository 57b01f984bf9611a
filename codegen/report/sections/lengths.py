"""How long things are, and what lies far from the rest."""

from __future__ import annotations

from codegen.report.charts import histogram
from codegen.report.distribution import SAMPLE
from codegen.report.figures import MEASURES, Figures
from codegen.report.reading import Reading
from codegen.report.section import Column, Panel, Section, counted

_LOW, _HIGH = 0.05, 0.95
_SHORTENED = 16


def lengths(figures: Figures, _: Reading) -> Section:
    """Show how long statements, programs and conversations are, and what they cost to write."""
    title = "Lengths and tokens"
    words, lines = figures.spread["words"], figures.spread["lines"]
    if not words.count:
        return Section("lengths", title, "No example is kept in this part.")
    says = (
        f"Half of the statements have {words.quantile(0.5):,.0f} words or fewer, half of the"
        f" programs {lines.quantile(0.5):,.0f} lines or fewer; nine in ten programs have"
        f" {lines.quantile(_LOW):,.0f} to {lines.quantile(_HIGH):,.0f} lines."
    )
    panels = tuple(
        _panel(figures, measure, heading)
        for measure, heading in MEASURES.items()
        if figures.spread[measure].count
    )
    sampled = any(figures.spread[one].sampled for one in MEASURES)
    note = f"Histograms and quantiles are of {SAMPLE:,} examples drawn by id." if sampled else ""
    return Section("lengths", title, says, panels, note=note)


def _panel(figures: Figures, measure: str, heading: str) -> Panel:
    columns = (Column("low", "From"), Column("high", "To"), Column("examples", "Examples"))
    rows = tuple((one.low, one.high, one.count) for one in figures.spread[measure].bins())
    chart = histogram("low", "high", "examples", title=measure)
    return Panel(heading, columns, rows, chart, wide=False)


def outliers(figures: Figures, _: Reading) -> Section:
    """Name the examples that lie far from the rest."""
    rows = tuple(
        (
            one.name[:_SHORTENED],
            heading,
            one.value,
            f"{found.quantile(_LOW):,.0f} to {found.quantile(_HIGH):,.0f}",
        )
        for measure, heading in MEASURES.items()
        if (found := figures.spread[measure])
        for one in found.outliers()
    )
    title = "Examples far from the rest"
    if not rows:
        says = "No example is unusually long, short or dear for this part."
        return Section("outliers", title, says)
    count = len({row[0] for row in rows})
    says = (
        f"{counted(count, 'example')} {'lie' if count > 1 else 'lies'} far outside of what is"
        " usual; “codegen show ID” tells the whole story of each."
    )
    columns = (
        Column("id", "Example"),
        Column("measure", "Measure"),
        Column("value", "Its value"),
        Column("usual", "Nine in ten have"),
    )
    note = (
        "Beyond 2.2 interquartile ranges from the quartiles of the logarithm; at most eight at each"
        " end of each measure."
    )
    return Section("outliers", title, says, (Panel("Outliers", columns, rows),), note=note)
