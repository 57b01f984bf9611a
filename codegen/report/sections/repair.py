"""How wrong answers became right: by language, and by what failed and how it was asked again."""

from __future__ import annotations

from collections import Counter

from codegen.records import Arm, ErrorClass
from codegen.report.charts import bars, dumbbell, heat
from codegen.report.figures import Figures
from codegen.report.names import language_title
from codegen.report.reading import Reading
from codegen.report.section import Column, Panel, Section, Value, counted, labelled, share
from codegen.report.wording import plain
from codegen.synthesis.payoffs import Payoff

_ARMS = tuple(plain(one.value) for one in (Arm.REPAIR, Arm.REASONED_REPAIR, Arm.FRESH))


def repair(figures: Figures, _: Reading) -> Section:
    """Show what became of first answers that were wrong."""
    found = figures.statistics
    title = "How wrong answers were repaired"
    solutions = sum(one.solutions for one in found.funnels.values())
    if not solutions:
        return Section("repair", title, "Nothing was solved in this part.")
    says = (
        f"{share(found.wrong_at_first, solutions)} of {counted(solutions, 'solution')} were wrong"
        f" at first; {share(found.repaired, found.wrong_at_first)} of those were right in the"
        " end."
    )
    best = _best(figures)
    panels = [_first_and_last(figures), _outcomes(figures)]
    if any(error for error, _ in found.payoffs.table):
        panels.append(_payoffs(figures))
    return Section("repair", title, says + best, tuple(panels))


def _best(figures: Figures) -> str:
    classes: dict[ErrorClass, Payoff] = {}
    for (error, _), one in figures.statistics.payoffs.table.items():
        if error is not None:
            classes[error] = classes.get(error, Payoff()) + one
    if not classes:
        return ""
    hardest = min(classes, key=lambda one: classes[one].passed / classes[one].answers)
    one = classes[hardest]
    return (
        f" The hardest to mend is {plain(hardest.value)}: {one.passed:,} of"
        f" {counted(one.answers, 'answer')} to it passed."
    )


def _first_and_last(figures: Figures) -> Panel:
    rows = tuple(
        (
            language_title(name),
            one.passed_at_first / one.solutions,
            one.right_at_last / one.solutions,
        )
        for name, one in sorted(figures.statistics.funnels.items())
        if one.solutions
    )
    columns = (
        Column("language", "Language"),
        Column("first", "Right at first", share=True),
        Column("last", "Right in the end", share=True),
    )
    title = "Solutions that are right: at first (grey), in the end (colour)"
    return Panel(title, columns, rows, dumbbell("language", "first", "last"))


def _outcomes(figures: Figures) -> Panel:
    counts: Counter[str] = Counter()
    for one in figures.statistics.funnels.values():
        counts.update(one.outcomes)
    rows = tuple(
        (plain(name), count, labelled(count, counts.total()))
        for name, count in counts.most_common()
    )
    columns = (
        Column("outcome", "Verdict"),
        Column("answers", "Answers"),
        Column("label", "", hidden=True),
    )
    return Panel("Verdicts on all answers", columns, rows, bars("outcome", "answers"))


def _payoffs(figures: Figures) -> Panel:
    table = figures.statistics.payoffs.table
    rows: list[tuple[Value, ...]] = []
    for error in ErrorClass:
        for arm in Arm:
            one = table.get((error, arm))
            if one is not None and one.answers:
                part = one.passed / one.answers
                label = f"{one.passed:,}/{one.answers:,}"
                asked = (plain(error.value), plain(arm.value))
                rows.append((*asked, one.answers, one.passed, part, label, one.per_1000_tokens))
    columns = (
        Column("error", "What had failed"),
        Column("arm", "How it was asked again"),
        Column("answers", "Answers"),
        Column("passed", "Passed"),
        Column("share", "Share", share=True),
        Column("label", "", hidden=True),
        Column("payoff", "Passes per 1,000 tokens"),
    )
    title = "Answers that passed, by what had failed and how it was asked again"
    chart = heat("arm", "error", "passed", depth="share", order=_ARMS)
    return Panel(title, columns, tuple(rows), chart)
