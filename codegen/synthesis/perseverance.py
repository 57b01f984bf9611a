"""One candidate taken to its end alone, where there are no others to compare it with."""

from __future__ import annotations

from codegen.records import Case, Problem, Verdict
from codegen.synthesis.bench import Bench
from codegen.synthesis.candidate import Candidate, State, ask, attempt_of, reopen, verify
from codegen.synthesis.nearby import answered_too


async def persevere(
    bench: Bench,
    candidate: Candidate,
    index: int,
    problem: Problem,
    cases: tuple[Case, ...],
    nearby: tuple[Case, ...],
) -> Verdict | None:
    """Ask, verify and send back until the candidate passes or its budget is spent.

    It has to answer the inputs `nearby` as well. Returns the last verdict. Every answer is in
    `candidate.attempts`.

    Raises:
        ModelRefusal: the model will not take the conversation.
    """
    candidate.begin()
    while candidate.state is State.OPEN:
        text = await ask(bench, candidate, index)
        await verify(bench, candidate, text, problem, cases)
        if nearby:
            await _look_nearby(bench, candidate, problem, nearby)
        bench.progress.attempt(candidate.attempts[-1])
        verdict = candidate.verdict
        if verdict is not None and verdict.passed:
            candidate.settle(State.CLEAN)
        elif verdict is not None:
            reopen(candidate, verdict, (*cases, *nearby), bench.policy, signature=problem.signature)
    return candidate.verdict


async def _look_nearby(
    bench: Bench, candidate: Candidate, problem: Problem, nearby: tuple[Case, ...]
) -> None:
    """Judge what has passed on inputs nearby too, and note the attempt as it is now."""
    verdict = candidate.verdict
    if verdict is None or not verdict.passed:
        return
    language, code = candidate.language, candidate.code
    candidate.verdict = await answered_too(bench, language, code, problem, nearby, verdict)
    candidate.attempts.pop()
    candidate.attempts.append(attempt_of(candidate))
