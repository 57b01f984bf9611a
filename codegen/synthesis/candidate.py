"""One independent solution in one language: its conversation, its attempts, its budget.

A candidate is asked, verified, told what failed, and asked again: two repairs by default, then one
fresh start (a new conversation with another sampling seed), then it is lost. It knows nothing
of the other candidates; `codegen.synthesis.life` compares them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from codegen.answer import AnswerError, extract_code
from codegen.language import Language
from codegen.model.contract import Message, Model, Reply, Request, Sampling
from codegen.prompt import Prompt, repair_prompt
from codegen.records import (
    Attempt,
    Case,
    Diagnostic,
    Limits,
    Outcome,
    Problem,
    Severity,
    Stage,
    Usage,
    Verdict,
)
from codegen.synthesis.draw import draw_seed
from codegen.synthesis.progress import Progress
from codegen.verify.verifier import Verifier


class State(StrEnum):
    """Where a candidate stands: still working, ran to the end, or given up."""

    OPEN = "open"
    CLEAN = "clean"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Budget:
    """How often a candidate may try: repairs in a conversation, and conversations."""

    repairs: int = 2
    starts: int = 2


@dataclass(slots=True)
class Candidate:
    """The changing state of one candidate; private to the life of one problem."""

    language: Language
    number: int
    prompt: Prompt
    tests: str = ""
    purpose: Literal["solution", "reference", "translation"] = "solution"
    system: str = ""
    state: State = State.OPEN
    start: int = 0
    repairs: int = 0
    messages: list[Message] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    feedback: str = ""
    code: str = ""
    verdict: Verdict | None = None
    attempts: list[Attempt] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)

    @property
    def voter(self) -> tuple[str, int, int]:
        """Who votes: every conversation of every candidate is one voter."""
        return (self.language.name, self.number, self.start)

    @property
    def has_new_answer(self) -> bool:
        """Whether the last turn of the conversation is the model's."""
        return bool(self.messages) and self.messages[-1].role == "assistant"

    def begin(self) -> None:
        """Open a new conversation."""
        system = [Message("system", self.system)] if self.system else []
        self.messages = [*system, Message("user", self.prompt.text)]
        self.told = set()
        self.feedback = ""
        self.repairs = 0
        self.state = State.OPEN

    def settle(self, state: State) -> None:
        """Leave the working state."""
        self.state = state


@dataclass(frozen=True, slots=True)
class Bench:
    """What candidates work with: the model, the verifier and the run's settings."""

    model: Model
    verifier: Verifier
    sampling: Sampling
    limits: Limits
    budget: Budget
    seed: int
    progress: Progress

    async def complete(self, request: Request) -> Reply:
        """Get one answer, counted while it is under way."""
        self.progress.calls_in_flight += 1
        try:
            (reply,) = await self.model.complete(request)
        finally:
            self.progress.calls_in_flight -= 1
        return reply

    async def judge(
        self, language: Language, code: str, problem: Problem, cases: tuple[Case, ...]
    ) -> Verdict:
        """Verify code over a problem's cases, strictly."""
        return await self.verifier.averify(
            language.name,
            code,
            cases=cases,
            signature=problem.signature,
            comparator=problem.comparator,
            lint="strict",
            limits=self.limits,
        )


async def ask(bench: Bench, candidate: Candidate, index: int) -> str:
    """Get the next answer of a candidate and return its text."""
    language, number = candidate.language.name, candidate.number
    drawn = draw_seed(
        bench.seed, index, candidate.purpose, language, number, candidate.start, candidate.repairs
    )
    request = Request(
        "repair" if candidate.repairs else candidate.purpose,
        tuple(candidate.messages),
        with_seed(bench.sampling, drawn),
        prompt_sha256=candidate.prompt.sha256,
    )
    reply = await bench.complete(request)
    candidate.messages.append(Message("assistant", reply.text))
    candidate.calls.append(reply.call)
    candidate.usage += usage_of(reply)
    return reply.text


async def verify(
    bench: Bench, candidate: Candidate, text: str, problem: Problem, cases: tuple[Case, ...]
) -> None:
    """Take the code out of an answer, run it over the cases, and note the attempt."""
    try:
        name = candidate.language.function_name(problem.signature)
        candidate.code = extract_code(candidate.language, text, entry_point=name)
    except AnswerError as error:
        candidate.code = ""
        candidate.verdict = _no_code(str(error))
    else:
        candidate.verdict = await _verdict(bench, candidate, problem, cases)
    candidate.attempts.append(_attempt(candidate))


async def recheck(
    bench: Bench, candidate: Candidate, problem: Problem, cases: tuple[Case, ...]
) -> None:
    """Run the last answer again, over cases that were not there when it was given."""
    candidate.verdict = await _verdict(bench, candidate, problem, cases)


async def _verdict(
    bench: Bench, candidate: Candidate, problem: Problem, cases: tuple[Case, ...]
) -> Verdict:
    """Judge by the cases and then, where the problem came with them, by the native tests."""
    verdict = await bench.judge(candidate.language, candidate.code, problem, cases)
    if not candidate.tests or verdict.outcome not in (Outcome.PASSED, Outcome.SKIPPED):
        return verdict
    tested = await bench.verifier.averify(
        candidate.language.name,
        candidate.code,
        tests=candidate.tests,
        lint="off",
        limits=bench.limits,
    )
    return verdict if tested.passed else tested


def reopen(candidate: Candidate, verdict: Verdict, cases: tuple[Case, ...], budget: Budget) -> bool:
    """Send a candidate back with feedback, or to a fresh start; False when its budget is spent."""
    if candidate.repairs < budget.repairs:
        known_from = {case.id: case.known_from or "consensus" for case in cases}
        candidate.feedback = repair_prompt(verdict, candidate.code, known_from=known_from).text
        candidate.messages.append(Message("user", candidate.feedback))
        candidate.told |= {
            result.name for result in verdict.cases if result.outcome is Outcome.WRONG_ANSWER
        }
        candidate.repairs += 1
        candidate.settle(State.OPEN)
        return True
    return restart(candidate, budget)


def restart(candidate: Candidate, budget: Budget) -> bool:
    """Begin a fresh conversation; False, and the candidate is lost, when its budget is spent."""
    if candidate.start + 1 < budget.starts:
        candidate.start += 1
        candidate.begin()
        return True
    candidate.settle(State.LOST)
    return False


def usage_of(reply: Reply) -> Usage:
    """Return the tokens of one reply as a count of one call."""
    return Usage(1, reply.prompt_tokens, reply.completion_tokens)


def _attempt(candidate: Candidate) -> Attempt:
    verdict = candidate.verdict
    assert verdict is not None
    return Attempt(
        language=candidate.language.name,
        candidate=candidate.number,
        kind="repair" if candidate.repairs else candidate.purpose,
        round=len(candidate.attempts),
        code=candidate.code,
        outcome=verdict.outcome,
        stage=verdict.stage,
        feedback=candidate.feedback,
        diagnostics=verdict.diagnostics,
        call=candidate.calls[-1],
        executions=verdict.executions,
    )


def _no_code(reason: str) -> Verdict:
    diagnostic = Diagnostic("codegen", "no-code", Severity.ERROR, reason)
    return Verdict(Outcome.COMPILE_ERROR, Stage.PARSE, message=reason, diagnostics=(diagnostic,))


def with_seed(sampling: Sampling, seed: int) -> Sampling:
    """Return the same sampling parameters with another seed."""
    return replace(sampling, seed=seed)
