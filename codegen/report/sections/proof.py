"""How much is known of the examples: levels of evidence, mutation scores, difficulty."""

from __future__ import annotations

from itertools import pairwise

from codegen.report.charts import bars, heat, histogram
from codegen.report.figures import Figures
from codegen.report.reading import Reading
from codegen.report.section import Column, Panel, Section, labelled, share
from codegen.report.wording import LEVELS as MEANINGS
from codegen.synthesis.difficulty import LEVELS
from codegen.verify.evidence import at_least

_MEASURED = ("0 to 20%", "20 to 40%", "40 to 60%", "60 to 80%", "80 to 100%")
_WIDTH = len(_MEASURED)
_PLAIN_SCORES = 10


def levels(figures: Figures, _: Reading) -> Section:
    """Show the levels of evidence of the kept examples."""
    counts, kept = figures.statistics.evidence.levels, figures.kept
    strong = sum(count for level, count in counts.items() if at_least(level, "L4"))
    weak = sum(count for level, count in counts.items() if not at_least(level, "L3"))
    says = (
        f"{share(strong, kept)} of the examples rest on independent solutions that agree (L4 and"
        f" above); {weak:,} ({share(weak, kept)}) have tests that are not proven to bite (below L3)"
        " and are left out of the files to train on."
        if kept
        else "No example is kept in this part."
    )
    if not kept:
        return Section("levels", "How much is proven", says)
    rows = tuple(
        (level, counts[level], labelled(counts[level], kept), meaning)
        for level, meaning in reversed(MEANINGS.items())
        if counts[level] or at_least(level, "L2")
    )
    columns = (
        Column("level", "Level"),
        Column("examples", "Examples"),
        Column("label", "", hidden=True),
        Column("meaning", "Meaning"),
    )
    panels = (
        Panel("Examples by level of evidence", columns, rows, bars("level", "examples")),
        *([_by_kind(figures)] if len({level for _, level in figures.proven}) > 1 else []),
    )
    return Section("levels", "How much is proven", says, panels)


def _by_kind(figures: Figures) -> Panel:
    totals = figures.tallies["kind"]
    seen = sorted({level for _, level in figures.proven})
    rows = tuple(
        (
            kind,
            level,
            figures.proven[kind, level],
            f"{figures.proven[kind, level]:,}",
            round(figures.proven[kind, level] / total, 4),
        )
        for kind, total in totals.most_common()
        for level in seen
        if figures.proven[kind, level]
    )
    columns = (
        Column("kind", "Kind"),
        Column("level", "Level"),
        Column("examples", "Examples"),
        Column("label", "", hidden=True),
        Column("share", "Of its kind", share=True),
    )
    chart = heat("level", "kind", "examples", depth="share")
    return Panel("Examples by kind and level", columns, rows, chart)


def mutation(figures: Figures, _: Reading) -> Section:
    """Show how many of the faults planted into solutions their cases find."""
    title = "Whether the tests bite"
    plain, strict = figures.spread["score"], figures.spread["strict score"]
    if not plain.count:
        return Section("mutation", title, "No solution in this part was tried with mutants.")
    says = (
        "Small faults were planted into each solution to see whether its cases notice. On average"
        f" they find {share(plain.total, plain.count)} of those that matter, and"
        f" {share(strict.total, strict.count)} when every fault"
        " that was not found is counted against them."
    )
    panels = tuple(
        Panel(
            heading,
            (
                Column("low", "From", share=True),
                Column("high", "To", share=True),
                Column("solutions", "Solutions"),
            ),
            tuple(
                (one.low, one.high, one.count) for one in found.bins(_PLAIN_SCORES, span=(0.0, 1.0))
            ),
            histogram("low", "high", "solutions", title="share of mutants killed", percent=True),
            wide=False,
        )
        for heading, found in (
            ("Without mutants presumed equivalent", plain),
            ("Of all mutants (strict)", strict),
        )
    )
    return Section("mutation", title, says, panels)


def difficulty(figures: Figures, _: Reading) -> Section:
    """Hold the difficulty that was claimed against the one that was measured."""
    title = "Claimed and measured difficulty"
    means = {
        level: one.measured / one.solved
        for level, one in figures.statistics.difficulties.items()
        if one.solved
    }
    if not means:
        return Section("difficulty", title, "No problem of this part was tried, so none measured.")
    rows = tuple(
        (
            level,
            _MEASURED[at],
            figures.claimed[level, at],
            f"{figures.claimed[level, at]:,}",
            round(figures.claimed[level, at] / _of_level(figures, level), 4),
        )
        for level in (*LEVELS, "not claimed")
        for at in range(_WIDTH)
        if figures.claimed[level, at]
    )
    columns = (
        Column("claimed", "Claimed"),
        Column("measured", "First answers that failed"),
        Column("problems", "Problems"),
        Column("label", "", hidden=True),
        Column("share", "Of those claimed so", share=True),
    )
    chart = heat("measured", "claimed", "problems", depth="share", order=_MEASURED)
    panel = Panel("Problems by claimed difficulty and share of failures", columns, rows, chart)
    return Section("difficulty", title, _calibration(means), (panel,))


def _of_level(figures: Figures, level: str) -> int:
    return sum(figures.claimed[level, at] for at in range(_WIDTH))


def _calibration(means: dict[str, float]) -> str:
    told = ", ".join(
        f"{means[one]:.0%} of first answers fail on {one or 'unclaimed'} problems"
        for one in (*LEVELS, "")
        if one in means
    )
    ordered = [means[one] for one in LEVELS if one in means]
    if len(ordered) < 2:  # noqa: PLR2004 - nothing to compare
        return f"{told[0].upper()}{told[1:]}."
    rises = all(low < high for low, high in pairwise(ordered))
    verdict = "do fail more often" if rises else "do not fail more often step by step"
    return f"Problems claimed to be harder {verdict}: {told}."
