"""What every derivation is given: the accepted solutions of one problem, and how to ask and judge.

Everything that is drawn depends on the run's seed, the problem's number and what it is drawn for,
so that a life which is started again asks the same and finds the answers in the journal.

Not here: what is made (the sibling modules).
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from codegen.answer import AnswerError, extract_solution
from codegen.errors import ModelRefusal
from codegen.language import Language
from codegen.model.contract import Message, Purpose, Reply
from codegen.prompt import Prompt
from codegen.records import (
    Case,
    Example,
    ExampleKind,
    Generation,
    Lineage,
    Problem,
    Refused,
    Usage,
    Verdict,
    Verification,
    content_id,
)
from codegen.synthesis.ballot import Agreement
from codegen.synthesis.candidate import Candidate
from codegen.synthesis.derivation.made import Made, Parent
from codegen.synthesis.desk import Desk
from codegen.synthesis.nearby import answered_too
from codegen.synthesis.perseverance import persevere
from codegen.synthesis.world import Task, World
from codegen.verify.bench import tighter
from codegen.verify.evidence import level_of
from codegen.verify.interface import judged
from codegen.verify.request import VerifyRequest


@dataclass(slots=True)
class Workshop:
    """One problem's derivations; private to its life. `refused` keeps what did not hold.

    New code must answer what the solutions do on inputs `nearby` as well, which are no cases.

    What is made and refused carries every call and execution of its account, in an order that does
    not depend on which came back first. A derivation works in a workshop `apart`, so that its
    account is its own.
    """

    desk: Desk
    problem: Problem
    cases: tuple[Case, ...]
    parents: Mapping[str, Parent]
    agreement: Agreement
    candidates: Sequence[Candidate]
    nearby: tuple[Case, ...] = ()
    refused: list[Refused] = field(default_factory=list)
    executions: set[str] = field(default_factory=set)
    parts: list[Workshop] = field(default_factory=list)

    def apart(self) -> Workshop:
        """Return the same workshop with an account of its own, which is part of this one's."""
        desk = Desk(self.world, self.task)
        part = replace(self, desk=desk, refused=[], executions=set(), parts=[])
        self.parts.append(part)
        return part

    @property
    def usage(self) -> Usage:
        """The tokens of this account and its parts."""
        return sum((part.usage for part in self.parts), self.desk.usage)

    @property
    def all_refused(self) -> tuple[Refused, ...]:
        """What was refused here and in the parts, in the order in which the parts were set up."""
        return (*self.refused, *(one for part in self.parts for one in part.all_refused))

    @property
    def world(self) -> World:
        """What all lives of the run share."""
        return self.desk.world

    @property
    def task(self) -> Task:
        """What this problem's life started from."""
        return self.desk.task

    def turn(self, what: str, count: int) -> int:
        """Return which of `count` things is this problem's turn."""
        return self.desk.draw("turn", what).randrange(count)

    def chosen(self, what: str) -> Parent:
        """Return the solution that a derivation starts from."""
        names = sorted(self.parents)
        return self.parents[names[self.turn(what, len(names))]]

    async def ask(
        self, purpose: Purpose, messages: Sequence[Message], prompt: Prompt, *what: str | int
    ) -> Reply:
        """Get one answer; `what` tells it from others of its purpose."""
        return await self.desk.ask(purpose, messages, prompt, *what)

    async def judge(self, language: Language, code: str, *, strict: bool = False) -> Verdict:
        """Run code over the accepted cases; the linters have a say where it is `strict`."""
        request = VerifyRequest(
            language.name,
            code,
            comparator=self.problem.comparator,
            lint="strict" if strict else "off",
            limits=self.world.bench.limits,
        )
        return await self._judged(request)

    async def judge_new(self, language: Language, code: str) -> Verdict:
        """Judge code that is to be called right: strictly, and on the inputs nearby as well."""
        verdict = await self.judge(language, code, strict=True)
        if verdict.passed:
            bench, problem = self.world.bench, self.problem
            verdict = await answered_too(bench, language, code, problem, self.nearby, verdict)
            self.executions.update(verdict.executions)
        return verdict

    async def judge_mutant(self, parent: Parent, code: str) -> Verdict:
        """Run a mutant over the accepted cases, in the time that the proof gave it."""
        limits = self.world.bench.limits
        cpu_s = parent.strength.cpu_s if parent.strength else 0.0
        request = VerifyRequest(
            parent.language.name,
            code,
            comparator=self.problem.comparator,
            lint="off",
            limits=replace(limits, cpu_s=cpu_s or limits.cpu_s),
            hasty=True,
        )
        return await self._judged(request)

    async def _judged(self, request: VerifyRequest) -> Verdict:
        verdict = await judged(
            self.world.bench.verifier, request, self.cases, self.problem.signature
        )
        self.executions.update(verdict.executions)
        return verdict

    async def tested(
        self, language: Language, code: str, tests: str, right: Verdict | None = None
    ) -> Verdict:
        """Run native tests over code; over wrong code in the time that `right` code allows it."""
        limits = self.world.bench.limits
        verdict = await self.world.bench.verifier.averify(
            language.name,
            code,
            tests=tests,
            lint="off",
            limits=tighter(limits, right) if right else limits,
            hasty=right is not None,
        )
        self.executions.update(verdict.executions)
        return verdict

    async def persevere(self, candidate: Candidate) -> Verdict | None:
        """Take a candidate to its end; its calls, tokens and executions are this account's."""
        bench = self.world.bench
        verdict = await persevere(
            bench, candidate, self.task.index, self.problem, self.cases, self.nearby
        )
        self.desk.usage += candidate.usage
        self.desk.calls += candidate.calls
        for attempt in candidate.attempts:
            self.executions.update(attempt.executions)
        return verdict

    async def unless_refused(
        self, kind: ExampleKind, language: Language, work: Awaitable[tuple[Example, ...]]
    ) -> tuple[Example, ...]:
        """Return what is made, or nothing where the model will not take a conversation."""
        try:
            return await work
        except ModelRefusal as refusal:
            self.refuse(kind, language, "model_refused", Made(text=str(refusal)))
            return ()

    def code_in(self, language: Language, text: str) -> str:
        """Take the program out of an answer; empty where there is none."""
        try:
            return extract_solution(language, text, self.problem.signature)
        except AnswerError:
            return ""

    def refuse(self, kind: ExampleKind, language: Language, reason: str, made: Made) -> None:
        """Keep what was made and not accepted, with its reason."""
        self.refused.append(
            Refused(
                kind=kind,
                language=language.name,
                reason=reason,
                text=made.text,
                code=made.code,
                back_translation=made.back_translation,
                calls=self._calls(made),
                executions=self._executions(made.executions),
            )
        )

    def _calls(self, made: Made) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*made.calls, *sorted(self.desk.calls))))

    def _executions(self, first: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*first, *sorted(self.executions))))

    def example(
        self, kind: ExampleKind, parent: Parent, lineage: Lineage, made: Made, **more: object
    ) -> Example:
        """Make an example out of a parent and what was made of it."""
        bench = self.world.bench
        first = parent.example
        example = Example(
            id="",
            kind=kind,
            language=made.language.name if made.language else parent.language.name,
            messages=made.messages,
            code=made.code or parent.code,
            problem=self.problem,
            seed=first.seed,
            cases=self.cases,
            verification=self._verification(parent, made),
            history=made.history,
            generation=Generation(
                model=bench.model.name,
                revision=bench.model.revision,
                temperature=bench.sampling.temperature,
                top_p=bench.sampling.top_p,
                max_tokens=bench.sampling.max_tokens,
                prompts={**first.generation.prompts, **made.prompts},
                calls=self._calls(made),
                usage=self.usage,
                round=first.generation.round,
            ),
            lineage=lineage,
            text=made.text,
            strength=parent.strength,
            back_translation=made.back_translation,
        )
        example = replace(example, **more)  # type: ignore[arg-type]  # fields by their names
        return replace(example, id=content_id(example))

    def _verification(self, parent: Parent, made: Made) -> Verification:
        before = parent.example.verification
        if made.verdict is None:
            first = made.executions or before.executions
            return replace(before, executions=self._executions(first))
        return replace(
            before,
            level=level_of(
                made.verdict,
                parent.strength,
                solutions=self.agreement.solutions,
                languages=self.agreement.languages,
            ),
            verdict=made.verdict.outcome,
            oracle=made.verdict.oracle,
            environment=made.verdict.environment,
            executions=self._executions(made.verdict.executions),
        )
