"""One candidate taken to its end alone, where there are no others to compare it with."""

from __future__ import annotations

from codegen.records import Case, Problem, Verdict
from codegen.synthesis.bench import Bench
from codegen.synthesis.candidate import Candidate, State, ask, reopen, verify


async def persevere(
    bench: Bench, candidate: Candidate, index: int, problem: Problem, cases: tuple[Case, ...]
) -> Verdict | None:
    """Ask, verify and send back until the candidate passes or its budget is spent.

    Returns the last verdict. Every answer is in `candidate.attempts`.

    Raises:
        ModelRefusal: the model will not take the conversation.
    """
    candidate.begin()
    while candidate.state is State.OPEN:
        text = await ask(bench, candidate, index)
        await verify(bench, candidate, text, problem, cases)
        bench.progress.attempt(candidate.attempts[-1])
        verdict = candidate.verdict
        if verdict is not None and verdict.passed:
            candidate.settle(State.CLEAN)
        elif verdict is not None:
            reopen(candidate, verdict, cases, bench.policy, signature=problem.signature)
    return candidate.verdict
