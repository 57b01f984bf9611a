"""Candidates of one problem compared: who is clean, who is sent back, which values are believed.

Pure decisions over what has been executed; nothing here waits. A round of a problem's life ends
with `Council.assess`, which settles, reopens, calls for one more candidate, or raises `Rejection`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

from codegen.records import (
    Case,
    CaseResult,
    Outcome,
    Problem,
    Stage,
    Verdict,
)
from codegen.synthesis.ballot import Agreement, Ballot
from codegen.synthesis.candidate import Candidate, State, reopen
from codegen.synthesis.difficulty import EXTRA_STARTS_HARD, is_hard, most_extra
from codegen.synthesis.policy import Policy
from codegen.verify.oracle import MARGIN, Tally, tally


class Rejection(Exception):  # noqa: N818 - a value of the loop, not a failure of ours
    """The problem is rejected. `reason` is one of a closed set; `detail` says more."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class Council:
    """The candidates of one problem and their votes; private to the problem's life.

    `nearby` are inputs that are no cases, with what all its solutions answer.
    """

    problem: Problem
    cases: tuple[Case, ...]
    policy: Policy
    languages: int
    candidates: list[Candidate] = field(default_factory=list)
    ballot: Ballot = field(init=False)
    extra: int = 0
    nearby: tuple[Case, ...] = ()

    def __post_init__(self) -> None:
        """Open the ballot, and give the candidates of a hard problem more fresh starts."""
        self.ballot = Ballot(self.problem)
        if is_hard(self.problem):
            self.policy = self.policy.with_starts(EXTRA_STARTS_HARD)

    def open(self) -> list[Candidate]:
        """Return the candidates that are to answer next."""
        return [one for one in self.candidates if one.state is State.OPEN]

    def assess(self) -> str | None:
        """Judge a finished round.

        Returns:
            None when the round has settled or reopened what it could (the problem is accepted when
            no candidate is open), or the language of which one more candidate is wanted.

        Raises:
            Rejection: the problem cannot be accepted.
        """
        answered = [one for one in self.open() if one.has_new_answer]
        for candidate in answered:
            self._vote(candidate)
        self._reject_disputed_examples()
        self._drop_refused_inputs()
        for candidate in answered:
            self._classify(candidate)
        if self.open():
            return None
        return self._compare()

    def accepted_cases(self) -> tuple[Case, ...]:
        """Return the cases with the values that are believed; call it when all is settled."""
        counts = self.ballot.tallies(self.cases)
        return tuple(
            case
            if case.known_from
            else replace(case, expected=counts[case.id].value, known_from="consensus")
            for case in self.cases
        )

    def extend(self, inputs: tuple[Case, ...]) -> None:
        """Add inputs to a settled council: whoever is clean is to answer them as well."""
        self.cases = (*self.cases, *inputs)
        for candidate in self.clean():
            candidate.settle(State.OPEN)

    def agreement(self) -> Agreement:
        """Return how many solutions, and of how many languages, agree at least on every case.

        What a case's value is known from without them is no matter of agreement. Solutions that
        were told a value do not count for it.
        """
        if any(not case.known_from for case in self.cases):
            return self.ballot.agreement(self.cases)
        clean = self.clean()
        return Agreement(len(clean), len({one.language.name for one in clean}))

    def clean(self) -> list[Candidate]:
        """Return the candidates that ran to the end."""
        return [one for one in self.candidates if one.state is State.CLEAN]

    def strike(self, case: Case) -> None:
        """Take a case away: its input is not a valid one."""
        self.cases = tuple(one for one in self.cases if one.id != case.id)

    def spokesmen(self) -> dict[str, Candidate]:
        """Return, for each language, the first of its solutions that ran to the end.

        Code that was given goes before what was written for the problem.
        """
        solutions = [one for one in self.clean() if one.purpose == "solution"]
        first = sorted(solutions, key=lambda one: not one.given)
        return {one.language.name: one for one in reversed(first)}

    def _vote(self, candidate: Candidate) -> None:
        believed = self._passes_examples(candidate)
        for result in _results(candidate):
            case = self._case(result.name)
            if case is None or not result.answered or result.name in candidate.told:
                continue
            if case.known_from or believed:
                self.ballot.cast(result.name, candidate.voter, result.got)

    def _passes_examples(self, candidate: Candidate) -> bool:
        judged = {case.id for case in self.cases if case.known_from}
        if not judged:
            return _reached_run(candidate.verdict)
        results = [result for result in _results(candidate) if result.name in judged]
        return bool(results) and all(one.outcome is Outcome.PASSED for one in results)

    def _reject_disputed_examples(self) -> None:
        for case in self.cases:
            votes = self.ballot.votes_on(case)
            if case.known_from != "specification" or not votes:
                continue
            against = [
                item for item in votes.items() if not self.ballot.same(case, case.expected, item[1])
            ]
            if len(against) < MARGIN or len(against) < len(votes):
                continue
            count = tally(against, partial(self.ballot.same, case))
            if len(count.agreeing) >= MARGIN:
                detail = (
                    f"{case.id}: the statement says {case.expected!r}, solutions {count.value!r}"
                )
                raise Rejection("example_disputed", detail)

    def _drop_refused_inputs(self) -> None:
        ran = [one for one in self.candidates if _reached_run(one.verdict)]
        if len(ran) < MARGIN:
            return
        refused = {
            case.id
            for case in self.cases
            if not case.known_from
            and not self.ballot.votes_on(case)
            and all(_failed(one, case.id) for one in ran)
        }
        self.cases = tuple(case for case in self.cases if case.id not in refused)

    def _classify(self, candidate: Candidate) -> None:
        verdict = candidate.verdict
        assert verdict is not None
        results = {result.name: result for result in verdict.cases}
        answered = all(_is_answered(results.get(case.id)) for case in self.cases)
        if verdict.stage is Stage.RUN and answered and self._passes_known(results):
            candidate.settle(State.CLEAN)
        else:
            self._reopen(candidate, verdict)

    def _reopen(self, candidate: Candidate, verdict: Verdict) -> bool:
        signature = self.problem.signature
        return reopen(candidate, verdict, self.cases, self.policy, signature=signature)

    def _passes_known(self, results: dict[str, CaseResult]) -> bool:
        return all(
            results[case.id].outcome is Outcome.PASSED for case in self.cases if case.known_from
        )

    def _compare(self) -> str | None:
        clean = self.clean()
        spoken = set(self.spokesmen())
        if len(clean) < MARGIN or len(spoken) < min(2, self.languages):
            return self._call_for_want(spoken)
        counts = self.ballot.tallies(self.cases)
        open_cases = [case for case in self.cases if not case.known_from]
        if any(counts[case.id].tied for case in open_cases):
            return self._call_extra("independent solutions are evenly divided")
        dissenting = self._dissenters(clean, counts)
        for candidate, wrong in dissenting:
            told = self._told(candidate, wrong, counts)
            if not self._reopen(candidate, told) and not candidate.given:
                raise Rejection("no_consensus", f"{candidate.language.name} stands by its answers")
        if any(candidate.given for candidate, _ in dissenting):
            # its problem is another one; whether the rest suffices without it is to be seen
            return None if self.open() else self._compare()
        if any(not counts[case.id].settled for case in open_cases):
            return self._call_extra("a disputed value was not confirmed")
        return None

    def _call_for_want(self, spoken: set[str]) -> str:
        """Call one more candidate of a hard problem, in a language that has no solution yet."""
        if not is_hard(self.problem) or self.extra >= most_extra(self.problem):
            raise Rejection("too_few_solutions", _why_lost(self.candidates))
        self.extra += 1
        known = {one.language.name for one in self.candidates}
        return min(known - spoken or known, key=lambda name: (self._solutions_of(name), name))

    def _call_extra(self, detail: str) -> str:
        if self.extra >= most_extra(self.problem):
            raise Rejection("no_consensus", detail)
        self.extra += 1
        by_count = sorted(self.candidates, key=lambda one: self._solutions_of(one.language.name))
        return by_count[0].language.name

    def _solutions_of(self, language: str) -> int:
        return sum(one.language.name == language for one in self.candidates)

    def _dissenters(
        self, clean: list[Candidate], counts: dict[str, Tally]
    ) -> list[tuple[Candidate, list[str]]]:
        found = []
        for candidate in clean:
            answers = {result.name: result.got for result in _results(candidate)}
            wrong = [
                case.id
                for case in self.cases
                if not case.known_from
                and not self.ballot.same(case, counts[case.id].value, answers[case.id])
            ]
            if wrong:
                found.append((candidate, wrong))
        return found

    def _told(self, candidate: Candidate, wrong: list[str], counts: dict[str, Tally]) -> Verdict:
        verdict = candidate.verdict
        assert verdict is not None
        results = tuple(
            replace(result, outcome=Outcome.WRONG_ANSWER, expected=counts[result.name].value)
            if result.name in wrong
            else result
            for result in verdict.cases
        )
        return replace(verdict, outcome=Outcome.WRONG_ANSWER, stage=Stage.RUN, cases=results)

    def _case(self, name: str) -> Case | None:
        return next((case for case in self.cases if case.id == name), None)


def _results(candidate: Candidate) -> tuple[CaseResult, ...]:
    return candidate.verdict.cases if candidate.verdict is not None else ()


def _reached_run(verdict: Verdict | None) -> bool:
    return verdict is not None and bool(verdict.cases)


def _failed(candidate: Candidate, name: str) -> bool:
    """Whether the program itself failed on the case; one that was never reached did not."""
    result = next((one for one in _results(candidate) if one.name == name), None)
    return result is not None and not result.answered and result.outcome is not Outcome.SKIPPED


def _is_answered(result: CaseResult | None) -> bool:
    return result is not None and result.answered


def _why_lost(candidates: list[Candidate]) -> str:
    lost = [one for one in candidates if one.state is State.LOST and one.verdict is not None]
    return ", ".join(f"{one.language.name}: {one.verdict.outcome}" for one in lost if one.verdict)
