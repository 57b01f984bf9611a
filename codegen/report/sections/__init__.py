"""The sections of a report, each a function of the figures of one part.

Not here: the figures (`codegen.report.figures`), the summary above them (`codegen.report.summary`).
"""

from __future__ import annotations

from collections.abc import Callable

from codegen.report.figures import Figures
from codegen.report.reading import Reading
from codegen.report.section import Section
from codegen.report.sections import contents, course, funnel, lengths, losses, people, proof, repair

Maker = Callable[[Figures, Reading], Section | None]

SECTIONS: tuple[Maker, ...] = (
    funnel.funnel,
    contents.contents,
    contents.topics,
    contents.wishes,
    proof.levels,
    proof.mutation,
    proof.difficulty,
    people.people,
    losses.rejections,
    losses.refusals,
    losses.drops,
    repair.repair,
    lengths.lengths,
    lengths.outliers,
    course.times,
    course.costs,
    course.rounds,
)
"""In the order in which they are read; one that has nothing to say of any part returns None."""


def sections_of(figures: Figures, reading: Reading) -> tuple[Section, ...]:
    """Return what is said of one part."""
    made = (maker(figures, reading) for maker in SECTIONS)
    return tuple(one for one in made if one is not None)
