"""Measures how well cases tell a right solution from wrong ones: stubs, and mutants of it.

A wrong solution is *killed* by any verdict but `passed`; one that does not compile does not count.
A mutant that passes every case is presumed equivalent only on evidence: it gives the solution's
answer on enough other inputs, those on which the solution itself gives one. All others survive and
ask for more inputs; a second measurement is told of the first, and runs only what passed before.

Not here: where more inputs come from (`codegen.synthesis`), the wrong programs themselves
(`codegen.verify.mutants`, `codegen.verify.stubs`), the inputs nearby (`codegen.verify.perturb`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from codegen.errors import UsageError
from codegen.records import Case, Equivalent, Limits, Mutant, Strength
from codegen.verify.bench import Bench, Judge, Subject, is_invalid, judge_with, tighter
from codegen.verify.mutants import mutants_of
from codegen.verify.perturb import known_as
from codegen.verify.stubs import stubs_of

__all__ = ["Judge", "StrengthSettings", "Subject", "judge_with", "measure"]


@dataclass(frozen=True, slots=True)
class StrengthSettings:
    """How strength is measured.

    At most `mutants` are made, drawn by `seed`; the share `threshold` of them must be killed. The
    solution is repeated `reruns` times. A mutant is presumed equivalent if it agrees on `agreeing`
    inputs or more. No program gets more than `limits`.
    """

    mutants: int = 24
    threshold: float = 0.8
    reruns: int = 2
    agreeing: int = 24
    seed: int = 0
    limits: Limits = Limits()


async def measure(
    judge: Judge,
    subject: Subject,
    cases: tuple[Case, ...],
    *,
    extra: tuple[Case, ...] = (),
    earlier: Strength | None = None,
    settings: StrengthSettings,
) -> Strength:
    """Return the strength of cases whose values are known, measured on a solution that is right.

    `extra` are inputs for the question whether a mutant is equivalent; their values are not needed.
    With an `earlier` measurement of the same solution under the same settings this is one round
    more: stubs and mutants that were not killed then are judged again, by the cases and the extra
    inputs that are given now.

    A solution that does not pass in every run is not deterministic, and nothing else is measured.

    Raises:
        UsageError: a case without an expected value.
        InfrastructureError: nothing is known about one of the programs.
    """
    if not cases or not all(case.known_from for case in cases):
        raise UsageError("strength is measured with cases whose expected values are known")
    verdict = await Bench(judge, subject, cases, settings.limits).judged(
        subject.code, reruns=settings.reruns
    )
    found = replace(
        earlier or Strength(subject.language.name, settings.threshold),
        rounds=earlier.rounds + 1 if earlier else 0,
        reruns=settings.reruns,
        deterministic=verdict.passed,
    )
    if not found.deterministic:
        return found
    limits = tighter(settings.limits, verdict)
    bench = Bench(judge, subject, cases, limits)
    found = await _with_stubs(bench, replace(found, cpu_s=limits.cpu_s))
    found, passed = await _with_mutants(bench, found, settings, earlier)
    return await _with_equivalent(bench, found, passed, extra, settings.agreeing)


async def _with_stubs(bench: Bench, found: Strength) -> Strength:
    """Return which stubs fail. One that has failed is not tried again."""
    stubs = dict(stubs_of(bench.subject.language, bench.subject.signature))
    tried = [name for name in stubs if name not in found.stubs_failed]
    verdicts = dict(zip(tried, await bench.all_judged(stubs[name] for name in tried), strict=True))
    invalid = tuple(name for name in tried if is_invalid(verdicts[name]))
    passed = tuple(name for name in tried if verdicts[name].passed)
    failed = tuple(name for name in stubs if name not in invalid + passed)
    return replace(found, stubs_failed=failed, stubs_passed=passed, stubs_invalid=invalid)


Made = tuple[tuple[Mutant, str], ...]


async def _with_mutants(
    bench: Bench, found: Strength, settings: StrengthSettings, earlier: Strength | None
) -> tuple[Strength, Made]:
    """Return what became of the mutants, and those that passed every case."""
    subject = bench.subject
    made = mutants_of(
        subject.language,
        subject.code,
        signature=subject.signature,
        limit=settings.mutants,
        seed=settings.seed,
    )
    if earlier is not None:
        alive = {*earlier.survivors, *(one.mutant for one in earlier.equivalent)}
        tried = tuple(one for one in made if one[0] in alive)
    else:
        tried, found = made, replace(found, made=len(made))
    verdicts = await bench.all_judged(code for _, code in tried)
    passed = tuple(one for one, verdict in zip(tried, verdicts, strict=True) if verdict.passed)
    invalid = sum(map(is_invalid, verdicts))
    killed = len(tried) - len(passed) - invalid
    return replace(found, killed=found.killed + killed, invalid=found.invalid + invalid), passed


async def _with_equivalent(
    bench: Bench, found: Strength, passed: Made, extra: tuple[Case, ...], agreeing: int
) -> Strength:
    """Return which of the mutants that passed survive, and which are presumed equivalent."""
    known = await _answered(bench, extra) if passed else ()
    alike: list[bool] = [False] * len(passed)
    if len(known) >= max(1, agreeing):
        verdicts = await replace(bench, cases=known).all_judged(code for _, code in passed)
        alike = [verdict.passed for verdict in verdicts]
    pairs = list(zip((mutant for mutant, _ in passed), alike, strict=True))
    return replace(
        found,
        survivors=tuple(mutant for mutant, same in pairs if not same),
        equivalent=tuple(Equivalent(mutant, len(known)) for mutant, same in pairs if same),
    )


async def _answered(bench: Bench, extra: tuple[Case, ...]) -> tuple[Case, ...]:
    """Return the inputs on which the right solution gives a value, with that value."""
    if not extra:
        return ()
    asked = tuple(replace(case, expected=None, known_from="") for case in extra)
    verdict = await replace(bench, cases=asked).judged(bench.subject.code)
    values = {result.name: result for result in verdict.cases if result.answered}
    return tuple(known_as(case, values[case.id].got) for case in asked if case.id in values)
