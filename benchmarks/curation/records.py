"""Records made by hand, and runs of them: no model and no sandbox is asked.

They have the form and about the size of a real run's. Not here: what they say
(`benchmarks.curation.generated`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from codegen.journal import Journal
from codegen.records import (
    Attempt,
    Case,
    ChatMessage,
    Example,
    ExampleKind,
    Generation,
    Json,
    Limits,
    Mutant,
    Outcome,
    Parameter,
    Problem,
    ProblemRecord,
    Seed,
    Signature,
    Stage,
    Strength,
    Usage,
    Verification,
    content_id,
    to_json,
)
from codegen.synthesis.problem_fields import problem_id

_AT_ONCE = 500
_FENCES = {"python": "python", "go": "go", "rust": "rust"}
SIGNATURE = Signature("solve", (Parameter("values", "list[int]"), Parameter("k", "int")), "int")
FINGERPRINT = {"languages": ["python", "go", "rust"], "model": "made"}
"""The configuration of every such run."""
SEED = Seed("taxonomy", "Setting: a library", topic="arrays", sha256="0" * 64)


@dataclass(frozen=True, slots=True)
class Made:
    """One example: its program, and its text where it is no solution."""

    kind: ExampleKind
    language: str
    code: str
    text: str = ""
    level: str = "L5"
    attempts: int = 1
    killed: int = 8


@dataclass(frozen=True, slots=True)
class MadeProblem:
    """One problem with its examples; `expected` are the values for the arguments ([n], n)."""

    statement: str
    examples: tuple[Made, ...]
    title: str = "A problem"
    expected: tuple[Json, ...] = (1, 2, 3)
    seed: Seed = SEED
    constraints: str = "At most 100 values."
    signature: Signature = SIGNATURE


def record(index: int, made: MadeProblem) -> ProblemRecord:
    """Return the record of a problem that was accepted with these examples."""
    cases = tuple(
        Case(f"input-{n}", ([n], n), value, "consensus") for n, value in enumerate(made.expected)
    )
    problem = Problem(
        "", made.title, made.statement, made.signature, cases[:1], constraints=made.constraints
    )
    problem = replace(problem, id=problem_id(problem))
    examples = tuple(_example(one, problem, made.seed, cases) for one in made.examples)
    return ProblemRecord(
        index, "accepted", "", made.seed, problem, cases, (), examples, Usage(3, 900, 400)
    )


def _example(made: Made, problem: Problem, seed: Seed, cases: tuple[Case, ...]) -> Example:
    attempt = Attempt(
        made.language, 0, "solution", 0, made.code, Outcome.PASSED, Stage.RUN, call="c" * 64
    )
    limits = Limits()
    survivors = (Mutant("boundary", 2, "<", "<="),) * (8 - made.killed)
    example = Example(
        id="",
        kind=made.kind,
        language=made.language,
        messages=_messages(made, problem),
        code=made.code,
        problem=problem,
        seed=seed,
        cases=cases,
        verification=Verification(
            *(made.level, Outcome.PASSED, "call", "local", made.language, limits, ("e" * 64,)),
            *(3, ("go", "python", "rust")),
        ),
        history=(attempt,) * made.attempts,
        generation=Generation("made", "1", 0.8, 0.95, 4096, {}, ("c" * 64,), Usage(3, 900, 400)),
        text=made.text,
        strength=Strength(
            *(made.language, 0.8, ("zero",)), made=8, killed=made.killed, survivors=survivors
        ),
    )
    return replace(example, id=content_id(example))


def _messages(made: Made, problem: Problem) -> tuple[ChatMessage, ...]:
    program = f"```{_FENCES[made.language]}\n{made.code}```"
    asked = f"Solve this problem in {made.language.title()}.\n\n{problem.statement}"
    if made.kind == "explanation":
        asked = f"Explain this program.\n\n{program}"
    return (
        ChatMessage("user", asked),
        ChatMessage("assistant", made.text or program, train=True),
    )


def write_run(folder: Path, records: Iterable[ProblemRecord]) -> Path:
    """Write a run's journal with these records, and return its folder."""
    write_forms(folder, ((one.index, to_json(one)) for one in records))
    return folder


def write_forms(folder: Path, forms: Iterable[tuple[int, Json]]) -> None:
    """Write a run's journal with records in their JSON form."""
    asyncio.run(_write(folder, iter(forms)))


async def _write(folder: Path, forms: Iterator[tuple[int, Json]]) -> None:
    with Journal.open(folder) as journal:
        journal.fingerprint(FINGERPRINT)
        while batch := list(islice(forms, _AT_ONCE)):
            written = (journal.record(index, "accepted", form) for index, form in batch)
            await asyncio.gather(*written)
