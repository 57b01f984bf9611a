"""The life of one problem: from its seed to a record, accepted or rejected with its reason.

    seed → problem → test inputs → candidates in every language
         → rounds of (answer, verify, assess) → examples

The rules of acceptance (`codegen.synthesis.council` applies them):

- an example of the statement which two independent solutions contradict, alike, rejects the
  problem;
- an input on which every solution fails and none answers is dropped as invalid;
- every other value must be settled (see `codegen.verify.oracle`) by solutions not told of it;
- whoever disagrees with a settled value is told so and tries again; a disagreement that stands
  rejects the problem.

Not here: where seeds come from, and how many problems are attempted (`codegen.synthesis.loop`).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from codegen.answer import AnswerError
from codegen.errors import ModelRefusal
from codegen.language import Language
from codegen.model.contract import Message, Purpose, Request
from codegen.prompt import Prompt, problem_prompt, solution_prompt, tests_prompt
from codegen.records import (
    Attempt,
    Case,
    Example,
    Outcome,
    Problem,
    ProblemRecord,
    Usage,
)
from codegen.synthesis.assembly import Origin, example_of
from codegen.synthesis.candidate import (
    Candidate,
    ask,
    rejudged,
    restart,
    usage_of,
    verify,
    with_seed,
)
from codegen.synthesis.council import Council, Rejection
from codegen.synthesis.difficulty import measured_difficulty
from codegen.synthesis.draw import draw_seed
from codegen.synthesis.problems import parse_inputs, parse_problem
from codegen.synthesis.world import Task, World

INDEPENDENT_SOLUTIONS = 3
TRIES = 2

T = TypeVar("T")


@dataclass(slots=True)
class Life:
    """One problem's life; to be lived once."""

    world: World
    task: Task
    usage: Usage = field(default_factory=Usage)
    prompts: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    async def run(self) -> ProblemRecord:
        """Live it to the end.

        Raises:
            InfrastructureError: ours; a life started again repeats no finished call.
        """
        problem: Problem | None = None
        council: Council | None = None
        try:
            problem = await self._stage("problem", self._problem())
            cases = await self._stage("tests", self._cases(problem))
            council = Council(problem, cases, self.world.bench.policy, len(self.world.languages))
            await self._stage("solutions", self._deliberate(council))
            examples = await self._examples(council)
        except Rejection as rejection:
            return self._record(problem, council, (), rejection)
        except ModelRefusal as refusal:
            if problem is None:
                await self.world.claim(self.task.index, None)
            return self._record(problem, council, (), Rejection("model_refused", str(refusal)))
        return self._record(problem, council, examples, None)

    async def _stage(self, name: str, work: Awaitable[T]) -> T:
        self.world.progress.enter(name)
        try:
            return await work
        finally:
            self.world.progress.leave(name)

    async def _problem(self) -> Problem:
        try:
            problem = self.task.problem or await self._written_problem()
        except Rejection:
            await self.world.claim(self.task.index, None)
            raise
        if not await self.world.claim(self.task.index, problem.id):
            raise Rejection("duplicate_problem", f"{problem.title}: an earlier one is the same")
        return problem

    async def _written_problem(self) -> Problem:
        prompt = problem_prompt(self.task.seed, self.world.languages)
        return await self._parsed("problem", prompt, parse_problem)

    async def _cases(self, problem: Problem) -> tuple[Case, ...]:
        if self.task.cases:
            return (*problem.examples, *self.task.cases)
        prompt = tests_prompt(problem, self.world.inputs)
        inputs = await self._parsed("tests", prompt, lambda text: parse_inputs(text, problem))
        return (*problem.examples, *inputs)

    async def _parsed(self, purpose: Purpose, prompt: Prompt, parse: Callable[[str], T]) -> T:
        """Ask for JSON; an answer that cannot be used goes back once with the reason."""
        self.prompts[purpose] = prompt.sha256
        messages = [Message("user", prompt.text)]
        reason = ""
        for attempt in range(TRIES):
            drawn = draw_seed(self.world.bench.seed, self.task.index, purpose, attempt)
            sampling = with_seed(self.world.bench.sampling, drawn)
            request = Request(purpose, tuple(messages), sampling, prompt_sha256=prompt.sha256)
            reply = await self.world.bench.complete(request)
            self.calls.append(reply.call)
            self.usage += usage_of(reply)
            try:
                return parse(reply.text)
            except AnswerError as error:
                reason = str(error)
                messages += [Message("assistant", reply.text), Message("user", _unusable(reason))]
        raise Rejection(f"unusable_{purpose}", reason)

    async def _deliberate(self, council: Council) -> None:
        each = math.ceil(INDEPENDENT_SOLUTIONS / len(self.world.languages))
        for language in self.world.languages:
            for _ in range(each):
                self._join(council, language)
        while council.open():
            await asyncio.gather(*(self._round(council, one) for one in council.open()))
            wanted = council.assess()
            if wanted is not None:
                self._join(council, next(x for x in self.world.languages if x.name == wanted))

    def _join(self, council: Council, language: Language) -> None:
        number = sum(one.language.name == language.name for one in council.candidates)
        prompt = solution_prompt(council.problem, language)
        candidate = Candidate(language, number, prompt, self.task.tests.get(language.name, ""))
        candidate.begin()
        council.candidates.append(candidate)

    async def _round(self, council: Council, candidate: Candidate) -> None:
        try:
            text = await ask(self.world.bench, candidate, self.task.index)
        except ModelRefusal:
            # a conversation that grew too long; a fresh one may fit
            restart(candidate, council.policy.budget)
            return
        await verify(self.world.bench, candidate, text, council.problem, council.cases)
        self.world.progress.attempt(candidate.attempts[-1])

    async def _examples(self, council: Council) -> tuple[Example, ...]:
        """Make one example for each language, its verdict given against the settled values."""
        cases = council.accepted_cases()
        agreeing = council.clean()
        origin = Origin(
            self.task.seed,
            council.problem,
            cases,
            dict(self.prompts),
            tuple(self.calls),
            self.usage,
        )
        await asyncio.gather(*(self._rejudge(one, council.problem, cases) for one in agreeing))
        chosen = {one.language.name: one for one in reversed(agreeing)}
        examples = []
        for name in sorted(chosen):
            one = chosen[name]
            verdict = await self.world.bench.judge(one.language, one.code, council.problem, cases)
            if not verdict.passed:
                raise Rejection("unstable", f"{name}: {verdict.outcome} at last")
            examples.append(example_of(one, verdict, origin, self.world.setting, agreeing))
        return tuple(examples)

    async def _rejudge(
        self, candidate: Candidate, problem: Problem, cases: tuple[Case, ...]
    ) -> None:
        """Judge earlier attempts again by what is known now.

        An answer that passed the statement's examples and was overruled later was wrong, one that
        was overruled too soon was not, and its record must say so. It has run on these cases
        before, so the journal answers.
        """
        for number, attempt in enumerate(candidate.attempts[:-1]):
            overruled = attempt.outcome is Outcome.WRONG_ANSWER and not candidate.tests
            if overruled or attempt.outcome is Outcome.PASSED:
                verdict = await self.world.bench.judge(
                    candidate.language, attempt.code, problem, cases
                )
                candidate.attempts[number] = rejudged(attempt, candidate.language, verdict)

    def _record(
        self,
        problem: Problem | None,
        council: Council | None,
        examples: tuple[Example, ...],
        rejection: Rejection | None,
    ) -> ProblemRecord:
        candidates = council.candidates if council else []
        attempts: tuple[Attempt, ...] = tuple(a for one in candidates for a in one.attempts)
        return ProblemRecord(
            index=self.task.index,
            status="rejected" if rejection else "accepted",
            reason=rejection.reason if rejection else "",
            detail=rejection.detail if rejection else "",
            seed=self.task.seed,
            problem=problem,
            cases=council.cases if council else (),
            attempts=attempts,
            examples=examples,
            usage=sum((one.usage for one in candidates), self.usage),
            measured_difficulty=measured_difficulty(attempts),
        )


def _unusable(reason: str) -> str:
    return f"That answer cannot be used: {reason}\n\nGive it again, whole, in the form asked for."
