"""What was lost and why: rejected problems, refused derivations, dropped examples."""

from __future__ import annotations

from collections import Counter

from codegen.report.charts import bars
from codegen.report.figures import Figures, Samples
from codegen.report.reading import Reading
from codegen.report.section import Column, Panel, Quote, Section, counted, labelled, share
from codegen.report.wording import REASONS, plain

_MOST_DETAIL = 300


def rejections(figures: Figures, _: Reading) -> Section:
    """Show why problems were rejected, with samples."""
    counts, attempted = figures.rejected.counts, figures.statistics.attempted
    title = "Why problems were rejected"
    if not counts:
        return Section("rejections", title, "No problem was rejected in this part.")
    reason, most = counts.most_common(1)[0]
    says = (
        f"{counted(counts.total(), 'problem')} ({share(counts.total(), attempted)} of those begun)"
        f" {'were' if counts.total() != 1 else 'was'} rejected, most often because"
        f" {REASONS.get(reason, plain(reason))} ({share(most, counts.total())} of the rejections)."
    )
    panel = _reasons("Rejected problems by reason", counts, "Problems", REASONS)
    return Section("rejections", title, says, (panel,), _quotes(figures.rejected))


def refusals(figures: Figures, _: Reading) -> Section | None:
    """Show what was made from accepted solutions and not kept."""
    refused = figures.statistics.evidence.refused
    if not refused:
        return None
    counts = Counter({f"{kind}: {plain(reason)}": n for (kind, reason), n in refused.items()})
    worst, most = counts.most_common(1)[0]
    tried = counts.total() + figures.all_made
    says = (
        f"{counted(counts.total(), 'example')} that"
        f" {'were' if counts.total() != 1 else 'was'} made from accepted solutions did not hold"
        f" ({share(counts.total(), tried)} of all that were made), most often {worst} ({most:,})."
    )
    panel = _reasons("Refused by kind and reason", counts, "Examples", {})
    return Section("refusals", "What was made and refused", says, (panel,))


def drops(figures: Figures, _: Reading) -> Section:
    """Show which examples curation dropped, by filter."""
    counts, made = figures.dropped.counts, figures.all_made
    title = "What curation dropped"
    if not counts:
        says = "No example was dropped: nothing has been filtered here, or everything has passed."
        return Section("drops", title, says)
    worst, most = counts.most_common(1)[0]
    says = (
        f"{counted(counts.total(), 'example')} of {made:,} ({share(counts.total(), made)})"
        f" {'were' if counts.total() != 1 else 'was'} dropped; the filter {plain(worst)} dropped"
        f" the most ({most:,})."
    )
    panel = _reasons("Dropped examples by filter", counts, "Examples", {})
    return Section("drops", title, says, (panel,), _quotes(figures.dropped))


def _reasons(title: str, counts: Counter[str], noun: str, meanings: dict[str, str]) -> Panel:
    rows = tuple(
        (
            plain(reason),
            count,
            labelled(count, counts.total()),
            meanings.get(reason, ""),
        )
        for reason, count in counts.most_common()
    )
    columns = (
        Column("reason", "Reason"),
        Column("count", noun),
        Column("label", "", hidden=True),
        Column("meaning", "Meaning", hidden=not meanings),
    )
    return Panel(title, columns, rows, bars("reason", "count"))


def _quotes(samples: Samples) -> tuple[Quote, ...]:
    return tuple(
        Quote(
            f"{plain(reason)} ({count:,})",
            tuple(
                (one.name, one.title or "no usable statement", one.detail[:_MOST_DETAIL])
                for one in samples.first[reason]
            ),
        )
        for reason, count in samples.counts.most_common()
    )
