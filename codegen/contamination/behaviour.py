"""Whether a solution answers a benchmark's question, found out by running it.

A question's tests are calls and what they give, whatever language they were written in; where their
values are of the solution's types, the solution is called with them in its own language, and what
it gives is compared outside. So a paraphrase, a renaming and a translation are one to it. What is
expected never enters the sandbox.

Cheap things come first: types that fit (names do not count, nor the order of up to three
parameters), then what is known of the solution from its own cases, then two calls of every question
that is left, in one run, and only then the rest.

Not here: how much calls tell (`codegen.contamination.fit`), tests that are more than calls
(`codegen.contamination.natively`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from codegen.contamination import natively
from codegen.contamination.answers import Answered, Answers, Subject
from codegen.contamination.fit import LEAST_BITS, asked_of, bits
from codegen.records import (
    Case,
    Comparator,
    Comparison,
    Json,
    Limits,
    Signature,
    Verdict,
    canonical,
)
from codegen.types import Type, parse
from codegen.verify.compare import matches
from codegen.verify.compare_text import same_text
from codegen.verify.request import VerifyRequest

if TYPE_CHECKING:
    from codegen.contamination.questions import Question
    from codegen.verify.verifier import Verifier

LIMITS = Limits(cpu_s=4.0, wall_s=30.0)
_MOST_INPUTS = 400  # in one run
_MOST_AGAIN = 3
_PROBES = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as cases of a signature: its number, the cases, and how answers compare."""

    question: int
    cases: tuple[Case, ...]
    comparison: Comparison


@dataclass(slots=True)
class Runner:
    """Runs solutions, and counts how often."""

    verifier: Verifier
    limits: Limits = LIMITS
    runs: int = 0

    async def verdict(self, language: str, code: str, **fields: Any) -> Verdict:
        """Run one program."""
        self.runs += 1
        request = VerifyRequest(language, code, lint="off", limits=self.limits, hasty=True)
        return await self.verifier.averify_request(replace(request, **fields))

    async def answers(self, subject: Subject, given: Sequence[Json]) -> Answers:
        """Return what the first solution that runs gives for each of the arguments."""
        for language, code in subject.ordered():
            verdict = await self._called(subject.signature, language, code, given)
            if any(one.answered for one in verdict.cases):
                return Answers.of(verdict)
        return Answers(nothing=True)

    async def _called(
        self, signature: Signature, language: str, code: str, given: Sequence[Json]
    ) -> Verdict:
        if signature.interface == "program":
            inputs = [{"id": str(i), "stdin": one[0]} for i, one in enumerate(given)]
            return await self.verdict(language, code, cases=inputs)
        cases = [Case(str(i), tuple(one)) for i, one in enumerate(given)]
        return await self.verdict(language, code, cases=cases, signature=signature)


@dataclass(slots=True)
class Behaviour:
    """Questions, and which of them a problem's solutions answer."""

    questions: Sequence[Question]
    runner: Runner
    least_bits: float = LEAST_BITS
    _fits: dict[str, tuple[Asked, ...]] = field(default_factory=dict)

    def asked(self, subject: Subject) -> list[Asked]:
        """Return the questions that could be the problem's own, by types and by known answers."""
        own = Answers({_key(case): case.expected for case in subject.cases if case.known_from})
        return [
            one
            for one in self._fitting(subject.signature)
            if not _refuted(own, one.cases, one, subject)
        ]

    async def answered(self, subject: Subject) -> Answered:
        """Return which question the solutions answer."""
        left, known = self.asked(subject), Answers()
        for most in (_PROBES, None):
            left = await self._passing(subject, left, known, most)
        numbers = {one.question for one in left if not self.questions[one.question].unread}
        numbers.update([number async for number in self._natively(subject, left)])
        return Answered(min(numbers, default=None), decided=not known.nothing)

    async def _natively(self, subject: Subject, passed: list[Asked]) -> AsyncIterator[int]:
        """Yield the questions whose tests are more than the calls in them, and are passed."""
        numbers = {one.question for one in passed}
        for number, question in enumerate(self.questions):
            # what is asked of an object is no call of a function, though it may read as one
            stateful = subject.signature.interface == "class"
            read = number in numbers or not question.calls or stateful
            if read and natively.askable(question, subject):
                if await natively.answers(question, subject, self.runner):
                    yield number
            elif number in numbers and question.unread:
                # nothing can run the others: what could be read is all passed
                yield number

    async def _passing(
        self, subject: Subject, asked: list[Asked], known: Answers, most: int | None
    ) -> list[Asked]:
        """Return the questions that the solutions answer in so many of their cases."""
        for _ in range(_MOST_AGAIN):
            asked = [one for one in asked if not _refuted(known, one.cases, one, subject)]
            # small ones first: what a slow solution does not get to are the large ones
            waiting = sorted(
                {_key(case): case for one in asked for case in _probes(one.cases, most)}.items(),
                key=lambda pair: (len(pair[0]), pair[0]),
            )
            given = [list(case.arguments) for key, case in waiting if not known.knows(key)]
            for chunk in _chunks(given, _MOST_INPUTS):
                known.add(await self.runner.answers(subject, chunk))
            if not given:
                return asked
        return [
            one
            for one in asked
            if not _refuted(known, one.cases, one, subject)
            and all(known.knows(_key(case)) for case in _probes(one.cases, most))
        ]

    def _fitting(self, signature: Signature) -> tuple[Asked, ...]:
        types = [one.type for one in signature.parameters]
        key = canonical([types, signature.returns, signature.interface])
        if key not in self._fits:
            self._fits[key] = tuple(self._fit(signature))
        return self._fits[key]

    def _fit(self, signature: Signature) -> Iterator[Asked]:
        for number, question in enumerate(self.questions):
            for cases, comparison in asked_of(question, signature):
                if bits(cases) >= self.least_bits:
                    yield Asked(number, cases, comparison)


def _key(case: Case) -> str:
    return canonical(list(case.arguments))


def _probes(cases: tuple[Case, ...], most: int | None) -> tuple[Case, ...]:
    """Return the cases, or a few of them that expect different values."""
    if most is None:
        return cases
    distinct = {canonical(case.expected): case for case in reversed(cases)}
    return tuple(distinct.values())[-most:]


def _refuted(known: Answers, cases: Sequence[Case], asked: Asked, subject: Subject) -> bool:
    """Whether something else is known to come of a case than is expected."""
    kind = parse(subject.signature.returns)
    return any(
        key in known.failed
        or (key in known.got and not _same(known.got[key], case, kind, asked, subject))
        for case in cases
        for key in [_key(case)]
    )


def _same(got: Json, case: Case, kind: Type, asked: Asked, subject: Subject) -> bool:
    how = asked.comparison
    if subject.signature.interface == "program":
        return same_text(str(got).encode("utf-8", "surrogatepass"), case.expected, how)
    if subject.comparator in (Comparator.UNORDERED, Comparator.SET):
        how = replace(how, name=subject.comparator)
    return matches(got, case.expected, kind, how)


def _chunks(values: Sequence[Json], size: int) -> Iterator[Sequence[Json]]:
    for at in range(0, len(values), size):
        yield values[at : at + size]
