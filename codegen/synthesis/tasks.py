"""What a run is made from, as numbered tasks: code seeds, the taxonomy, or given problems.

The n-th task is the same in every start of a run. Code seeds are gone through again and again until
the goal is reached, each time with other sampling seeds; given problems once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, count

from codegen.records import Seed
from codegen.synthesis.problems import load_problems
from codegen.synthesis.seeds import SeedReport, index_sources
from codegen.synthesis.settings import Settings
from codegen.synthesis.taxonomy import taxonomy_seeds
from codegen.synthesis.world import Task


def tasks_of(
    settings: Settings, on_event: Callable[[str], None] = lambda _: None
) -> Iterator[Task]:
    """Return the tasks of a run, numbered from 0; `on_event` is told what the seeds came to.

    What was given is looked at here and now, every row of it, and read again as it is needed.

    Raises:
        UsageError: the folder or the file cannot be used; says what is wrong with it.
    """
    if settings.problems is not None:
        for _ in load_problems(settings.problems):
            pass
        return (
            Task(index, given.seed, given.problem, given.cases, given.tests)
            for index, given in enumerate(load_problems(settings.problems))
        )
    return (Task(index, seed) for index, seed in enumerate(_seeds(settings, on_event)))


def _seeds(settings: Settings, on_event: Callable[[str], None]) -> Iterator[Seed]:
    if settings.seeds is None:
        return taxonomy_seeds(settings.seed)
    index = index_sources(settings.seeds)
    on_event(f"seeds from {settings.seeds}: {_told(index.report)}")
    return chain.from_iterable(index.seeds(seed=settings.seed + turn) for turn in count())


def _told(report: SeedReport) -> str:
    functions = ", ".join(f"{n:,} in {name}" for name, n in report.functions.items())
    skipped = sum(report.skipped.values())
    files = sum(report.files.values())
    return f"functions: {functions}; files: {files:,} read, {skipped:,} skipped"
