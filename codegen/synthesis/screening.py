"""What a problem must get past before a token is spent on solving it: its statement alone decides.

- `contaminated_problem`: it shares a run of thirteen words with a benchmark's text, or is almost
  the same text (T. Brown et al., "Language models are few-shot learners", 2020, appendix C).
- `seed_leaked`: it repeats a long piece of the code that it was inspired by, or is answered by.

Not here: problems like another one of the run (`codegen.synthesis.registry`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from codegen.contamination.overlap import Texts
from codegen.contamination.targets import Target, rows_of
from codegen.records import Problem, Seed
from codegen.similarity import ngrams, tokens
from codegen.synthesis.council import Rejection

RUN_OF_TOKENS = 12


@dataclass(frozen=True, slots=True)
class Screen:
    """What statements are looked through for; to be called with a seed and its problem."""

    benchmarks: Texts = field(default_factory=Texts)

    def __call__(self, seed: Seed, problem: Problem) -> None:
        """Let a problem pass.

        Raises:
            Rejection: with its reason.
        """
        found = self.benchmarks.find(problem.statement)
        if found is not None:
            detail = f"{problem.title}: {found.place} {found.detail}"
            raise Rejection("contaminated_problem", detail)
        piece = leaked(seed, problem)
        if piece:
            raise Rejection("seed_leaked", f"{problem.title}: the statement repeats {piece!r}")


def leaked(seed: Seed, problem: Problem) -> str:
    """Return a long piece of a seed's code that stands in the statement; empty for none."""
    if seed.kind not in ("code", "reverse"):
        return ""
    snippet = set(ngrams(tokens(seed.text), RUN_OF_TOKENS))
    return next((x for x in ngrams(tokens(problem.statement), RUN_OF_TOKENS) if x in snippet), "")


def load_benchmarks(paths: Iterable[Path]) -> Texts:
    """Read the statements of files.

    Raises:
        UsageError: a file cannot be read, or a row has no statement; names file and line.
    """
    made = Texts()
    for path in paths:
        for row in rows_of(Target(path)):
            made.add(row.text(), row.place)
    return made
