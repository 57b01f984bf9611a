"""One independent solution in one language: its conversation, its attempts, its budget.

A candidate is asked, verified, told what failed, and asked again, or begun afresh (a new
conversation with another sampling seed, without the failed code), until its budget is spent; which
of them, `codegen.synthesis.policy` says. It knows nothing of the other candidates;
`codegen.synthesis.life` compares them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from codegen.answer import AnswerError, extract_solution
from codegen.feedback import tried
from codegen.language import Language
from codegen.model.contract import Message, Request, Sampling
from codegen.prompt import Prompt, repair_prompt
from codegen.records import (
    Arm,
    Attempt,
    Case,
    Diagnostic,
    ErrorClass,
    Outcome,
    Problem,
    Severity,
    Signature,
    Stage,
    Usage,
    Verdict,
)
from codegen.synthesis.bench import Bench
from codegen.synthesis.classify import NO_CODE, classify
from codegen.synthesis.draw import draw_seed
from codegen.synthesis.policy import Budget, Policy, Standing


class State(StrEnum):
    """Where a candidate stands: still working, ran to the end, or given up."""

    OPEN = "open"
    CLEAN = "clean"
    LOST = "lost"


@dataclass(slots=True)
class Candidate:
    """The changing state of one candidate; private to the life of one problem."""

    language: Language
    number: int
    prompt: Prompt
    tests: str = ""
    purpose: Literal["solution", "reference", "translation"] = "solution"
    system: str = ""
    given: bool = False
    state: State = State.OPEN
    start: int = 0
    repairs: int = 0
    arm: Arm = Arm.FIRST
    reasoned: bool = False
    asked: str = ""
    tried: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    feedback: str = ""
    code: str = ""
    thoughts: str = ""
    verdict: Verdict | None = None
    attempts: list[Attempt] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    spent: Usage = field(default_factory=Usage)

    @property
    def standing(self) -> Standing:
        """What it has tried, as far as the policy asks."""
        return Standing(self.start, self.repairs, self.reasoned)

    @property
    def voter(self) -> tuple[str, int, int]:
        """Who votes: every conversation of every candidate is one voter."""
        return (self.language.name, self.number, self.start)

    @property
    def has_new_answer(self) -> bool:
        """Whether the last turn of the conversation is the model's, or there is none to be had."""
        return self.given or (bool(self.messages) and self.messages[-1].role == "assistant")

    def begin(self) -> None:
        """Open a new conversation, in which nothing of an earlier one is said."""
        system = [Message("system", self.system)] if self.system else []
        self.messages = [*system, Message("user", self.prompt.text)]
        self.asked = self.prompt.sha256
        self.told = set()
        self.feedback = ""
        self.repairs = 0
        self.reasoned = False
        self.state = State.OPEN

    def settle(self, state: State) -> None:
        """Leave the working state."""
        self.state = state


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
        prompt_sha256=candidate.asked,
    )
    reply = await bench.complete(request)
    candidate.messages.append(Message("assistant", reply.text))
    # those of a repair are about feedback that the example's prompt does not show
    candidate.thoughts = "" if candidate.repairs else reply.reasoning
    candidate.calls.append(reply.call)
    candidate.spent = reply.usage
    candidate.usage += candidate.spent
    return reply.text


async def verify(
    bench: Bench, candidate: Candidate, text: str, problem: Problem, cases: tuple[Case, ...]
) -> None:
    """Take the code out of an answer, run it over the cases, and note the attempt."""
    try:
        candidate.code = extract_solution(candidate.language, text, problem.signature)
    except AnswerError as error:
        candidate.code = ""
        candidate.verdict = _no_code(str(error))
    else:
        candidate.verdict = await _verdict(bench, candidate, problem, cases)
    candidate.attempts.append(attempt_of(candidate))


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


def reopen(
    candidate: Candidate,
    verdict: Verdict,
    cases: tuple[Case, ...],
    policy: Policy,
    *,
    signature: Signature | None = None,
) -> bool:
    """Send a candidate back with feedback, or to a fresh start; False when its budget is spent.

    `signature` is that of the problem; `verdict` is what it is told; where that overrules its own,
    its last attempt says so. Given code (`codegen.synthesis.given`) has no budget.
    """
    last = rejudged(candidate.attempts[-1], candidate.language, verdict)
    candidate.attempts[-1] = last
    if candidate.given:
        candidate.settle(State.LOST)
        return False
    arm = policy.choose(last.error_class or ErrorClass.WRONG_ANSWER, candidate.standing)
    if arm in (Arm.REPAIR, Arm.REASONED_REPAIR):
        known_from = {case.id: case.known_from or "consensus" for case in cases}
        prompt = repair_prompt(
            verdict,
            candidate.code,
            known_from=known_from,
            signature=signature,
            before=candidate.tried,
            reasoned=arm is Arm.REASONED_REPAIR,
        )
        _repair(candidate, verdict, prompt, arm)
        return True
    candidate.tried.append(tried(verdict))
    return restart(candidate, policy.budget)


def _repair(candidate: Candidate, verdict: Verdict, prompt: Prompt, arm: Arm) -> None:
    candidate.tried.append(tried(verdict))
    candidate.arm, candidate.asked, candidate.feedback = arm, prompt.sha256, prompt.text
    candidate.messages.append(Message("user", prompt.text))
    candidate.told |= {
        result.name for result in verdict.cases if result.outcome is Outcome.WRONG_ANSWER
    }
    candidate.repairs += 1
    candidate.reasoned |= arm is Arm.REASONED_REPAIR
    candidate.settle(State.OPEN)


def restart(candidate: Candidate, budget: Budget) -> bool:
    """Begin a fresh conversation; False, and the candidate is lost, when its budget is spent."""
    if candidate.start + 1 < budget.starts:
        candidate.start += 1
        candidate.arm = Arm.FRESH
        candidate.begin()
        return True
    candidate.settle(State.LOST)
    return False


def attempt_of(candidate: Candidate) -> Attempt:
    """Return what became of a candidate's last answer."""
    verdict = candidate.verdict
    assert verdict is not None
    return Attempt(
        language=candidate.language.name,
        candidate=candidate.number,
        kind="given" if candidate.given else "repair" if candidate.repairs else candidate.purpose,
        round=len(candidate.attempts),
        code=candidate.code,
        outcome=verdict.outcome,
        stage=verdict.stage,
        feedback=candidate.feedback,
        diagnostics=verdict.diagnostics,
        call=candidate.calls[-1] if candidate.calls else "",
        executions=verdict.executions,
        arm=candidate.arm,
        error_class=classify(candidate.language, verdict),
        usage=candidate.spent,
    )


def rejudged(attempt: Attempt, language: Language, verdict: Verdict) -> Attempt:
    """Return an attempt with what is known of it now."""
    error = classify(language, verdict)
    return replace(attempt, outcome=verdict.outcome, stage=verdict.stage, error_class=error)


def _no_code(reason: str) -> Verdict:
    diagnostic = Diagnostic("codegen", NO_CODE, Severity.ERROR, reason)
    return Verdict(Outcome.COMPILE_ERROR, Stage.PARSE, message=reason, diagnostics=(diagnostic,))


def with_seed(sampling: Sampling, seed: int) -> Sampling:
    """Return the same sampling parameters with another seed."""
    return replace(sampling, seed=seed)
