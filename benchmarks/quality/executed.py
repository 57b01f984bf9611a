"""Programs run on inputs whose answers are the truth: once each, whatever they stand in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks.quality.known import known
from benchmarks.quality.mutants import unkilled
from codegen.records import Example, Limits, Outcome, Problem, ProblemRecord, Refused, Stage
from codegen.verify.request import VerifyRequest
from codegen.verify.verifier import Verifier

LIMITS = Limits(cpu_s=1.0, wall_s=60.0)
"""The teacher's programs take milliseconds, but for those that never end."""
Key = tuple[str, str, str]
"""Problem, language, code."""


@dataclass(frozen=True, slots=True)
class Result:
    """Whether a program passed, and the cases that it did not pass."""

    passed: bool
    failed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Truths:
    """What became of programs on true cases, and of native tests on right programs."""

    programs: Mapping[Key, Result]
    tests: Mapping[Key, Result]

    def right(self, problem: Problem, language: str, code: str) -> bool:
        """Whether a program gives the true answer on every valid input of its problem."""
        return self.programs[problem.id, language, code].passed

    def failed(self, problem: Problem, language: str, code: str) -> frozenset[str]:
        """Return the ids of the cases to which a program does not give the true answer."""
        return self.programs[problem.id, language, code].failed

    def holds(self, problem: Problem, language: str, file: str) -> bool:
        """Whether a file of tests lets the right program pass."""
        return self.tests[problem.id, language, file].passed


async def execute(records: Iterable[ProblemRecord], verifier: Verifier, seed: int) -> Truths:
    """Run every program of these records, and the right programs under every file of tests.

    The mutants that were not killed run as well, made again as a run with this seed draws them.

    Raises:
        RuntimeError: nothing is known of one of them.
    """
    programs: dict[Key, VerifyRequest] = {}
    tests: dict[Key, VerifyRequest] = {}
    for record in records:
        problem = record.problem
        if problem is None or not record.cases:
            continue
        one = known(problem)
        cases = (*one.true_cases(record.cases), *one.fresh())
        alive = ((one.language, one.code) for one in unkilled(record, seed))
        for language, code in (*programs_of(record), *alive):
            programs[problem.id, language, code] = VerifyRequest(
                language,
                code,
                cases=cases,
                signature=problem.signature,
                comparator=problem.comparator,
                lint="off",
                limits=LIMITS,
            )
        for language, file in files_of(record):
            tests[problem.id, language, file] = VerifyRequest(
                language, one.right_code(language), tests=file, lint="off"
            )
    return Truths(await _results(programs, verifier), await _results(tests, verifier))


def programs_of(record: ProblemRecord) -> Iterator[tuple[str, str]]:
    """Yield language and code of everything that ran: answers, examples, what was refused."""
    for attempt in record.attempts:
        if attempt.code and attempt.stage is Stage.RUN:
            yield attempt.language, attempt.code
    for example in record.examples:
        yield example.language, example.code
    for refused in record.refused:
        if refused.code:
            yield refused.language, refused.code
    for example in record.examples:
        if example.alternative and example.alternative.code:
            yield example.language, example.alternative.code
        if example.planted:
            yield example.language, example.planted.code


def files_of(record: ProblemRecord) -> Iterator[tuple[str, str]]:
    """Yield language and text of every file of native tests, accepted or refused."""
    everything: tuple[Example | Refused, ...] = (*record.examples, *record.refused)
    for made in everything:
        if made.kind == "tests" and made.text:
            yield made.language, made.text


async def _results(requests: dict[Key, VerifyRequest], verifier: Verifier) -> dict[Key, Result]:
    found: dict[Key, Result] = {}
    keys = iter(requests)
    async for verdict in verifier.averify_many(requests.values()):
        key = next(keys)
        if verdict.outcome is Outcome.INFRASTRUCTURE_ERROR:
            raise RuntimeError(f"nothing is known of a program: {verdict.message}")
        failed = (case.name for case in verdict.cases if case.outcome is not Outcome.PASSED)
        found[key] = Result(verdict.passed, frozenset(failed))
    return found
