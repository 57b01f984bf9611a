"""Records counted as right or wrong: what was accepted, what was lost, and at which level.

Pure: the truth about values and texts comes from `benchmarks.quality.known`, that about programs
from their execution, which is given.

Not here: texts, reviews, tests and judgements (`benchmarks.quality.derived`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from benchmarks.quality.derived import count_derived, unfaithful_texts
from benchmarks.quality.executed import Truths
from benchmarks.quality.figures import Figures, Share
from benchmarks.quality.known import Known, known
from benchmarks.quality.mutants import unkilled
from codegen.records import Arbitration, Arm, Example, Outcome, ProblemRecord, Stage
from codegen.synthesis.deliberation import REFERENCE
from codegen.synthesis.payoffs import Payoffs, payoffs_of
from codegen.verify.evidence import at_least

LEVELS = ("L2", "L3", "L4", "L5")
SET_ASIDE = (
    "contaminated_problem",
    "duplicate_problem",
    "near_duplicate_problem",
    "seed_leaked",
)
"""Reasons that say nothing about whether a problem is right."""


@dataclass(slots=True)
class Count:
    """The figures of one run; add its records in any order, then `finish`."""

    truths: Truths
    seed: int = 0
    figures: Figures = field(default_factory=Figures)
    lost: Counter[str] = field(default_factory=Counter)
    payoffs: Payoffs = field(default_factory=Payoffs)
    complaints: list[str] = field(default_factory=list)

    def add(self, record: ProblemRecord) -> None:
        """Count one problem."""
        self.payoffs += payoffs_of(record.attempts)
        usable = record.problem is not None and record.reason not in SET_ASIDE
        self.figures.count("problems", "written, and not set aside", usable)
        if record.problem is None or not usable:
            return
        one = known(record.problem)
        self._problem(one, record)
        for arbitration in record.arbitrations:
            self._arbitration(one, arbitration)
        if record.status == "accepted":
            self._accepted(one, record)
            count_derived(self.figures, one, record, self.truths)

    def finish(self) -> Figures:
        """Return the figures, with those that are known only when all is counted."""
        right = self.figures.of("problems", "right ones kept").whole
        for reason, number in sorted(self.lost.items()):
            self.figures.shares["problems", f"right ones lost: {reason}"] = Share(number, right)
        for (error, arm), one in sorted(self.payoffs.table.items(), key=str):
            if error is not None and arm is not Arm.FIRST:
                share = Share(one.passed, one.answers)
                self.figures.shares["repairs", f"{error} passed by {arm}"] = share
        return self.figures

    def _problem(self, one: Known, record: ProblemRecord) -> None:
        accepted = record.status == "accepted"
        if one.wrong_cases(one.problem.examples):
            self.figures.count("problems", "wrong ones rejected", not accepted)
            return
        labels = self._labels(one, record)
        if labels:
            self.figures.count("consensus", "problems that one solution mislabels", labels[0])
        misread = not accepted and 2 * sum(labels) > len(labels)
        self.figures.count("problems", "rejected, as most solutions misread them", misread)
        if misread:
            return
        self.figures.count("problems", "right ones kept", accepted)
        if not accepted:
            self.lost[record.reason] += 1

    def _labels(self, one: Known, record: ProblemRecord) -> list[bool]:
        """Return for each solution whether its first answer that fits the examples mislabels any.

        The first of them is what a loop without consensus believes.
        """
        examples = {case.id for case in one.problem.examples}
        inputs = {case.id for case in record.cases if one.is_valid(case)} - examples
        found: dict[tuple[str, int], bool] = {}
        for attempt in record.attempts:
            if attempt.candidate == REFERENCE or attempt.stage is not Stage.RUN or not attempt.code:
                continue
            failed = self.truths.failed(one.problem, attempt.language, attempt.code)
            if not failed & examples:
                found.setdefault((attempt.language, attempt.candidate), bool(failed & inputs))
        return list(found.values())

    def _arbitration(self, one: Known, made: Arbitration) -> None:
        confirmed = made.decision == "0"
        if not one.allows(made.arguments):
            self.figures.count("arbitration", "invalid inputs set aside", not confirmed)
            return
        truth = one.truth(made.arguments)
        if one.same(made.values[0], truth):
            self.figures.count("arbitration", "right values confirmed", confirmed)
        else:
            self.figures.count("arbitration", "wrong values caught", not confirmed)

    def _accepted(self, one: Known, record: ProblemRecord) -> None:
        cases = record.examples[0].cases if record.examples else ()
        wrong = [bool(one.wrong_cases([case])) for case in cases]
        self.figures.count("values", "wrong", *wrong)
        self.figures.count("values", "of invalid inputs", *(not one.is_valid(c) for c in cases))
        self.figures.count("consensus", "problems that it mislabels", any(wrong))
        self._answers(record)
        faults = [self._example(one, example, any(wrong)) for example in record.examples]
        clean = not any(faults) and not unfaithful_texts(one, record)
        self.figures.count("problems", "accepted ones with nothing wrong", clean)
        self._unkilled(record)
        parted = any(case.id.startswith("doubt-") for case in cases)
        self.figures.count("consensus", "problems with an input nearby on which it failed", parted)
        more = any(case.id.startswith("more-") for case in cases)
        self.figures.count("mutants", "problems that were given more inputs", more)

    def _unkilled(self, record: ProblemRecord) -> None:
        assert record.problem is not None
        for one in unkilled(record, self.seed):
            differs = not self.truths.right(record.problem, one.language, one.code)
            name = (
                "presumed equivalent ones that differ" if one.presumed else "survivors that differ"
            )
            self.figures.count("mutants", name, differs)

    def _answers(self, record: ProblemRecord) -> None:
        assert record.problem is not None
        for attempt in record.attempts:
            if attempt.stage is not Stage.RUN or not attempt.code:
                continue
            passed = attempt.outcome is Outcome.PASSED
            right = self.truths.right(record.problem, attempt.language, attempt.code)
            name = "right ones passed" if right else "wrong ones passed"
            self.figures.count("answers that ran", name, passed)

    def _example(self, one: Known, example: Example, wrong_cases: bool) -> bool:
        level = example.verification.level
        fault = wrong_cases or self._wrong_code(one, example)
        for known_level in LEVELS:
            if level == known_level:
                self.figures.count("labels", f"wrong at {level}", fault)
        for least in ("L3", "L4"):
            if at_least(level, least):
                self.figures.count("labels", f"wrong at {least} and above", fault)
        self.figures.count("labels", f"wrong of kind {example.kind}", fault)
        if fault:
            where = f"{one.problem.title}: {example.kind} in {example.language} at {level}"
            self.complaints.append(where)
        if example.kind == "solution" and not example.lineage.relation:
            self._mutants(example, fault)
        return fault

    def _wrong_code(self, one: Known, example: Example) -> bool:
        right = self.truths.right(one.problem, example.language, example.code)
        faulty = [one.code for one in (example.alternative, example.planted) if one and one.code]
        return not right or any(
            self.truths.right(one.problem, example.language, code) for code in faulty
        )

    def _mutants(self, example: Example, fault: bool) -> None:
        strength = example.strength
        if strength is None:
            return
        alone = not strength.met and replace(strength, threshold=0.0).met
        self.figures.count("mutants", "solutions that they alone keep at L2", alone)
        if alone:
            self.figures.count("mutants", "wrong ones among those", fault)
