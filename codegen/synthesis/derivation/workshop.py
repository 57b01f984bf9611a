"""What every derivation is given: the accepted solutions of one problem, and how to ask and judge.

Everything that is drawn depends on the run's seed, the problem's number and what it is drawn for,
so that a life which is started again asks the same and finds the answers in the journal.

Not here: what is made (the sibling modules).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from codegen.answer import AnswerError, extract_code
from codegen.language import Language
from codegen.model.contract import Message, Purpose, Reply
from codegen.prompt import Prompt, fenced
from codegen.records import (
    Attempt,
    BackTranslation,
    Case,
    ChatMessage,
    Example,
    ExampleKind,
    Generation,
    Lineage,
    Mutant,
    Problem,
    Refused,
    Strength,
    Usage,
    Verdict,
    Verification,
    content_id,
)
from codegen.synthesis.candidate import Candidate
from codegen.synthesis.council import Agreement
from codegen.synthesis.desk import Desk
from codegen.synthesis.world import Task, World
from codegen.verify.evidence import level_of


@dataclass(frozen=True, slots=True)
class Parent:
    """An accepted solution: its example, its proof, and mutants that the cases kill."""

    language: Language
    candidate: Candidate
    example: Example
    strength: Strength | None
    killed: tuple[tuple[Mutant, str], ...] = ()

    @property
    def code(self) -> str:
        """The program."""
        return self.example.code


@dataclass(slots=True)
class Workshop:
    """One problem's derivations; private to its life. `refused` keeps what did not hold."""

    desk: Desk
    problem: Problem
    cases: tuple[Case, ...]
    parents: Mapping[str, Parent]
    agreement: Agreement
    candidates: Sequence[Candidate]
    refused: list[Refused] = field(default_factory=list)

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
        return await self.world.bench.verifier.averify(
            language.name,
            code,
            cases=self.cases,
            signature=self.problem.signature,
            comparator=self.problem.comparator,
            lint="strict" if strict else "off",
            limits=self.world.bench.limits,
        )

    def code_in(self, language: Language, text: str) -> str:
        """Take the program out of an answer; empty where there is none."""
        try:
            name = language.function_name(self.problem.signature)
            return extract_code(language, text, entry_point=name)
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
                calls=made.calls,
                executions=made.executions,
            )
        )

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
                calls=made.calls,
                usage=made.usage,
                round=first.generation.round,
            ),
            lineage=lineage,
            text=made.text,
            strength=parent.strength,
            back_translation=made.back_translation,
        )
        example = replace(example, **more)  # type: ignore[arg-type]
        return replace(example, id=content_id(example))

    def _verification(self, parent: Parent, made: Made) -> Verification:
        before = parent.example.verification
        if made.verdict is None:
            return replace(before, executions=made.executions or before.executions)
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
            executions=made.verdict.executions,
        )


@dataclass(frozen=True, slots=True)
class Made:
    """What a derivation has in hand when it accepts or refuses it."""

    messages: tuple[ChatMessage, ...] = ()
    text: str = ""
    code: str = ""
    language: Language | None = None
    verdict: Verdict | None = None
    back_translation: BackTranslation | None = None
    history: tuple[Attempt, ...] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[str, ...] = ()
    executions: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)


def in_block(language: Language, code: str) -> str:
    """Return code as an answer shows it."""
    return fenced(code, language.fence)


def taught(user: str, answer: str) -> tuple[ChatMessage, ...]:
    """Return a question and the answer that a model should learn."""
    return ChatMessage("user", user), ChatMessage("assistant", answer, train=True)
