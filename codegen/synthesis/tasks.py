"""What a run is made from, as numbered tasks: code seeds, the taxonomy, or given problems.

The n-th task is the same in every start of a run. Code seeds are gone through again and again until
the goal is reached, each time with other sampling seeds; given problems, and code that problems are
made for, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, count, islice

from codegen.journal.place import title_of
from codegen.records import Seed, Traits
from codegen.synthesis.inspiration import (
    Ancestry,
    accepted_problems,
    evolution_seeds,
    self_instruct_seeds,
)
from codegen.synthesis.problems import load_problems
from codegen.synthesis.quotas import dimension_values, shares_of
from codegen.synthesis.seeds import SeedReport, index_sources
from codegen.synthesis.settings import Settings
from codegen.synthesis.steering import Steering
from codegen.synthesis.taxonomy import Taxonomy, load_taxonomy, taxonomy, taxonomy_seeds
from codegen.synthesis.world import Task


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks of a run, numbered from 0, and what decides what the next one is like.

    The next one may be taken when the steering is ready for its number.
    """

    steering: Steering
    listed: Iterator[Task]


def tasks_of(settings: Settings, on_event: Callable[[str], None] = lambda _: None) -> Tasks:
    """Return the tasks of a run; `on_event` is told what the seeds came to.

    What was given is looked at here and now, every row of it, and read again as it is needed.
    A later round begins with what the one before failed at.

    Raises:
        UsageError: the folder or the file cannot be used; says what is wrong with it.
    """
    made = _new(settings, on_event)
    if settings.round is None:
        return made
    made.steering.begin(len(settings.round.again))
    return replace(made, listed=chain(settings.round.retries(), made.listed))


def _new(settings: Settings, on_event: Callable[[str], None]) -> Tasks:
    if settings.problems is not None:
        for _ in load_problems(settings.problems):
            pass
        return Tasks(Steering(settings.seed, {}, {}, settings.window), _given(settings))
    known = load_taxonomy(settings.taxonomy) if settings.taxonomy else taxonomy()
    steering = _steering(settings, known)
    draw = _seeds(settings, known, on_event)
    ancestry = Ancestry(settings.seed, settings.evolve_share)
    if settings.evolve_share:
        steering.needs_ends, steering.on_settled = True, ancestry.settled
    return Tasks(steering, _made(_first(settings)[0], steering, ancestry, draw))


def _first(settings: Settings) -> tuple[int, int]:
    """Return the number of the first new task, and how many seeds earlier rounds have used."""
    one = settings.round
    return (len(one.again), one.first_new) if one else (0, 0)


def _given(settings: Settings) -> Iterator[Task]:
    assert settings.problems is not None
    first, used = _first(settings)
    rows = islice(load_problems(settings.problems), used, None)
    for index, given in enumerate(rows, first):
        yield Task(index, given.seed, given.problem, given.cases, given.tests)


def _made(
    first: int, steering: Steering, ancestry: Ancestry, draw: Callable[[str], Seed | None]
) -> Iterator[Task]:
    for index in count(first):
        point = dict(steering.draw(index))
        topic = point.pop("topic", "")
        seed = ancestry.draw(index) or draw(topic)
        if seed is None:
            return
        # what evolves keeps its interface, where no quota says another
        point.setdefault("interface", seed.traits.interface)
        yield Task(index, replace(seed, traits=Traits(**point)))


def _steering(settings: Settings, known: Taxonomy) -> Steering:
    values = dimension_values(known)
    shares = shares_of(settings.quotas, values)
    # what code answers is as hard as it is
    left_free = ("audience",) if settings.reverse else ("difficulty", "audience")
    free = {name: values[name] for name in left_free if values[name] and name not in shares}
    return Steering(settings.seed, shares, free, settings.window)


def _seeds(
    settings: Settings, known: Taxonomy, on_event: Callable[[str], None]
) -> Callable[[str], Seed | None]:
    """Return what gives the next seed, of a topic where one is named."""
    used = _first(settings)[1]
    if settings.seed_problems is not None:
        shown = self_instruct_seeds(settings.seed_problems, settings.seed)
        return _next_of(shown, used)
    if settings.evolve is not None:
        problems = accepted_problems(settings.evolve)
        on_event(f"{len(problems):,} accepted problems of {settings.evolve} to evolve")
        changed = evolution_seeds(problems, settings.seed, title_of(settings.evolve))
        return _next_of(changed, used)
    if settings.reverse is not None:
        index = index_sources(settings.reverse, settings.languages, free=True)
        named = settings.url or settings.reverse
        on_event(f"code to be answered for, of {named}: {_told(index.report)}")
        return _next_of(index.seeds(seed=settings.seed, kind="reverse"), used)
    if settings.seeds is None:
        return _of_topics(settings.seed, known, used)
    index = index_sources(settings.seeds)
    on_event(f"seeds from {settings.url or settings.seeds}: {_told(index.report)}")
    found = chain.from_iterable(index.seeds(seed=settings.seed + turn) for turn in count())
    return _next_of(found, used)


def _next_of(seeds: Iterator[Seed], used: int) -> Callable[[str], Seed | None]:
    unused = islice(seeds, used, None)
    return lambda _: next(unused, None)


def _of_topics(seed: int, known: Taxonomy, used: int) -> Callable[[str], Seed]:
    def unused(drawn: int | str, given: Taxonomy) -> Iterator[Seed]:
        return islice(taxonomy_seeds(drawn, given), used, None)

    every = {
        topic.name: unused(f"{seed}/{topic.name}", replace(known, topics=(topic,)))
        for topic in known.topics
    }
    mixed = unused(seed, known)
    return lambda topic: next(every[topic] if topic else mixed)


def _told(report: SeedReport) -> str:
    functions = ", ".join(f"{n:,} in {name}" for name, n in report.functions.items())
    skipped = sum(report.skipped.values())
    files = sum(report.files.values())
    return f"functions: {functions}; files: {files:,} read, {skipped:,} skipped"
