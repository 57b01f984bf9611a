"""The figures of a run: a funnel for each language, repairs, rejections, tokens.

All of them are counted from the records in the journal, so a report of an old run says the same as
the one at its end. Memory does not grow with the run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from codegen.records import Attempt, Example, Json, Outcome, ProblemRecord, Stage, Usage, to_json
from codegen.report.evidence import Evidence
from codegen.synthesis.difficulty import LEVELS, difficulty_of
from codegen.synthesis.payoffs import Payoffs, payoffs_of
from codegen.traits import dimensions_of

_DEPTH = {Stage.PARSE: 0, Stage.COMPILE: 0, Stage.LINT: 1, Stage.RUN: 2}


@dataclass(slots=True)
class Funnel:
    """How far the solutions of one language came; each line counts candidates.

    `solutions` were asked for; their first answer compiled, was clean for the linters, and passed
    (`*_at_first`). `right_at_last` passed in the end; `repaired` are those among them that were
    wrong at first; `examples` are in the dataset.
    """

    solutions: int = 0
    compiled_at_first: int = 0
    linted_at_first: int = 0
    passed_at_first: int = 0
    right_at_last: int = 0
    repaired: int = 0
    examples: int = 0
    answers: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, attempts: list[Attempt]) -> None:
        """Count one candidate by its attempts, in order."""
        first, last = attempts[0], attempts[-1]
        right = _ran_clean(first)
        self.solutions += 1
        self.answers += len(attempts)
        self.compiled_at_first += _DEPTH[first.stage] >= 1
        self.linted_at_first += _DEPTH[first.stage] > 1
        self.passed_at_first += right
        self.right_at_last += _ran_clean(last)
        self.repaired += _ran_clean(last) and len(attempts) > 1
        self.outcomes.update(attempt.outcome.value for attempt in attempts)


@dataclass(slots=True)
class Acceptance:
    """How the problems of one claimed level of difficulty fared.

    `measured` sums the measured difficulties of those that were solved at all, `solved` of them.
    """

    attempted: int = 0
    accepted: int = 0
    solved: int = 0
    measured: float = 0.0

    def add(self, record: ProblemRecord) -> None:
        """Count one problem."""
        self.attempted += 1
        self.accepted += record.status == "accepted"
        if record.measured_difficulty is not None:
            self.solved += 1
            self.measured += record.measured_difficulty

    def to_json(self) -> Json:
        """Return the plain form; `measured` is the mean over the problems, 0 to 1."""
        return {
            "attempted": self.attempted,
            "accepted": self.accepted,
            "accepted_share": _share(self.accepted, self.attempted),
            "measured": _share(self.measured, self.solved),
        }


@dataclass(slots=True)
class Statistics:
    """The figures of a run; add its records in any order."""

    attempted: int = 0
    accepted: int = 0
    examples: int = 0
    cases: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    funnels: dict[str, Funnel] = field(default_factory=lambda: defaultdict(Funnel))
    usage: Usage = field(default_factory=Usage)
    payoffs: Payoffs = field(default_factory=Payoffs)
    difficulties: dict[str, Acceptance] = field(default_factory=lambda: defaultdict(Acceptance))
    mix: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    evidence: Evidence = field(default_factory=Evidence)

    def add(self, record: ProblemRecord) -> None:
        """Count one problem."""
        self.attempted += 1
        self.usage += record.usage
        self.evidence.add(record)
        self.payoffs += payoffs_of(record.attempts)
        self.difficulties[difficulty_of(record.problem)].add(record)
        if record.status == "rejected":
            self.rejected[record.reason] += 1
        else:
            self.accepted += 1
            self.cases += len(record.cases)
            for dimension, value in dimensions_of(record.seed).items():
                self.mix[dimension][value] += 1
        asked = (one for one in record.attempts if one.kind != "given")
        for key, group in groupby(asked, lambda one: (one.language, one.candidate)):
            self.funnels[key[0]].add(list(group))
        for example in record.examples:
            self._count(example)

    def add_example(self, example: Example) -> None:
        """Count one example, where a record comes without its own."""
        self._count(example)
        self.evidence.add_example(example)

    def _count(self, example: Example) -> None:
        self.examples += 1
        self.funnels[example.language].examples += 1

    @property
    def wrong_at_first(self) -> int:
        """Solutions whose first answer did not pass."""
        return sum(one.solutions - one.passed_at_first for one in self.funnels.values())

    @property
    def repaired(self) -> int:
        """Solutions that were wrong at first and right at last."""
        return sum(one.repaired for one in self.funnels.values())

    def to_json(self) -> Json:
        """Return the plain form for `summary.json`; shares are fractions between 0 and 1."""
        solutions = sum(one.solutions for one in self.funnels.values())
        return {
            "problems": {
                "attempted": self.attempted,
                "accepted": self.accepted,
                "rejected": dict(sorted(self.rejected.items())),
            },
            "examples": self.examples,
            "cases_per_problem": _share(self.cases, self.accepted),
            "solutions": {
                "asked_for": solutions,
                "wrong_at_first": self.wrong_at_first,
                "wrong_at_first_share": _share(self.wrong_at_first, solutions),
                "later_right": self.repaired,
                "later_right_share": _share(self.repaired, self.wrong_at_first),
            },
            "languages": {
                name: {**to_json(funnel), "outcomes": dict(sorted(funnel.outcomes.items()))}
                for name, funnel in sorted(self.funnels.items())
            },
            "difficulty": {
                level or "untagged": self.difficulties[level].to_json()
                for level in (*LEVELS, "")
                if level in self.difficulties
            },
            "repairs": self.payoffs.to_json(),
            "evidence": self.evidence.to_json(),
            "mix": {
                dimension: dict(sorted(counted.items()))
                for dimension, counted in sorted(self.mix.items())
            },
            "tokens": to_json(self.usage),
        }


def statistics_of(records: Iterable[ProblemRecord]) -> Statistics:
    """Count all records of a run."""
    made = Statistics()
    for record in records:
        made.add(record)
    return made


def _ran_clean(attempt: Attempt) -> bool:
    return attempt.outcome is Outcome.PASSED


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
