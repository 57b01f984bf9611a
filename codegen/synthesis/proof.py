"""Whether the accepted cases bite, proven in every language of the problem.

Stubs must fail and mutants must die. Where too few do, more inputs are asked for, twice at most,
from a prompt that names the kinds of faults that got through and shows no program.

Not here: how mutants are made and judged (`codegen.verify.strength`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from codegen.prompt import Prompt, render_for
from codegen.records import Case, Mutant, Problem, Strength
from codegen.synthesis.candidate import Candidate
from codegen.synthesis.council import Council
from codegen.synthesis.draw import draw_seed
from codegen.synthesis.problems import parse_more_inputs
from codegen.synthesis.world import World
from codegen.verify.ahead import all_of
from codegen.verify.mutants import mutants_of
from codegen.verify.perturb import perturbed
from codegen.verify.strength import StrengthSettings, Subject, judge_with, measure

MOST_EXTENSIONS = 2
EXTRA_INPUTS = 8
MOST_FAULTS = 6
"""Kinds of faults that a prompt for more inputs names."""
RERUNS = 1
LEAST_MUTANTS = 4
"""Of each language: with fewer, one survivor says little."""
NEARBY = 48
"""Inputs near the cases, on which a mutant must differ to be no equivalent one."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the mutants of one program came to, and those of them that its cases kill."""

    code: str
    strength: Strength
    killed: tuple[tuple[Mutant, str], ...]


async def prove(
    world: World, council: Council, index: int, before: Mapping[str, Proof]
) -> dict[str, Proof]:
    """Measure the cases in every language; of an earlier measurement only survivors run again.

    Raises:
        InfrastructureError: ours.
    """
    spokesmen = sorted(council.spokesmen().items())
    found = await all_of(
        _proof(world, council, one, index, before.get(name)) for name, one in spokesmen
    )
    return {name: proof for (name, _), proof in zip(spokesmen, found, strict=True)}


async def _proof(
    world: World, council: Council, candidate: Candidate, index: int, before: Proof | None
) -> Proof:
    problem, cases = council.problem, council.accepted_cases()
    earlier = before.strength if before and before.code == candidate.code else None
    settings = StrengthSettings(
        mutants=_share(world),
        reruns=RERUNS,
        threshold=world.strictness.threshold,
        seed=draw_seed(world.bench.seed, index, "mutants"),
        limits=world.bench.limits,
    )
    subject = Subject(candidate.language, candidate.code, problem.signature)
    strength = await measure(
        judge_with(world.bench.verifier, problem.signature, problem.comparator),
        subject,
        cases,
        extra=perturbed(cases, problem.signature, count=NEARBY, seed=settings.seed),
        earlier=earlier,
        settings=settings,
    )
    return Proof(candidate.code, strength, _killed(subject, strength, settings))


def _share(world: World) -> int:
    """Return how many of a problem's mutants one language gets."""
    languages = len(world.languages)
    return max(LEAST_MUTANTS, -(-world.strictness.mutants // languages))


def _killed(
    subject: Subject, strength: Strength, settings: StrengthSettings
) -> tuple[tuple[Mutant, str], ...]:
    """Return the mutants that may be among the killed: whoever uses one runs it first."""
    alive = {*strength.survivors, *(one.mutant for one in strength.equivalent)}
    made = mutants_of(
        subject.language,
        subject.code,
        signature=subject.signature,
        limit=settings.mutants,
        seed=settings.seed,
    )
    return tuple(one for one in made if one[0] not in alive)


def faults_of(proofs: Mapping[str, Proof]) -> list[str]:
    """Return the kinds of faults that get through where too many do, in words without code.

    Those that are presumed equivalent count here: nobody has shown that they are.
    """
    known = [proof.strength for proof in proofs.values() if proof.strength.deterministic]
    weak = [one for one in known if not one.met or one.strict_score < one.threshold]
    kinds = [mutant.operator for one in weak for mutant in one.survivors]
    kinds += [same.mutant.operator for one in weak for same in one.equivalent]
    stubs = [f"does nothing but {name}" for one in weak for name in one.stubs_passed]
    return list(dict.fromkeys([*stubs, *kinds]))[:MOST_FAULTS]


def more_tests_prompt(problem: Problem, cases: tuple[Case, ...], faults: list[str]) -> Prompt:
    """Ask for more inputs; no program and no expected value is shown."""
    return render_for(
        problem.interface,
        "more_tests",
        problem=problem,
        cases=cases,
        faults=faults,
        count=EXTRA_INPUTS,
    )


def more_inputs(text: str, council: Council, extension: int) -> tuple[Case, ...]:
    """Read more inputs, none of those that are there, under ids of their own.

    Raises:
        AnswerError: not one can be used.
    """
    found = parse_more_inputs(text, council.problem, council.cases)
    return tuple(replace(case, id=f"more-{extension + 1}-{case.id}") for case in found)
