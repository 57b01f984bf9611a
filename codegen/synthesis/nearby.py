"""Solutions that agree on every case, compared on inputs near the cases, which nobody asked for.

Where all give the same value, that is what a program derived from them must give as well. Where
they part, one of them is wrong or the input is not a valid one; which of the two it is, is a matter
for arbitration, and what follows for `codegen.synthesis.deliberation`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codegen.errors import InfrastructureError
from codegen.language import Language
from codegen.records import Case, CaseResult, Json, Outcome, Problem, Verdict
from codegen.synthesis.ballot import Ballot, Voter
from codegen.synthesis.bench import Bench
from codegen.synthesis.candidate import Candidate
from codegen.synthesis.council import Council
from codegen.synthesis.draw import draw_seed
from codegen.synthesis.world import World
from codegen.verify.ahead import all_of
from codegen.verify.bench import tighter
from codegen.verify.interface import judged
from codegen.verify.perturb import perturbed
from codegen.verify.request import VerifyRequest

INPUTS = 48
"""Inputs near the cases that solutions are compared on."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An input on which solutions part: the values given, and who stands with whom."""

    case: Case
    values: tuple[Json, ...]
    camps: frozenset[frozenset[Voter]]


@dataclass(frozen=True, slots=True)
class Nearby:
    """What solutions make of inputs near the cases: the same value, or different ones."""

    agreed: tuple[Case, ...]
    doubts: tuple[Doubt, ...]


async def compared(world: World, council: Council, index: int) -> Nearby:
    """Run whoever is clean on inputs near the cases; doubts about short inputs come first.

    Raises:
        InfrastructureError: ours.
    """
    seed = draw_seed(world.bench.seed, index, "nearby")
    signature = council.problem.signature
    inputs = perturbed(council.cases, signature, count=INPUTS, seed=seed)
    clean = council.clean()
    found = await all_of(_answers(world, council, one, inputs) for one in clean)
    answers = {one.voter: results for one, results in zip(clean, found, strict=True)}
    agreed, doubts = [], []
    for case in inputs:
        results = {voter: one[case.id] for voter, one in answers.items() if case.id in one}
        if len(results) < len(answers):
            continue  # somebody never got there
        values, camps = _camps(council.ballot, case, results)
        if len(camps) > 1 and values:
            doubts.append(Doubt(case, values, camps))
        elif values:
            agreed.append(replace(case, expected=values[0], known_from="consensus"))
    doubts.sort(key=lambda one: len(str(one.case.arguments)))
    return Nearby(tuple(agreed), tuple(doubts))


async def answered_too(
    bench: Bench,
    language: Language,
    code: str,
    problem: Problem,
    nearby: tuple[Case, ...],
    passed: Verdict,
) -> Verdict:
    """Return the verdict on code that has `passed` the cases, with what it answers nearby.

    All inputs together may take longer than the limit allows; then the one that it stopped at is
    run alone.

    Raises:
        InfrastructureError: nothing is known about the program.
    """
    if not nearby:
        return passed
    request = VerifyRequest(
        language.name, code, comparator=problem.comparator, lint="off", limits=bench.limits
    )
    verdict = await judged(bench.verifier, request, nearby, problem.signature)
    executions = (*passed.executions, *verdict.executions)
    stopped = {one.name for one in verdict.cases if one.outcome is Outcome.TIME_LIMIT}
    if verdict.outcome is Outcome.TIME_LIMIT:
        alone = tuple(case for case in nearby if case.id in stopped)[:1]
        if not alone:
            return replace(passed, executions=executions)
        verdict = await judged(bench.verifier, request, alone, problem.signature)
        executions += verdict.executions
    if verdict.outcome is Outcome.INFRASTRUCTURE_ERROR:
        raise InfrastructureError(verdict.message)
    return replace(passed if verdict.passed else verdict, executions=executions)


async def _answers(
    world: World, council: Council, candidate: Candidate, inputs: tuple[Case, ...]
) -> Mapping[str, CaseResult]:
    """Return what a solution did with each input that it got to."""
    assert candidate.verdict is not None
    request = VerifyRequest(
        candidate.language.name,
        candidate.code,
        comparator=council.problem.comparator,
        lint="off",
        limits=tighter(world.bench.limits, candidate.verdict),
        hasty=True,
    )
    verdict = await judged(world.bench.verifier, request, inputs, council.problem.signature)
    return {
        one.name: one for one in verdict.cases if one.answered or one.outcome is not Outcome.SKIPPED
    }


def _camps(
    ballot: Ballot, case: Case, results: Mapping[Voter, CaseResult]
) -> tuple[tuple[Json, ...], frozenset[frozenset[Voter]]]:
    """Return the distinct values of a case, and the solutions by value; those that fail are one."""
    values: list[Json] = []
    camps: list[list[Voter]] = []
    failing = [voter for voter, one in results.items() if not one.answered]
    for voter, one in results.items():
        if not one.answered:
            continue
        at = next((n for n, known in enumerate(values) if ballot.same(case, one.got, known)), -1)
        if at < 0:
            values.append(one.got)
            camps.append([voter])
        else:
            camps[at].append(voter)
    every: Sequence[list[Voter]] = [*camps, failing] if failing else camps
    return tuple(values), frozenset(map(frozenset, every))
