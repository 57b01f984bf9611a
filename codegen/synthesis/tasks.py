"""What a run is made from, as numbered tasks: code seeds, the taxonomy, or given problems.

The n-th task is the same in every start of a run. Code seeds are gone through again and again until
the goal is reached, each time with other sampling seeds; given problems once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from codegen.records import Seed
from codegen.synthesis.life import Task
from codegen.synthesis.problems import load_problems
from codegen.synthesis.seeds import index_sources
from codegen.synthesis.settings import Settings
from codegen.synthesis.taxonomy import taxonomy_seeds


def tasks_of(settings: Settings) -> Iterator[Task]:
    """Yield the tasks of a run, numbered from 0.

    Raises:
        UsageError: the folder or the file cannot be used; says what is wrong with it.
    """
    if settings.problems is not None:
        for index, given in enumerate(load_problems(settings.problems)):
            yield Task(index, given.seed, given.problem, given.cases, given.tests)
        return
    for index, seed in enumerate(_seeds(settings)):
        yield Task(index, seed)


def _seeds(settings: Settings) -> Iterator[Seed]:
    if settings.seeds is None:
        yield from taxonomy_seeds(settings.seed)
        return
    index = index_sources(settings.seeds)
    for turn in count():
        yield from index.seeds(seed=settings.seed + turn)
