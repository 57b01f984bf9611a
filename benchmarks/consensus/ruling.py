"""Which answers of one problem are accepted, by the loop's rules and with parts switched off.

A vote is one answer's value on one input; who may vote, and when a value is settled, is as in the
loop (docs/loop.md). Nothing can be asked again here, so what the loop would send back is refused:
an answer that disagrees with a settled value, or has none. An input whose value is not settled
says nothing and is left out, where the loop calls one more solution and then gives up the problem.
`strict` is the loop's own council, which lets no such input pass.

Not here: the given tests, which decide only afterwards whether a ruling was right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codegen import language as languages
from codegen.model.contract import Message
from codegen.prompt import Prompt
from codegen.records import Attempt, Case, CaseResult, Json, Outcome, Problem, Verdict
from codegen.synthesis.candidate import Candidate
from codegen.synthesis.council import Council, Rejection
from codegen.synthesis.policy import Budget, Policy
from codegen.types import parse
from codegen.verify.compare import matches
from codegen.verify.oracle import MARGIN, Tally, tally

_ONE_ANSWER = Policy(Budget(repairs=0, starts=1))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer over all cases of its problem, and what the given tests say of it."""

    language: str
    verdict: Verdict
    right: bool

    def results(self) -> Mapping[str, CaseResult]:
        """Return the results by the cases' ids."""
        return {result.name: result for result in self.verdict.cases}


@dataclass(frozen=True, slots=True)
class Rule:
    """What is made use of.

    `refusals`: an input that so many voters fail on is taken as invalid. `settled`: the least share
    of the inputs whose value must be settled. `strict`: the loop's council decides.
    """

    title: str
    examples: bool = True
    consensus: bool = True
    refusals: int = 0
    settled: float = 0.0
    strict: bool = False


RULES = (
    Rule("examples and consensus"),
    Rule("consensus alone", examples=False),
    Rule("examples alone", consensus=False),
    Rule("both; half of the inputs must be settled", settled=0.5),
    Rule("both; an input that two fail on is invalid", refusals=2),
    Rule("both; an input that one fails on is invalid", refusals=1),
    Rule("the loop's council, nothing sent back", strict=True),
)


def accepted(
    problem: Problem, cases: Sequence[Case], answers: Sequence[Answer], rule: Rule
) -> tuple[Answer, ...]:
    """Return the answers of one problem that a rule accepts."""
    known = [case.id for case in cases if case.known_from and rule.examples]
    asked = [case.id for case in cases if case.id not in known]
    if rule.examples and not known:  # nobody has a vote in the loop then
        return ()
    if rule.strict:
        return _by_council(problem, cases, answers)
    believed = [one for one in answers if _passes(one, known)]
    if not rule.consensus:
        return tuple(believed)
    if _example_disputed(problem, answers, known):
        return ()
    asked = [name for name in asked if _is_valid(believed, name, rule.refusals)]
    counts = _tallies(problem, believed, asked)
    settled = {name: count.value for name, count in counts.items() if count.settled}
    agreeing = tuple(one for one in believed if _agrees(problem, one, settled))
    enough = bool(settled) and len(settled) >= rule.settled * len(asked)
    return agreeing if enough and len(agreeing) >= MARGIN else ()


def _same(problem: Problem, one: Json, other: Json) -> bool:
    return matches(one, other, parse(problem.signature.returns), problem.comparator)


def _passes(answer: Answer, known: Sequence[str]) -> bool:
    results = answer.results()
    ran = any(
        result.outcome is not Outcome.SKIPPED or result.answered for result in results.values()
    )
    return ran and all(results[name].outcome is Outcome.PASSED for name in known)


def _is_valid(believed: Sequence[Answer], name: str, refusals: int) -> bool:
    failed = sum(not one.results()[name].answered for one in believed)
    return not refusals or failed < refusals


def _tallies(problem: Problem, voters: Sequence[Answer], names: Sequence[str]) -> dict[str, Tally]:
    votes = {
        name: [
            (one.language, result.got)
            for one in voters
            for result in [one.results()[name]]
            if result.answered
        ]
        for name in names
    }
    return {
        name: tally(found, lambda one, other: _same(problem, one, other))
        for name, found in votes.items()
        if found
    }


def _agrees(problem: Problem, answer: Answer, settled: Mapping[str, Json]) -> bool:
    results = answer.results()
    return all(
        results[name].answered and _same(problem, results[name].got, value)
        for name, value in settled.items()
    )


def _example_disputed(problem: Problem, answers: Sequence[Answer], known: Sequence[str]) -> bool:
    """Whether an example is contradicted by all, two of them with the same value."""
    counts = _tallies(problem, answers, known)
    wrong = [
        name
        for name in counts
        if not any(one.results()[name].outcome is Outcome.PASSED for one in answers)
    ]
    return any(len(counts[name].agreeing) >= MARGIN for name in wrong)


def _by_council(
    problem: Problem, cases: Sequence[Case], answers: Sequence[Answer]
) -> tuple[Answer, ...]:
    council = Council(problem, tuple(cases), _ONE_ANSWER, len(answers))
    council.candidates = [_candidate(number, one) for number, one in enumerate(answers)]
    try:
        wanted = council.assess()
    except Rejection:
        return ()
    clean = {one.number for one in council.clean()}
    return () if wanted else tuple(one for n, one in enumerate(answers) if n in clean)


def _candidate(number: int, answer: Answer) -> Candidate:
    made = Candidate(languages.get(answer.language), number, Prompt("", ""))
    made.messages = [Message("assistant", "")]
    made.verdict = verdict = answer.verdict
    attempt = Attempt(answer.language, number, "solution", 0, "", verdict.outcome, verdict.stage)
    made.attempts = [attempt]
    return made


def merged(verdicts: Sequence[Verdict], cases: Sequence[Case]) -> Verdict:
    """Return one verdict out of several runs: of every case the first result that was reached."""
    found: dict[str, CaseResult] = {}
    for verdict in verdicts:
        for result in verdict.cases:
            if reached(result):
                found.setdefault(result.name, result)
    missing = {case.id: CaseResult(case.id, Outcome.SKIPPED, case.arguments) for case in cases}
    return replace(verdicts[0], cases=tuple({**missing, **found}[case.id] for case in cases))


def reached(result: CaseResult) -> bool:
    """Whether the program was given the case."""
    return result.answered or result.outcome is not Outcome.SKIPPED
