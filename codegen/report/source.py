"""A run among those that a report is about: its records, its journal, and what people said.

Not here: what is counted of it (`codegen.report.reading`).
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field

from codegen.curate.dataset import Dataset
from codegen.curate.row import SourceRun
from codegen.errors import CodegenError
from codegen.journal import Journal
from codegen.journal.place import title_of
from codegen.records import ProblemRecord
from codegen.report.diversity import Diversity
from codegen.report.people import People, people_of


@dataclass(slots=True)
class Source:
    """One run among those that were read; `journal` is None where it has gone."""

    name: str
    run: SourceRun
    dataset: Dataset
    journal: Journal | None
    people: People = field(default_factory=People)
    diversity: Diversity = field(default_factory=Diversity)
    ends: dict[int, float] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """The model that wrote."""
        return str(self.run.configuration.get("model", ""))

    @property
    def languages(self) -> tuple[str, ...]:
        """The programming languages that it was asked for."""
        return tuple(self.run.configuration.get("languages", ()))

    def end(self, record: ProblemRecord) -> float | None:
        """Return when the last call of a problem began; None where nobody knows."""
        if self.journal is None:
            return None
        asked = [one.call for one in record.attempts if one.call]
        asked += [key for one in record.refused for key in one.calls]
        found = self.journal.last_started(asked)
        if found is not None:
            self.ends[record.index] = found
        return found


def sources_of(datasets: Iterable[Dataset], stack: ExitStack) -> list[Source]:
    """Return the runs of datasets; `stack` closes the journals that are there."""
    made: list[Source] = []
    taken: Counter[str] = Counter()
    for dataset in datasets:
        people = people_of(dataset)
        for run in dataset.runs:
            name = title_of(run.folder)
            taken[name] += 1
            journal = None
            with contextlib.suppress(CodegenError):
                journal = stack.enter_context(Journal.open(run.folder, read_only=True))
            shown = f"{name} ({taken[name]})" if taken[name] > 1 else name
            made.append(Source(shown, run, dataset, journal, people))
    return made
