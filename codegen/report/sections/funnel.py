"""From problems that were begun to examples that are kept and split."""

from __future__ import annotations

from codegen.report.charts import bars, split_bars
from codegen.report.figures import SPLIT_LATER, Figures
from codegen.report.reading import Reading
from codegen.report.section import Column, Panel, Section, counted, labelled, share
from codegen.report.wording import KINDS, STAGES, STEPS, plain

_KEPT = ("kept", "dropped")


def funnel(figures: Figures, _: Reading) -> Section:
    """Show how many problems reached which stage, and what became of the examples."""
    attempted, accepted = figures.statistics.attempted, figures.statistics.accepted
    says = (
        f"Of {counted(attempted, 'problem')} begun, {accepted:,} ({share(accepted, attempted)})"
        f" were accepted; {'they' if accepted != 1 else 'it'} gave"
        f" {counted(figures.all_made, 'example')}, of which {figures.kept:,} are kept."
    )
    worst = _worst_loss(figures)
    panels = (_problems(figures), _examples(figures), *_splits(figures))
    return Section("funnel", "From problems to examples", says + worst, panels)


def _worst_loss(figures: Figures) -> str:
    reached, losses = figures.statistics.attempted, {}
    for stage, why in STAGES.items():
        losses[why] = reached - figures.reached[stage]
        reached = figures.reached[stage]
    why = max(losses, key=lambda one: losses[one])
    return f" Most were lost because {why} ({losses[why]:,})." if losses[why] else ""


def _problems(figures: Figures) -> Panel:
    attempted = figures.statistics.attempted
    steps = {"begun": attempted}
    steps |= {title: figures.reached[stage] for stage, title in STEPS.items()}
    rows = tuple(
        (title, count, labelled(count, attempted), count / max(1, attempted))
        for title, count in steps.items()
    )
    columns = (
        Column("stage", "Stage"),
        Column("problems", "Problems"),
        Column("label", "", hidden=True),
        Column("share", "Of those begun", share=True),
    )
    return Panel("Problems that reached each stage", columns, rows, bars("stage", "problems"))


def _examples(figures: Figures) -> Panel:
    totals = {kind: 0 for kind, _ in figures.made}
    for (kind, _), count in figures.made.items():
        totals[kind] += count
    rows = tuple(
        (kind, status, figures.made[kind, status], order, KINDS.get(kind, ""))
        for kind in sorted(totals, key=lambda one: -totals[one])
        for order, status in enumerate(_KEPT)
        if figures.made[kind, status] or status == "kept"
    )
    columns = (
        Column("kind", "Kind"),
        Column("status", "Status"),
        Column("examples", "Examples"),
        Column("order", "", hidden=True),
        Column("meaning", "What it is"),
    )
    chart = split_bars("kind", "examples", "status", _KEPT)
    return Panel("Examples by kind, kept and dropped", columns, rows, chart)


def _splits(figures: Figures) -> tuple[Panel, ...]:
    splits = figures.tallies["split"]
    if not splits or set(splits) == {SPLIT_LATER}:
        return ()
    rows = tuple(
        (plain(name), count, labelled(count, figures.kept)) for name, count in splits.most_common()
    )
    columns = (
        Column("split", "Split"),
        Column("examples", "Examples"),
        Column("label", "", hidden=True),
    )
    return (Panel("Kept examples by split", columns, rows, bars("split", "examples")),)
