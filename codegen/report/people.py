"""What people said of the examples that a report is about, found beside the dataset or its runs.

Not here: how it is said and kept (`codegen.view`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codegen.curate.dataset import Dataset
from codegen.errors import UsageError
from codegen.journal.place import Named, is_shared
from codegen.view.annotations import Annotation, read_annotations
from codegen.view.notebook import FILE


@dataclass(frozen=True, slots=True)
class People:
    """Annotations by example and by rejected problem, and the annotators of each problem.

    Problems are named by run and number; who said something of an example has annotated its
    problem.
    """

    said: Mapping[str, tuple[Annotation, ...]] = field(default_factory=dict)
    rejected: Mapping[tuple[int, int], tuple[Annotation, ...]] = field(default_factory=dict)
    of_problem: Mapping[tuple[int, int], frozenset[str]] = field(default_factory=dict)

    def annotators(self, example: str) -> list[str]:
        """Return who said something of an example."""
        return [one.annotator for one in self.said.get(example, ())]


def people_of(dataset: Dataset) -> People:
    """Return what was said of a dataset's examples; of a run's, what lies in its folder."""
    said: dict[str, list[Annotation]] = defaultdict(list)
    problems: dict[tuple[int, int], set[str]] = defaultdict(set)
    left: dict[str, list[Annotation]] = defaultdict(list)
    for one in _annotations([dataset.folder, *(run.folder for run in dataset.runs)]):
        try:
            row = dataset.row(one.example)
        except UsageError:
            left[one.example].append(one)
            continue
        said[row.id].append(one)
        problems[row.run, row.index].add(one.annotator)
    rejected = _of_rejected(dataset, left)
    for problem, found in rejected.items():
        problems[problem].update(one.annotator for one in found)
    return People(
        {example: tuple(found) for example, found in said.items()},
        rejected,
        {problem: frozenset(names) for problem, names in problems.items()},
    )


def _of_rejected(
    dataset: Dataset, said: Mapping[str, list[Annotation]]
) -> dict[tuple[int, int], tuple[Annotation, ...]]:
    """Return what is said of rejected problems; the rest is of examples in another dataset."""
    if not said:
        return {}
    found = ((one.run, one.index, said.get(one.id)) for one in dataset.rejected())
    return {(run, index): tuple(words) for run, index, words in found if words}


def _annotations(folders: Iterable[Named]) -> list[Annotation]:
    """Return what lies in folders; of two words of one person on one example, the first found."""
    found: dict[tuple[str, str], Annotation] = {}
    for folder in folders:
        if not is_shared(folder) and (Path(folder) / FILE).is_file():
            for one in read_annotations(Path(folder)):
                found.setdefault((one.example, one.annotator), one)
    return list(found.values())
