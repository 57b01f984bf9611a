"""The life of one problem: from its seed to a record, accepted or rejected with its reason.

    seed → problem → test inputs → candidates in every language
         → rounds of (answer, verify, assess) → examples

The rules of acceptance (`codegen.synthesis.council` applies them):

- an example of the statement which two independent solutions contradict, alike, rejects the
  problem;
- an input on which every solution fails and none answers is dropped as invalid;
- every other value must be settled (see `codegen.verify.oracle`) by solutions not told of it;
- whoever disagrees with a settled value is told so and tries again; a disagreement that stands
  rejects the problem, but for that of code which was there before the problem: that is lost.

Not here: where seeds come from, and how many problems are attempted (`codegen.synthesis.loop`).
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import TypeVar

from codegen.errors import ModelRefusal
from codegen.prompt import problem_prompt, tests_prompt
from codegen.records import Attempt, Case, Example, Problem, ProblemRecord, Refused
from codegen.synthesis.acceptance import accepted
from codegen.synthesis.council import Council, Rejection
from codegen.synthesis.critic import criticised
from codegen.synthesis.deliberation import Deliberation
from codegen.synthesis.derivation import Parent, Workshop, derive
from codegen.synthesis.desk import Desk
from codegen.synthesis.difficulty import measured_difficulty
from codegen.synthesis.problems import parse_inputs, parse_problem
from codegen.synthesis.reversal import parse_reversed
from codegen.synthesis.world import Task, World
from codegen.telemetry import span
from codegen.traits import interface_of

T = TypeVar("T")


@dataclass(slots=True)
class Life:
    """One problem's life; to be lived once."""

    desk: Desk
    given: str = ""
    refused: tuple[Refused, ...] = ()

    @classmethod
    def of(cls, world: World, task: Task) -> Life:
        """Return the life that starts from a task."""
        return cls(Desk(world, task), task.code)

    async def run(self) -> ProblemRecord:
        """Live it to the end.

        Raises:
            InfrastructureError: ours; a life started again repeats no finished call.
        """
        problem: Problem | None = None
        deliberation: Deliberation | None = None
        try:
            problem = await self._stage("problem", self._problem())
            cases = await self._stage("tests", self._cases(problem))
            world = self.desk.world
            council = Council(problem, cases, world.bench.policy, len(world.languages))
            deliberation = Deliberation(self.desk, council, self.given)
            await self._stage("solutions", deliberation.agree())
            await self._stage("arbitration", deliberation.arbitrate())
            proofs = await self._stage("proof", deliberation.prove())
            parents = await accepted(self.desk, council, proofs)
            examples = await self._stage("derive", self._derived(council, parents))
        except Rejection as rejection:
            return self._record(problem, deliberation, (), rejection)
        except ModelRefusal as refusal:
            if problem is None:
                await self.desk.world.claim(self.desk.task.index, None)
            return self._record(problem, deliberation, (), Rejection("model_refused", str(refusal)))
        return self._record(problem, deliberation, examples, None)

    async def _stage(self, name: str, work: Awaitable[T]) -> T:
        self.desk.world.progress.enter(name)
        try:
            with span(f"stage {name}"):
                return await work
        finally:
            self.desk.world.progress.leave(name)

    async def _problem(self) -> Problem:
        try:
            problem = self.desk.task.problem or await self._written_problem()
            self.desk.world.screen(self.desk.task.seed, problem)
        except Rejection:
            await self.desk.world.claim(self.desk.task.index, None)
            raise
        clash = await self.desk.world.claim(self.desk.task.index, problem)
        if clash is not None:
            raise Rejection(clash.reason, clash.detail)
        return problem

    async def _written_problem(self) -> Problem:
        prompt = problem_prompt(self.desk.task.seed, self.desk.world.languages)
        problem = await self.desk.parsed("problem", prompt, self._read)
        problem = replace(problem, traits=self.desk.task.seed.traits)
        if not self.desk.world.critic:
            return problem
        self.desk.world.screen(self.desk.task.seed, problem)
        return await criticised(problem, self.desk.parsed)

    def _read(self, text: str) -> Problem:
        """Read a written problem and, where it was written for code, keep that as a program."""
        seed = self.desk.task.seed
        if seed.kind != "reverse":
            return parse_problem(text, interface_of(seed.traits))
        found = parse_reversed(text, seed)
        self.given = found.program
        return found.problem

    async def _cases(self, problem: Problem) -> tuple[Case, ...]:
        if self.desk.task.cases:
            return (*problem.examples, *self.desk.task.cases)
        prompt = tests_prompt(problem, self.desk.world.inputs)
        inputs = await self.desk.parsed("tests", prompt, lambda text: parse_inputs(text, problem))
        return (*problem.examples, *inputs)

    async def _derived(self, council: Council, parents: dict[str, Parent]) -> tuple[Example, ...]:
        workshop = Workshop(
            Desk(self.desk.world, self.desk.task),
            council.problem,
            council.accepted_cases(),
            parents,
            council.agreement(),
            council.candidates,
            council.nearby,
        )
        made = await derive(workshop, self.desk.world.derive)
        self.refused = workshop.all_refused
        self.desk.usage += workshop.usage
        return (*(parent.example for parent in parents.values()), *made)

    def _record(
        self,
        problem: Problem | None,
        deliberation: Deliberation | None,
        examples: tuple[Example, ...],
        rejection: Rejection | None,
    ) -> ProblemRecord:
        council = deliberation.council if deliberation else None
        candidates = council.candidates if council else []
        attempts: tuple[Attempt, ...] = tuple(a for one in candidates for a in one.attempts)
        return ProblemRecord(
            index=self.desk.task.index,
            status="rejected" if rejection else "accepted",
            reason=rejection.reason if rejection else "",
            detail=rejection.detail if rejection else "",
            seed=self.desk.task.seed,
            problem=problem,
            cases=council.cases if council else (),
            attempts=attempts,
            examples=examples,
            usage=sum((one.usage for one in candidates), self.desk.usage),
            refused=self.refused,
            arbitrations=deliberation.arbitrations if deliberation else (),
            measured_difficulty=measured_difficulty(attempts),
            tests=self.desk.task.tests,
        )
