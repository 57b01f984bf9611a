"""The top of a report: what this is in one sentence, the few figures that matter, the warnings.

Not here: the sections below (`codegen.report.sections`).
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.records import Usage
from codegen.report.figures import Figures
from codegen.report.names import language_title
from codegen.report.reading import Reading
from codegen.report.section import Tile, View, counted, listed, share
from codegen.report.sections import sections_of
from codegen.report.slices import DIMENSIONS, EVERYTHING, Slice
from codegen.report.warned import warned
from codegen.verify.evidence import at_least


def views(reading: Reading) -> Iterator[View]:
    """Yield all that is said of everything, and then of each part of it."""
    for part, figures in reading.figures.items():
        yield View(
            key=part.key,
            group=DIMENSIONS.get(part.dimension, ""),
            title=part.title,
            summary=sentence(figures, part),
            tiles=tuple(_tiles(figures)),
            warnings=warned(figures, reading),
            sections=sections_of(figures, reading),
        )


def sentence(figures: Figures, part: Slice = EVERYTHING) -> str:
    """Say in one sentence what a part holds."""
    found, languages = figures.statistics, figures.tallies["language"].most_common()
    if not figures.kept:
        return f"{counted(found.attempted, 'problem')} begun; no example is kept."
    where = f" ({DIMENSIONS[part.dimension].lower()}: {part.title})" if part.dimension else ""
    return (
        f"{counted(figures.kept, 'verified example')} in"
        f" {listed(language_title(one) for one, _ in languages)},"
        f" from {counted(found.accepted, 'accepted problem')} of {found.attempted:,} begun,"
        f" written by {listed(figures.tallies['model'])}{where}."
    )


def _tiles(figures: Figures) -> Iterator[Tile]:
    found, kept = figures.statistics, figures.kept
    yield Tile(
        share(found.accepted, found.attempted),
        "problems accepted",
        f"{found.accepted:,} of {found.attempted:,}",
    )
    dropped = figures.all_made - kept
    yield Tile(f"{kept:,}", "examples kept", f"{dropped:,} dropped" if dropped else "none dropped")
    strong = sum(n for level, n in found.evidence.levels.items() if at_least(level, "L4"))
    yield Tile(share(strong, kept), "agreed on independently", "evidence L4 and above")
    strict = figures.spread["strict score"].mean
    if strict is not None:
        yield Tile(f"{strict:.0%}", "planted faults found", "strict mutation score")
    if found.wrong_at_first:
        yield Tile(
            share(found.repaired, found.wrong_at_first),
            "wrong answers repaired",
            f"{found.repaired:,} of {found.wrong_at_first:,}",
        )
    total = sum(figures.costs.values(), Usage())
    if total.completion_tokens and kept:
        yield Tile(
            f"{total.completion_tokens / kept:,.0f}",
            "tokens per example",
            "written by the model",
        )
