"""A dataset's report: what is in it, what each step of curation dropped, and what it rests on.

Everything is counted from the dataset, so it says the same of one whose runs have gone; only what
each purpose cost is in their journals.

Not here: how one record is counted (`codegen.report.figures`), the tables
(`codegen.cli.report_tables`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codegen.curate.dataset import Dataset
from codegen.curate.passes import passes_of
from codegen.curate.selection import Selection
from codegen.curate.settings import CurationSettings
from codegen.records import Json, Usage
from codegen.report.costs import Costs
from codegen.report.figures import MEASURES, Figures
from codegen.report.reading import reading_of
from codegen.report.wording import STAGES

COLUMNS = (
    *("kind", "language", "level", "split", "difficulty", "topic", "natural_language", "seed"),
    *("licence", "model"),
)
"""By what the kept examples are counted."""

ELSEWHERE = "other"
"""Where a reason is counted that no pass of this version gives."""

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
"""The shares of which lengths are told."""


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """What is known of one dataset.

    `kept` counts the kept examples by column and value, `dropped` the others by pass and filter in
    the order of the passes, `noticed` what was found by filter and dropped nothing. `runs` are the
    figures of each run by its name. `costs` have no purposes where a run's journal has gone.
    """

    folder: Path
    figures: Figures
    runs: Mapping[str, Figures]
    kept: Mapping[str, Mapping[str, int]]
    dropped: Mapping[str, Mapping[str, int]]
    noticed: Mapping[str, int]
    costs: Costs

    def to_json(self) -> Json:
        """Return the plain form; shares and scores are fractions between 0 and 1."""
        found = self.figures
        spread = {name: found.spread[name] for name in MEASURES if name in found.spread}
        return {
            **found.statistics.to_json(),
            "folder": str(self.folder),
            "examples": {"made": found.all_made, "kept": found.kept, "by": _plain(self.kept)},
            "dropped": _plain(self.dropped),
            "noticed": dict(self.noticed),
            "lengths": {
                name: {f"{share:.0%}": one.quantile(share) for share in (LOW, MIDDLE, HIGH)}
                for name, one in spread.items()
            },
            "people": {"examples": _marks(found.marks), "rejected": _marks(found.rejections)},
            "runs": {name: _funnel(one) for name, one in self.runs.items()},
            "costs": self.costs.to_json(),
        }


def read_dataset(folder: Path) -> DatasetReport:
    """Count a dataset, one record in memory.

    Raises:
        UsageError: the folder holds none, or no problem has come to its end in its runs.
    """
    with (
        Dataset.open(folder) as dataset,
        reading_of([dataset], compared=False, dimensions=("run",), most=None) as found,
    ):
        every = found.everything
        parts = {part.title: one for part, one in found.figures.items() if part.dimension}
        purposes: Mapping[str, Usage] = every.costs
        if any(one.journal is None for one in found.sources):
            purposes = {"": every.statistics.usage}
        return DatasetReport(
            folder=folder,
            figures=every,
            runs=parts or {one.name: every for one in found.sources},
            kept={column: dataset.tally(column) for column in COLUMNS},
            dropped=_by_pass(dataset.tally("reason", Selection(statuses=("dropped",)))),
            noticed=dataset.noticed(),
            costs=Costs(purposes, every.kept),
        )


def _by_pass(reasons: Mapping[str, int]) -> Mapping[str, Mapping[str, int]]:
    passes = {one.name: one.filters for one in passes_of(CurationSettings())}
    known = {reason for filters in passes.values() for reason in filters}
    passes[ELSEWHERE] = tuple(one for one in reasons if one not in known)
    return {
        name: {one: reasons[one] for one in filters if one in reasons}
        for name, filters in passes.items()
        if any(one in reasons for one in filters)
    }


def _plain(counts: Mapping[str, Mapping[str, int]]) -> Json:
    return {name: dict(one) for name, one in counts.items()}


def _marks(counts: Counter[tuple[str, str]]) -> Json:
    made: dict[str, dict[str, int]] = {}
    for (name, mark), count in sorted(counts.items()):
        made.setdefault(name, {})[mark or "unmarked"] = count
    return made


def _funnel(found: Figures) -> Json:
    return {
        "attempted": found.statistics.attempted,
        "reached": {stage: found.reached[stage] for stage in STAGES},
        "accepted": found.statistics.accepted,
        "rejected": dict(sorted(found.statistics.rejected.items())),
        "examples": {"made": found.all_made, "kept": found.kept},
    }
