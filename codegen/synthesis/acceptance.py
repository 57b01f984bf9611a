"""Settled solutions made into examples: judged once more, and what led to them judged again."""

from __future__ import annotations

from collections.abc import Mapping

from codegen.records import Case, Outcome, Problem
from codegen.synthesis.allowance import together
from codegen.synthesis.assembly import Origin, example_of
from codegen.synthesis.bench import Bench
from codegen.synthesis.candidate import Candidate, rejudged
from codegen.synthesis.council import Council, Rejection
from codegen.synthesis.derivation import Parent
from codegen.synthesis.desk import Desk
from codegen.synthesis.proof import Proof


async def accepted(desk: Desk, council: Council, proofs: Mapping[str, Proof]) -> dict[str, Parent]:
    """Make one example for each language, its verdict given against the settled values.

    Raises:
        Rejection: a solution does not pass any more.
    """
    bench, cases = desk.world.bench, council.accepted_cases()
    agreeing = council.clean()
    origin = Origin(
        desk.task.seed,
        council.problem,
        cases,
        dict(desk.prompts),
        tuple(desk.calls),
        desk.usage,
        council.agreement(),
        {name: proof.strength for name, proof in proofs.items()},
    )
    await together(_rejudge(bench, one, council.problem, cases) for one in agreeing)
    parents = {}
    for name, one in sorted(council.spokesmen().items()):
        verdict = await bench.judge(one.language, one.code, council.problem, cases)
        if not verdict.passed:
            raise Rejection("unstable", f"{name}: {verdict.outcome} at last")
        example = example_of(one, verdict, origin, desk.world.setting, agreeing)
        killed = proofs[name].killed if name in proofs else ()
        parents[name] = Parent(one.language, one, example, example.strength, killed)
    return parents


async def _rejudge(
    bench: Bench, candidate: Candidate, problem: Problem, cases: tuple[Case, ...]
) -> None:
    """Judge earlier attempts again by what is known now.

    An answer that passed the statement's examples and was overruled later was wrong, one that was
    overruled too soon was not, and its record must say so. It has run on these cases before, so the
    journal answers.
    """
    for number, attempt in enumerate(candidate.attempts[:-1]):
        overruled = attempt.outcome is Outcome.WRONG_ANSWER and not candidate.tests
        if overruled or attempt.outcome is Outcome.PASSED:
            verdict = await bench.judge(candidate.language, attempt.code, problem, cases)
            candidate.attempts[number] = rejudged(attempt, candidate.language, verdict)
