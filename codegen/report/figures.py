"""The figures of one part of a dataset: what a page, a card and their warnings are computed from.

Problems come from the runs, whatever became of their examples; examples are those of the dataset.
Memory is bounded by what is different (reasons, topics, kinds), not by what is counted.

Not here: where both come from (`codegen.report.reading`), what is said of it
(`codegen.report.sections`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from codegen.curate.row import Row
from codegen.records import Example, ProblemRecord, Usage
from codegen.report.distribution import Distribution
from codegen.report.evidence import Mean
from codegen.report.provenance import Provenance
from codegen.report.statistics import Statistics
from codegen.report.wishes import wish_of
from codegen.report.wording import STAGES, stage_lost
from codegen.synthesis.difficulty import difficulty_of
from codegen.view.annotations import Annotation

MOST_SAMPLES = 3
_MEASURED_BINS = 5
SPLIT_LATER = "not split"

MEASURES = {
    "words": "Words of the statement",
    "lines": "Lines of code",
    "characters": "Characters of the conversation",
    "tokens": "Tokens the model wrote for the example",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Something that was rejected or dropped, with what names it and what was said of it."""

    name: str
    title: str
    detail: str


@dataclass(slots=True)
class Samples:
    """How often each reason came, and the first few that it came to."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, list[Sample]] = field(default_factory=lambda: defaultdict(list))

    def add(self, reason: str, sample: Sample) -> None:
        """Count one."""
        self.counts[reason] += 1
        if len(self.first[reason]) < MOST_SAMPLES:
            self.first[reason].append(sample)


@dataclass(frozen=True, slots=True)
class Lived:
    """A problem as it is counted: its record, the run's folder name, and when it ended.

    `period` is the start of the period in seconds since 1970, or None where no clock is known.
    `said` is what people said of its rejection.
    """

    record: ProblemRecord
    run: str
    period: float | None = None
    said: Sequence[Annotation] = ()


@dataclass(slots=True)
class Figures:
    """The figures of one part; add problems and examples in any order.

    `language` restricts attempts to one language. Of `examples`, all are counted in `made`; only
    those that are kept count anywhere else. `times` counts problems by period and status, `costs`
    the tokens of whole runs by purpose, `marks` what people said of examples, by who and what, and
    `rejections` what they said of rejected problems.
    """

    language: str = ""
    statistics: Statistics = field(default_factory=Statistics)
    reached: Counter[str] = field(default_factory=Counter)
    rejected: Samples = field(default_factory=Samples)
    times: Counter[tuple[float, str]] = field(default_factory=Counter)
    claimed: Counter[tuple[str, int]] = field(default_factory=Counter)
    about: Counter[tuple[str, str]] = field(default_factory=Counter)
    made: Counter[tuple[str, str]] = field(default_factory=Counter)
    tallies: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    proven: Counter[tuple[str, str]] = field(default_factory=Counter)
    dropped: Samples = field(default_factory=Samples)
    spread: dict[str, Distribution] = field(default_factory=lambda: defaultdict(Distribution))
    wishes: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: int = 0
    costs: dict[str, Usage] = field(default_factory=dict)
    marks: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter)
    scores: dict[str, Mean] = field(default_factory=lambda: defaultdict(Mean))
    looked_at: int = 0
    provenance: Provenance = field(default_factory=Provenance)
    _wished: set[str] = field(default_factory=set)

    def add_problem(self, lived: Lived) -> None:
        """Count one problem of a run; its examples are added on their own."""
        record = lived.record
        if self.language:
            own = tuple(one for one in record.attempts if one.language == self.language)
            refused = tuple(one for one in record.refused if one.language == self.language)
            record = replace(record, attempts=own, refused=refused)
        self.statistics.add(record)
        self._add_end(lived)
        level = difficulty_of(record.problem) or "not claimed"
        if record.measured_difficulty is not None:
            at = min(int(record.measured_difficulty * _MEASURED_BINS), _MEASURED_BINS - 1)
            self.claimed[level, at] += 1
        if lived.period is not None:
            self.times[lived.period, record.status] += 1
        if record.status == "accepted":
            self.about[_topic(record), level] += 1

    def _add_end(self, lived: Lived) -> None:
        record = lived.record
        lost = ""
        if record.status == "rejected":
            lost = stage_lost(
                record.reason, attempted=bool(record.attempts), cases=bool(record.cases)
            )
            title = record.problem.title if record.problem else ""
            name = f"problem {record.index} of {lived.run}"
            self.rejections.update((one.annotator, one.mark) for one in lived.said)
            self.rejected.add(record.reason, Sample(name, title, record.detail))
        for stage in STAGES:
            if stage == lost:
                break
            self.reached[stage] += 1

    def add_row(self, row: Row, example: Example, said: Sequence[Annotation] = ()) -> None:
        """Count one example of the dataset, kept or dropped, and what people said of it."""
        self.made[row.kind, row.status] += 1
        self.looked_at += bool(said)
        for one in said:
            self.marks[one.annotator, one.mark] += 1
            if one.score is not None:
                self.scores[one.annotator].add(one.score)
        if row.status == "dropped":
            self.dropped.add(row.reason, Sample(row.id, row.title, row.detail))
            return
        self.statistics.add_example(example)
        for column in ("kind", "language", "natural_language", "seed", "licence", "model"):
            self.tallies[column][getattr(row, column)] += 1
        self.tallies["split"][row.split or SPLIT_LATER] += 1
        self.proven[row.kind, row.level] += 1
        self.provenance.add(example)
        for measure, value in measured(example).items():
            self.spread[measure].add(row.id, value)
        if row.kind == "solution" and example.strength is not None:
            self.spread["score"].add(row.id, example.strength.score)
            self.spread["strict score"].add(row.id, example.strength.strict_score)
        self._add_wish(row, example)

    def _add_wish(self, row: Row, example: Example) -> None:
        if row.natural_language != "en" or row.problem in self._wished:
            return
        self._wished.add(row.problem)
        self.asked += 1
        found = wish_of(example.problem.statement)
        if found is not None:
            self.wishes[found] += 1

    def add_costs(self, usage: Mapping[str, Usage]) -> None:
        """Add the tokens of a whole run, by purpose."""
        for purpose, one in usage.items():
            self.costs[purpose] = self.costs.get(purpose, Usage()) + one

    @property
    def kept(self) -> int:
        """Examples that were not dropped."""
        return sum(n for (_, status), n in self.made.items() if status == "kept")

    @property
    def all_made(self) -> int:
        """Examples, kept or dropped."""
        return self.made.total()


def measured(example: Example) -> dict[str, float]:
    """Return the lengths of an example by the names of `MEASURES`; only those that it has."""
    found = {
        "words": len(example.problem.statement.split()),
        "lines": len(example.code.splitlines()),
        "characters": sum(len(one.content) for one in example.messages),
        "tokens": example.generation.usage.completion_tokens,
    }
    return {name: float(value) for name, value in found.items() if value}


def _topic(record: ProblemRecord) -> str:
    if record.seed.topic:
        return record.seed.topic
    tags = record.problem.tags if record.problem else ()
    return next(iter(tags), "no topic")
