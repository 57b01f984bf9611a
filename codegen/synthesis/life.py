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
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

from codegen.answer import AnswerError
from codegen.errors import ModelRefusal
from codegen.language import Language
from codegen.model.contract import Message, Purpose, Request
from codegen.prompt import Prompt, problem_prompt, render, solution_prompt, tests_prompt
from codegen.records import (
    Arbitration,
    Attempt,
    Case,
    Example,
    Outcome,
    Problem,
    ProblemRecord,
    Refused,
    Usage,
)
from codegen.synthesis.allowance import together
from codegen.synthesis.arbitration import arbitrate
from codegen.synthesis.assembly import Origin, example_of
from codegen.synthesis.candidate import (
    Candidate,
    ask,
    recheck,
    rejudged,
    restart,
    usage_of,
    verify,
    with_seed,
)
from codegen.synthesis.council import Council, Rejection
from codegen.synthesis.critic import criticised
from codegen.synthesis.derivation import Parent, Workshop, derive
from codegen.synthesis.difficulty import measured_difficulty
from codegen.synthesis.draw import draw_seed
from codegen.synthesis.problems import parse_inputs, parse_problem
from codegen.synthesis.proof import (
    MOST_EXTENSIONS,
    Proof,
    faults_of,
    more_inputs,
    more_tests_prompt,
    prove,
)
from codegen.synthesis.world import Task, World

