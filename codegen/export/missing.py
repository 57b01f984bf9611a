"""What is not in a dataset, of all that could have been: said plainly, counted and not guessed.

Not here: what is in it (`codegen.report.sections.contents`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen.traits import NATURAL_LANGUAGES

if TYPE_CHECKING:
    from codegen.report.figures import Figures
    from codegen.report.reading import Reading

FEW = 0.05
"""A share below which something is there in name only."""


def missing(found: Reading) -> tuple[str, ...]:
    """Return a sentence for each thing that is missing, or hardly there."""
    figures = found.everything
    return tuple(
        one
        for rule in (_natural, _programming, _kinds, _difficulties, _topics, _people)
        for one in rule(figures, found)
    )


def _natural(figures: Figures, _: Reading) -> Iterator[str]:
    there = figures.tallies["natural_language"]
    named = ", ".join(NATURAL_LANGUAGES.get(one, one) for one, _ in there.most_common())
    absent = sorted(set(NATURAL_LANGUAGES) - set(there))
    if absent:
        yield (
            f"Statements are in {named} alone. Whoever asks in another language is not represented;"
            f" {len(absent)} languages that could have been asked for are absent."
        )


def _programming(figures: Figures, _: Reading) -> Iterator[str]:
    from codegen import language  # noqa: PLC0415 - reads files

    there = figures.tallies["language"]
    absent = [language.get(one).title for one in language.names() if one not in there]
    if absent:
        yield f"No program is in {', '.join(sorted(absent))}, nor in a language not known here."
    for name, count in there.items():
        if count < FEW * there.total():
            title = language.get(name).title
            yield f"{title} is hardly there: {count:,} of {there.total():,} examples."


def _kinds(figures: Figures, _: Reading) -> Iterator[str]:
    from codegen.report.wording import KINDS  # noqa: PLC0415 - cheap to import

    absent = [f"{kind} ({KINDS[kind]})" for kind in KINDS if not figures.made[kind, "kept"]]
    if absent:
        yield f"There is no {', no '.join(absent)}."


def _difficulties(figures: Figures, _: Reading) -> Iterator[str]:
    from codegen.synthesis.difficulty import LEVELS  # noqa: PLC0415 - cheap to import

    there = {level for (_, level), count in figures.about.items() if count}
    absent = [level for level in LEVELS if level not in there]
    if absent:
        yield f"No accepted problem is claimed to be {' or '.join(absent)}."
    harder = figures.statistics.attempted - figures.statistics.accepted
    if harder:
        yield (
            f"{harder:,} problems were rejected. What current models fail at is among them, so the"
            " data lean towards what they can do."
        )


def _topics(figures: Figures, found: Reading) -> Iterator[str]:
    from codegen.synthesis.taxonomy import taxonomy  # noqa: PLC0415 - reads a file

    if not figures.tallies["seed"]["taxonomy"]:
        return
    own = [one.run.configuration.get("taxonomy") for one in found.sources]
    known = {topic["name"] for one in own if one for topic in one["topics"]}
    if not all(own):
        known |= {topic.name for topic in taxonomy().topics}
    absent = sorted(known - {topic for topic, _ in figures.about})
    if absent:
        yield f"{len(absent)} of {len(known)} topics have no accepted problem: {', '.join(absent)}."


def _people(figures: Figures, _: Reading) -> Iterator[str]:
    counts = figures.tallies["seed"]
    given = counts["problem"] + counts["self-instruct"]
    yield (
        "No person wrote or answered these questions: statements and answers are a model's."
        + (f" {given:,} examples go back to statements that were given." if given else "")
        + " How people ask, in which words, with which mistakes and about which parts of large"
        " programs, is not represented; problems are small, self-contained, and decided by values."
    )
