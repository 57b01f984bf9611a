"""A run's report: who made it in which round, its figures, and how diverse it is."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.errors import UsageError
from codegen.journal import Journal
from codegen.journal.place import Named
from codegen.records import Json
from codegen.report.costs import Costs
from codegen.report.diversity import Diversity
from codegen.report.statistics import Statistics
from codegen.synthesis.finished import problem_records


@dataclass(frozen=True, slots=True)
class RunReport:
    """What is known of one run from its journal."""

    folder: Named
    model: str
    revision: str
    round: int
    statistics: Statistics
    diversity: Diversity
    costs: Costs

    def to_json(self) -> Json:
        """Return the plain form."""
        return {
            "folder": str(self.folder),
            "model": self.model,
            "revision": self.revision,
            "round": self.round,
            **self.statistics.to_json(),
            "diversity": self.diversity.to_json(),
            "costs": self.costs.to_json(),
        }


def read_report(folder: Named) -> RunReport:
    """Read a run's journal, finished or not, and count its records, one in memory.

    Raises:
        JournalError: the folder holds no run, or it cannot be read.
        UsageError: no problem has come to its end in it.
    """
    statistics, diversity = Statistics(), Diversity()
    with Journal.open(folder, read_only=True) as journal:
        run = journal.configuration() or {}
        for record in problem_records(journal):
            statistics.add(record)
            diversity.add(record)
        costs = Costs(journal.usage(), statistics.examples)
    if not statistics.attempted:
        raise UsageError(f"{folder}: no problem has come to its end there")
    model, revision = str(run.get("model", "")), str(run.get("revision", ""))
    number = run.get("round", 1)
    return RunReport(folder, model, revision, number, statistics, diversity, costs)