INDEPENDENT_SOLUTIONS = 3
REFERENCE = 900
"""The number of the reference among the candidates of its language."""
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
    refused: tuple[Refused, ...] = ()
    arbitrations: tuple[Arbitration, ...] = ()

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
            await self._stage("arbitration", self._arbitrate(council))
            proofs = await self._stage("proof", self._prove(council))
            examples = await self._examples(council, proofs)
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
            self.world.screen(self.task.seed, problem)
        except Rejection:
            await self.world.claim(self.task.index, None)
            raise
        clash = await self.world.claim(self.task.index, problem)
        if clash is not None:
            raise Rejection(clash.reason, clash.detail)
        return problem

    async def _written_problem(self) -> Problem:
        prompt = problem_prompt(self.task.seed, self.world.languages)
        problem = await self._parsed("problem", prompt, parse_problem)
        problem = replace(problem, traits=self.task.seed.traits)
        if not self.world.critic:
            return problem
        self.world.screen(self.task.seed, problem)
        return await criticised(problem, self._parsed)

    async def _cases(self, problem: Problem) -> tuple[Case, ...]:
        if self.task.cases:
            return (*problem.examples, *self.task.cases)
        prompt = tests_prompt(problem, self.world.inputs)
        inputs = await self._parsed("tests", prompt, lambda text: parse_inputs(text, problem))
        return (*problem.examples, *inputs)

    async def _parsed(
        self, purpose: Purpose, prompt: Prompt, parse: Callable[[str], T], turn: int = 0
    ) -> T:
        """Ask for JSON; an answer that cannot be used goes back once with the reason."""
        self.prompts[f"more_{purpose}" if turn else purpose] = prompt.sha256
        what = (purpose, turn) if turn else (purpose,)
        messages = [Message("user", prompt.text)]
        reason = ""
        for attempt in range(TRIES):
            drawn = draw_seed(self.world.bench.seed, self.task.index, *what, attempt)
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
        if self.world.reference:
            self._join_reference(council)
        await self._settle(council)

    async def _settle(self, council: Council) -> None:
        while council.open():
            await together(self._round(council, one) for one in council.open())
            self._assess(council)

    def _assess(self, council: Council) -> None:
        wanted = council.assess()
        if wanted is not None:
            self._join(council, next(x for x in self.world.languages if x.name == wanted))

    async def _arbitrate(self, council: Council) -> None:
        bench = self.world.bench

        async def ask(
            messages: list[Message], prompt: Prompt, case: str, number: int
        ) -> tuple[str, str]:
            self.prompts["arbitration"] = prompt.sha256
            drawn = draw_seed(bench.seed, self.task.index, "arbitration", case, number)
            sampling = with_seed(bench.sampling, drawn)
            request = Request("arbitration", tuple(messages), sampling, prompt_sha256=prompt.sha256)
            reply = await bench.complete(request)
            self.calls.append(reply.call)
            self.usage += usage_of(reply)
            return reply.text, reply.call

        def draw(case: str, number: int) -> Random:
            return Random(draw_seed(bench.seed, self.task.index, "order", case, number))  # noqa: S311 - no secret

        self.arbitrations = (*self.arbitrations, *await arbitrate(council, ask, draw))

    async def _prove(self, council: Council) -> dict[str, Proof]:
        """Measure the cases' strength, and ask for more inputs while they let faults through."""
        proofs: dict[str, Proof] = {}
        for extension in range(MOST_EXTENSIONS + 1):
            proofs = await prove(self.world, council, self.task.index, proofs)
            faults = faults_of(proofs)
            if not faults or extension == MOST_EXTENSIONS:
                break
            if not await self._extend(council, faults, extension):
                break
        return proofs

    async def _extend(self, council: Council, faults: list[str], extension: int) -> bool:
        """Settle more inputs, as the first ones were; False where there is none to be had."""
        prompt = more_tests_prompt(council.problem, council.cases, faults)
        try:
            inputs = await self._parsed(
                "tests", prompt, lambda text: more_inputs(text, council, extension), extension + 1
            )
        except Rejection:
            # weak cases are no reason to lose a problem: its level says what they are worth
            return False
        council.extend(inputs)
        bench = self.world.bench
        await asyncio.gather(
            *(recheck(bench, one, council.problem, council.cases) for one in council.open())
        )
        self._assess(council)
        await self._settle(council)
        await self._arbitrate(council)
        return True

    def _join(self, council: Council, language: Language) -> None:
        number = sum(
            one.language.name == language.name and one.purpose == "solution"
            for one in council.candidates
        )
        prompt = solution_prompt(council.problem, language)
        candidate = Candidate(language, number, prompt, self.task.tests.get(language.name, ""))
        candidate.begin()
        council.candidates.append(candidate)

    def _join_reference(self, council: Council) -> None:
        """Add a program that follows the statement by brute force; it votes as the others do."""
        language = self.world.languages[0]
        declaration = language.declaration(council.problem.signature)
        prompt = render(
            "reference", problem=council.problem, language=language, declaration=declaration
        )
        candidate = Candidate(language, REFERENCE, prompt, purpose="reference")
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

    async def _examples(self, council: Council, proofs: Mapping[str, Proof]) -> tuple[Example, ...]:
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
            council.agreement(),
            {name: proof.strength for name, proof in proofs.items()},
        )
        await asyncio.gather(*(self._rejudge(one, council.problem, cases) for one in agreeing))
        parents = {}
        for name, one in sorted(council.spokesmen().items()):
            verdict = await self.world.bench.judge(one.language, one.code, council.problem, cases)
            if not verdict.passed:
                raise Rejection("unstable", f"{name}: {verdict.outcome} at last")
            example = example_of(one, verdict, origin, self.world.setting, agreeing)
            proof = proofs.get(name)
            parents[name] = Parent(
                one.language, one, example, example.strength, proof.killed if proof else ()
            )
        solutions = tuple(parent.example for parent in parents.values())
        return (*solutions, *await self._stage("derive", self._derived(council, cases, parents)))

    async def _derived(
        self, council: Council, cases: tuple[Case, ...], parents: Mapping[str, Parent]
    ) -> tuple[Example, ...]:
        workshop = Workshop(
            self.world,
            self.task,
            council.problem,
            cases,
            parents,
            council.agreement(),
            council.candidates,
        )
        made = await derive(workshop, self.world.derive)
        self.usage += workshop.usage
        self.refused = tuple(workshop.refused)
        return made

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
            refused=self.refused,
            arbitrations=self.arbitrations,
            measured_difficulty=measured_difficulty(attempts),
        )


def _unusable(reason: str) -> str:
    return f"That answer cannot be used: {reason}\n\nGive it again, whole, in the form asked for."
