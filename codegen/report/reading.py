"""Reads runs and datasets into the figures of their parts, one record in memory at a time.

Problems are counted from the runs that a dataset was made of; when they ended and what each
purpose cost is in the runs' journals, and is left out where those have gone.

Not here: what is counted (`codegen.report.figures`), what is said of it
(`codegen.report.sections`).
"""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from codegen.curate.dataset import Dataset
from codegen.curate.opened import opened
from codegen.curate.selection import EVERYTHING as ALL_ROWS
from codegen.curate.selection import Selection
from codegen.errors import UsageError
from codegen.journal.place import Named, title_of
from codegen.records import Json, ProblemRecord
from codegen.report.clock import Clock
from codegen.report.figures import Figures, Lived
from codegen.report.names import language_title, natural_title
from codegen.report.slices import DIMENSIONS, EVERYTHING, MOST_VALUES, Slice, Slices
from codegen.report.source import Source, sources_of
from codegen.report.wording import SEEDS

MOST_PERIODS = 24
MOST_TIMES = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read: the runs, the parts with their figures, and the datasets' own notes.

    `titles` are the names of the folders that were named, datasets or runs. `clock` divides the
    time for a plot; None where no time is known.
    """

    sources: tuple[Source, ...]
    figures: Mapping[Slice, Figures]
    manifests: tuple[Json, ...]
    clock: Clock | None
    titles: tuple[str, ...] = ()

    @property
    def everything(self) -> Figures:
        """The figures of all that was read."""
        return self.figures[EVERYTHING]


@contextlib.contextmanager
def reading(paths: Sequence[Named], *, compared: bool = True) -> Iterator[Reading]:
    """Read runs and datasets; with `compared`, also how diverse each of several runs is.

    Raises:
        UsageError: a folder holds neither, or nothing has come to its end in any of them.
        JournalError: a run's journal cannot be read.
    """
    twice = next((one for one in paths if paths.count(one) > 1), None)
    if twice is not None:
        raise UsageError(f"{twice} is named twice")
    with ExitStack() as stack:
        datasets = [stack.enter_context(opened(path)) for path in paths]
        found = stack.enter_context(reading_of(datasets, compared=compared))
        yield replace(found, titles=tuple(map(title_of, paths)))


@contextlib.contextmanager
def reading_of(
    datasets: Sequence[Dataset],
    *,
    compared: bool = True,
    dimensions: Collection[str] = DIMENSIONS,
    most: int | None = MOST_VALUES,
) -> Iterator[Reading]:
    """Read datasets that are open, as `reading` does; parts are of some dimensions alone.

    Of a dimension `most` values are parts, the most frequent ones; None means all.

    Raises:
        UsageError: nothing has come to its end in any of them.
    """
    with ExitStack() as stack:
        sources = sources_of(datasets, stack)
        clock, times = _clocks(sources)
        slices = _slices(sources, times, dimensions, most)
        figures = {part: Figures(_language(part)) for part in slices.parts}
        for source in sources:
            _add_problems(source, slices, figures, (clock, times))
            _add_rows(source, slices, figures, times)
            _add_costs(source, slices, figures)
            if compared and len(sources) > 1:
                _add_diversity(source)
        if not figures[EVERYTHING].statistics.attempted:
            named = ", ".join(str(one.run.folder) for one in sources)
            raise UsageError(f"no problem has come to its end in {named or 'no run at all'}")
        manifests = tuple(dataset.manifest for dataset in datasets)
        yield Reading(tuple(sources), figures, manifests, clock)


def _clocks(sources: Iterable[Source]) -> tuple[Clock | None, Clock | None]:
    """Return a fine clock for a plot, and a coarse one for parts."""
    known = [one.journal.times() for one in sources if one.journal]
    began = [first for first, _ in known if first is not None]
    ended = [last for _, last in known if last is not None]
    if not began or not ended:
        return None, None
    first, last = min(began), max(ended)
    return (
        Clock.over(first, last, most=MOST_PERIODS),
        Clock.over(first, last, most=MOST_TIMES),
    )


def _slices(
    sources: Sequence[Source], times: Clock | None, dimensions: Collection[str], most: int | None
) -> Slices:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    columns = {
        "source": "seed",
        "model": "model",
        "language": "language",
        "natural": "natural_language",
    }
    for dataset, people in {id(one.dataset): (one.dataset, one.people) for one in sources}.values():
        for said in (*people.said.values(), *people.rejected.values()):
            counted["annotator"].update(one.annotator for one in said)
        for dimension, column in columns.items():
            counted[dimension].update(dataset.tally(column, ALL_ROWS))
    for source in sources:
        counted["run"][source.name] += 1
        if times is not None and source.journal is not None:
            first, last = source.journal.times()
            if first is not None and last is not None:
                _count_periods(counted["time"], times, first, last)
    titles = {one: language_title(one) for one in counted["language"]}
    titles |= SEEDS | {one: natural_title(one) for one in counted["natural"]}
    return Slices.of({one: counted[one] for one in dimensions}, titles, most)


def _count_periods(counted: Counter[str], clock: Clock, first: float, last: float) -> None:
    period = clock.period(first)
    while period <= last:
        counted[clock.written(period)] += 1
        period += clock.width


def _language(part: Slice) -> str:
    return part.value if part.dimension == "language" else ""


def _add_problems(
    source: Source,
    slices: Slices,
    figures: Mapping[Slice, Figures],
    clocks: tuple[Clock | None, Clock | None],
) -> None:
    clock, times = clocks
    for _, record in source.dataset.problems(run=source.run.number):
        end = source.end(record)
        period = clock.period(end) if clock and end else None
        said = source.people.rejected.get((source.run.number, record.index), ())
        lived = Lived(record, source.name, period, said)
        for part in slices.containing(_place(source, record, times, end)):
            figures[part].add_problem(lived)


def _place(
    source: Source, record: ProblemRecord, times: Clock | None, end: float | None
) -> dict[str, Iterable[str]]:
    traits = record.problem.traits if record.problem else record.seed.traits
    tried = {one.language for one in record.attempts}
    return {
        "run": [source.name],
        "source": [record.seed.kind],
        "model": [source.model],
        "language": tried or source.languages,
        "natural": [traits.natural_language or "en"],
        "annotator": source.people.of_problem.get((source.run.number, record.index), ()),
        "time": [times.written(times.period(end))] if times and end else [],
    }


def _add_rows(
    source: Source, slices: Slices, figures: Mapping[Slice, Figures], times: Clock | None
) -> None:
    for row in source.dataset.rows(Selection(statuses=(), runs=(source.run.number,))):
        end = source.ends.get(row.index)
        place: dict[str, Iterable[str]] = {
            "run": [source.name],
            "source": [row.seed],
            "model": [row.model],
            "language": [row.language],
            "natural": [row.natural_language],
            "annotator": source.people.annotators(row.id),
            "time": [times.written(times.period(end))] if times and end else [],
        }
        example = row.example
        for part in slices.containing(place):
            figures[part].add_row(row, example, source.people.said.get(row.id, ()))


def _add_costs(source: Source, slices: Slices, figures: Mapping[Slice, Figures]) -> None:
    if source.journal is None:
        return
    place: dict[str, Any] = {"run": [source.name]}
    if len(source.run.models) == 1:
        place["model"] = [source.model]
    usage = source.journal.usage()
    for part in slices.containing(place):
        figures[part].add_costs(usage)


def _add_diversity(source: Source) -> None:
    number = source.run.number
    for _, record in source.dataset.problems(run=number, statuses=("accepted",)):
        source.diversity.add(source.dataset.problem(number, record.index))
