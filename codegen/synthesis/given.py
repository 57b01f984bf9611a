"""Code that was there before its problem, as a candidate that nobody asks.

It is executed and judged as an answer is, and votes as one independent solution: it was told no
value. What it fails in it fails for good, and costs the problem nothing: then it answers another
one, or its wrapper is wrong. Where it passes it is its language's solution.

Not here: the wrapper (`codegen.synthesis.reversal`), the votes (`codegen.synthesis.council`).
"""

from __future__ import annotations

from collections.abc import Iterable

from codegen.language import Language
from codegen.prompt import solution_prompt
from codegen.records import Case, Problem, Seed
from codegen.synthesis.bench import Bench
from codegen.synthesis.candidate import Candidate, attempt_of, recheck

GIVEN = 901
"""The number of the given code among the candidates of its language."""


def given_candidate(
    seed: Seed, program: str, problem: Problem, languages: Iterable[Language]
) -> Candidate | None:
    """Return a seed's code as a candidate, or None where it is in none of the languages."""
    for language in languages:
        if language.title == seed.language:
            prompt = solution_prompt(problem, language)
            return Candidate(language, GIVEN, prompt, given=True, code=program)
    return None


async def examine(
    bench: Bench, candidate: Candidate, problem: Problem, cases: tuple[Case, ...]
) -> None:
    """Run given code, as it is, and note that as its one attempt."""
    await recheck(bench, candidate, problem, cases)
    candidate.attempts.append(attempt_of(candidate))
