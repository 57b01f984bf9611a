"""What a reader should look at first: rules over the figures of one part, each a sentence.

Not here: the figures (`codegen.report.figures`), the plots that show the same
(`codegen.report.sections`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from codegen.report.comparison import compare
from codegen.report.figures import SPLIT_LATER, Figures
from codegen.report.names import language_title
from codegen.report.reading import Reading
from codegen.report.section import Warned, counted, listed, share
from codegen.report.wording import REASONS, plain
from codegen.synthesis.difficulty import LEVELS
from codegen.synthesis.licences import UNKNOWN
from codegen.verify.evidence import at_least

FEW_ACCEPTED = 0.5
ONE_REASON = 0.6
ONE_TOPIC = 0.25
ONE_WISH = 0.2
UNEVEN = 0.5
MUCH_DROPPED = 0.3
CONTROL = 0.1
STRICT_GAP = 0.1
ENOUGH = 20
"""Of fewer things nothing is concluded."""

Rule = Callable[[Figures], Iterator[Warned]]


def warned(figures: Figures, reading: Reading) -> tuple[Warned, ...]:
    """Return what is wrong or worth knowing in one part, what is wrong first."""
    found = [one for rule in _RULES for one in rule(figures)]
    if figures is reading.everything:
        found += _collapse(reading)
    return tuple(sorted(found, key=lambda one: one.notice))


def _accepted(figures: Figures) -> Iterator[Warned]:
    attempted, accepted = figures.statistics.attempted, figures.statistics.accepted
    if attempted and not accepted:
        yield Warned("No problem was accepted.", "funnel")
    elif attempted >= ENOUGH and accepted / attempted < FEW_ACCEPTED:
        lost = share(attempted - accepted, attempted)
        yield Warned(f"{lost} of the problems that were begun were rejected.", "rejections")
    counts = figures.rejected.counts
    if counts.total() >= ENOUGH:
        reason, most = counts.most_common(1)[0]
        if most / counts.total() > ONE_REASON:
            why = REASONS.get(reason, plain(reason))
            yield Warned(
                f"{share(most, counts.total())} of the rejections have one reason: {why}.",
                "rejections",
            )


def _untested(figures: Figures) -> Iterator[Warned]:
    levels = figures.statistics.evidence.levels
    weak = sum(n for level, n in levels.items() if not at_least(level, "L3"))
    if weak:
        yield Warned(
            f"{counted(weak, 'kept example')} {'have' if weak != 1 else 'has'} tests that are not"
            " proven to bite (below L3).",
            "levels",
        )


def _mutants(figures: Figures) -> Iterator[Warned]:
    plain_score, strict = figures.spread["score"].mean, figures.spread["strict score"].mean
    if plain_score is None or strict is None:
        return
    if plain_score - strict > STRICT_GAP:
        yield Warned(
            f"The mutation score leans on mutants presumed equivalent: {plain_score:.0%} without"
            f" them, {strict:.0%} with them.",
            "mutation",
        )


def _control(figures: Figures) -> Iterator[Warned]:
    found = figures.statistics.evidence.regenerated
    if found.control_samples >= ENOUGH and found.control_passed > CONTROL * found.control_samples:
        yield Warned(
            "Explanations prove little: of the programs written from texts about faulty code,"
            f" {share(found.control_passed, found.control_samples)} pass all the same.",
            "refusals",
        )


def _languages(figures: Figures) -> Iterator[Warned]:
    counts = figures.tallies["language"]
    if len(counts) > 1:
        (most, top), (least, low) = counts.most_common(1)[0], counts.most_common()[-1]
        if low < UNEVEN * top:
            yield Warned(
                f"The languages are uneven: {low:,} examples in"
                f" {language_title(least)}, {top:,} in {language_title(most)}.",
                "contents",
            )
    natural = figures.tallies["natural_language"]
    if set(natural) == {"en"} and figures.kept:
        yield Warned("All statements are in English.", "contents", notice=True)


def _topics(figures: Figures) -> Iterator[Warned]:
    topics: dict[str, int] = {}
    for (topic, _), count in figures.about.items():
        topics[topic] = topics.get(topic, 0) + count
    total = sum(topics.values())
    if total >= ENOUGH:
        name = max(topics, key=lambda one: topics[one])
        if topics[name] / total > ONE_TOPIC:
            yield Warned(
                f"{share(topics[name], total)} of the accepted problems have one topic: {name}.",
                "topics",
            )
    if figures.wishes.total() >= ENOUGH:
        (verb, named), most = figures.wishes.most_common(1)[0]
        if most / figures.wishes.total() > ONE_WISH:
            part = share(most, figures.wishes.total())
            yield Warned(f"{part} of the statements ask to “{verb} {named}”.", "wishes")


def _difficulty(figures: Figures) -> Iterator[Warned]:
    found = figures.statistics.difficulties
    means = [
        (level, found[level].measured / found[level].solved)
        for level in LEVELS
        if level in found and found[level].solved >= ENOUGH
    ]
    for (lower, low), (higher, high) in pairwise(means):
        if high < low:
            yield Warned(
                f"Problems claimed to be {higher} are not harder than the {lower} ones:"
                f" {high:.0%} of first answers fail on them, {low:.0%} on the {lower}.",
                "difficulty",
            )


def _dropped(figures: Figures) -> Iterator[Warned]:
    dropped, made = figures.dropped.counts.total(), figures.all_made
    if made >= ENOUGH and dropped / made > MUCH_DROPPED:
        yield Warned(f"Curation dropped {share(dropped, made)} of the examples.", "drops")
    if figures.kept and set(figures.tallies["split"]) == {SPLIT_LATER}:
        yield Warned(
            "The examples are not split into training and test data.", "funnel", notice=True
        )


def _licences(figures: Figures) -> Iterator[Warned]:
    counts, seeds = figures.tallies["licence"], figures.tallies["seed"]
    foreign = seeds["code"] + seeds["reverse"]
    unstated = min(counts[""], foreign)
    unknown = counts[UNKNOWN] + unstated
    if unknown:
        yield Warned(
            f"{counted(unknown, 'example')} go back to code whose licence is not known.",
            "contents",
        )


def _builtin(figures: Figures) -> Iterator[Warned]:
    written = figures.tallies["model"]["builtin"]
    if written:
        which = "All examples" if written == figures.kept else counted(written, "example")
        verb = "was" if written == 1 != figures.kept else "were"
        yield Warned(
            f"{which} {verb} written by the builtin teacher, which is a set of rules and no"
            " language model.",
            "contents",
            notice=True,
        )


def _collapse(reading: Reading) -> Iterator[Warned]:
    for before, after in pairwise(reading.sources):
        for change in compare(before.diversity, after.diversity).collapsed:
            yield Warned(
                f"{after.name} is less diverse than {before.name}: {change.measure} fell by"
                f" {change.fall:.0%}.",
                "rounds",
            )
    gone = [one.name for one in reading.sources if one.journal is None]
    if gone:
        yield Warned(
            f"The journal of {listed(gone)} is not there: times and costs are left out for it.",
            "times",
            notice=True,
        )


_RULES: tuple[Rule, ...] = (
    _accepted,
    _untested,
    _mutants,
    _control,
    _languages,
    _topics,
    _difficulty,
    _dropped,
    _licences,
    _builtin,
)
