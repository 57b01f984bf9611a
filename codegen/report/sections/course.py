"""How the making went: over time, in tokens, and from run to run."""

from __future__ import annotations

from itertools import pairwise

from codegen.records import Usage
from codegen.report.charts import bars, line, timeline
from codegen.report.comparison import LEAST_PROBLEMS, Comparison, compare
from codegen.report.figures import Figures
from codegen.report.reading import Reading
from codegen.report.section import Column, Panel, Section, Value, counted, share
from codegen.report.wording import plain

_STATUS = ("accepted", "rejected")


def times(figures: Figures, reading: Reading) -> Section:
    """Show when problems came to their end."""
    title = "Over time"
    clock = reading.clock
    if clock is None or not figures.times:
        says = "When problems ended is not known: the journals of their runs are not there."
        return Section("times", title, says)
    periods = sorted({period for period, _ in figures.times})
    accepted = sum(n for (_, status), n in figures.times.items() if status == "accepted")
    # what is not seen has happened too: a period in which nothing ended
    span = round((periods[-1] - periods[0]) / clock.width) + 1
    every = [periods[0] + n * clock.width for n in range(span)]
    says = (
        f"{counted(accepted, 'problem')} were accepted in {counted(span, 'period')} of"
        f" {clock.told()} each, {accepted / span:,.1f} in each on average."
        if span > 1
        else f"{counted(accepted, 'problem')} were accepted within {clock.told()}."
    )
    rows = tuple(
        (clock.written(period), status, figures.times[period, status], order)
        for period in every
        for order, status in enumerate(_STATUS)
    )
    columns = (
        Column("period", "Beginning (UTC)"),
        Column("status", "Status"),
        Column("problems", "Problems"),
        Column("order", "", hidden=True),
    )
    chart = timeline("period", "problems", "status", _STATUS)
    panel = Panel(f"Problems that ended, by {clock.told()}", columns, rows, chart)
    note = "A problem ends with the last model call made for one of its answers."
    return Section("times", title, says, (panel,), note=note)


def costs(figures: Figures, _: Reading) -> Section:
    """Show what an accepted example cost in tokens, by what they were for."""
    title = "What it cost"
    kept = figures.kept
    if not figures.costs or not kept:
        says = "Tokens are counted for whole runs whose journals are there; not for this part."
        return Section("costs", title, says)
    total = sum(figures.costs.values(), Usage())
    dear = max(figures.costs, key=lambda one: figures.costs[one].completion_tokens)
    part = figures.costs[dear].completion_tokens
    says = (
        f"A kept example cost {total.completion_tokens / kept:,.0f} tokens written by the model"
        f"{_part(total.reasoning_tokens, total.completion_tokens, 'thought')} and"
        f" {total.prompt_tokens / kept:,.0f} read"
        f"{_part(total.cached_tokens, total.prompt_tokens, 'cached')},"
        f" over {counted(total.calls, 'call')}; most were spent on"
        f" “{plain(dear)}” ({share(part, total.completion_tokens)})."
    )
    ordered = sorted(figures.costs.items(), key=lambda one: -one[1].completion_tokens)
    rows = tuple(
        (
            plain(purpose),
            one.completion_tokens / kept,
            f"{one.completion_tokens / kept:,.1f}",
            one.prompt_tokens / kept,
            one.cached_tokens / kept,
            one.reasoning_tokens / kept,
            one.calls,
        )
        for purpose, one in ordered
    )
    columns = (
        Column("purpose", "Purpose"),
        Column("written", "Tokens written per example"),
        Column("label", "", hidden=True),
        Column("read", "Tokens read per example"),
        Column("cached", "Of them cached", hidden=not total.cached_tokens),
        Column("thought", "Of those written, thought", hidden=not total.reasoning_tokens),
        Column("calls", "Calls"),
    )
    chart = bars("purpose", "written")
    panel = Panel("Tokens written per kept example, by purpose", columns, rows, chart)
    return Section("costs", title, says, (panel,))


def _part(part: int, whole: int, name: str) -> str:
    return f" ({share(part, whole)} {name})" if part else ""


def rounds(figures: Figures, reading: Reading) -> Section | None:
    """Show several runs side by side, and whether they have become less diverse."""
    if len(reading.sources) < 2 or figures is not reading.everything:  # noqa: PLR2004 - nothing to compare
        return None
    compared = [compare(one.diversity, other.diversity) for one, other in pairwise(reading.sources)]
    names = [one.name for one in reading.sources]
    rows = _measured(reading)
    columns = (Column("run", "Run"), *(Column(name, name, share=True) for name in _MEASURES))
    panels = [Panel("Figures of each run", columns, rows)]
    panels += [
        Panel(
            name,
            (Column("run", "Run"), Column("value", name, share=True)),
            tuple((row[0], row[at]) for row in rows),
            line("run", "value"),
            wide=False,
        )
        for at, name in enumerate(_MEASURES, 1)
    ]
    says = _said(names, compared)
    return Section("rounds", "Runs compared", says, tuple(panels))


_MEASURES = ("Problems accepted", "Right at first", "Wrong, then right", "Mutants killed")


def _measured(reading: Reading) -> tuple[tuple[Value, ...], ...]:
    by_name = {part.value: one for part, one in reading.figures.items() if part.dimension == "run"}
    rows: list[tuple[Value, ...]] = []
    for name in (one.name for one in reading.sources if one.name in by_name):
        found = by_name[name].statistics
        solutions = sum(one.solutions for one in found.funnels.values())
        rows.append(
            (
                name,
                _ratio(found.accepted, found.attempted),
                _ratio(solutions - found.wrong_at_first, solutions),
                _ratio(found.repaired, found.wrong_at_first),
                found.evidence.mutation.value,
            )
        )
    return tuple(rows)


def _said(names: list[str], compared: list[Comparison]) -> str:
    fallen = [
        f"{change.measure} fell by {change.fall:.0%} from {before} to {after}"
        for (before, after), one in zip(pairwise(names), compared, strict=True)
        for change in one.collapsed
    ]
    if fallen:
        return f"Later runs are less diverse: {'; '.join(fallen)}."
    if any(one.changes for one in compared):
        return f"No run among the {len(names)} is much less diverse than the one before it."
    return (
        f"{len(names)} runs side by side; fewer than {LEAST_PROBLEMS} accepted problems are too few"
        " to say whether they have become less diverse."
    )


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
