"""Whether a run of the builtin teacher accepted anything wrong: the teacher knows, so it is asked.

    codegen synthesize --target 300 --mistakes 0.3 --out runs/truth
    python -m benchmarks.truth runs/truth [--sandbox local]

For every accepted problem each expected value is compared with the truth, and every solution
is run again on fresh inputs whose answers are the truth. The pipeline itself never asks.
Prints the counts and what is wrong; exits with 1 if anything is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from codegen.model.builtin import BuiltinTeacher, Mistakes, truth
from codegen.model.contract import Message, Request, Sampling
from codegen.prompt import tests_prompt
from codegen.records import Case, Example, Problem, from_json
from codegen.sandbox.choose import open_sandbox
from codegen.synthesis.problems import parse_inputs
from codegen.types import parse
from codegen.verify.compare import matches
from codegen.verify.request import VerifyRequest
from codegen.verify.verifier import Verifier

FRESH = 24


@dataclass(frozen=True, slots=True)
class Findings:
    """How much was checked, and every complaint in words."""

    examples: int
    cases: int
    fresh_cases: int
    complaints: tuple[str, ...]


def examples_in(folder: Path) -> Iterator[Example]:
    """Yield the examples of a run."""
    with (folder / "examples.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield from_json(Example, json.loads(line))


async def fresh_cases(problem: Problem) -> tuple[Case, ...]:
    """Return inputs that the run did not see, with their true answers."""
    teacher = BuiltinTeacher(mistakes=Mistakes.none(), seed=987)
    message = Message("user", tests_prompt(problem, FRESH).text)
    (reply,) = await teacher.complete(Request("tests", (message,), Sampling(seed=654321)))
    inputs = parse_inputs(reply.text, problem)
    return tuple(
        replace(case, expected=truth(problem, case.arguments), known_from="reference")
        for case in inputs
    )


def wrong_cases(example: Example) -> list[str]:
    """Return the cases of an example whose expected value is not the truth."""
    kind = parse(example.problem.signature.returns)
    return [
        f"{example.problem.title}, {case.id}: expected {case.expected!r}"
        for case in example.cases
        if not matches(
            truth(example.problem, case.arguments), case.expected, kind, example.problem.comparator
        )
    ]


async def examine(folder: Path, verifier: Verifier) -> Findings:
    """Check all examples of a run."""
    complaints: list[str] = []
    examples, cases, requests = [], 0, []
    for example in examples_in(folder):
        complaints += wrong_cases(example)
        cases += len(example.cases)
        fresh = await fresh_cases(example.problem)
        examples.append((example.problem.title, example.language, len(fresh)))
        requests.append(
            VerifyRequest(
                example.language,
                example.code,
                cases=fresh,
                signature=example.problem.signature,
                comparator=example.problem.comparator,
                lint="off",
            )
        )
    verdicts = verifier.averify_many(requests)
    number = 0
    async for verdict in verdicts:
        title, language, _ = examples[number]
        number += 1
        if not verdict.passed:
            complaints.append(f"{title} in {language}: {verdict.outcome} {verdict.message}")
    fresh_count = sum(count for *_, count in examples)
    return Findings(len(examples), cases, fresh_count, tuple(complaints))


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sandbox", default="auto", choices=["auto", "docker", "local"])
    options = parser.parse_args()
    sandbox = await open_sandbox(options.sandbox, ("python", "rust", "go"), on_event=print)
    try:
        async with Verifier(sandbox) as verifier:
            found = await examine(options.folder, verifier)
    finally:
        await sandbox.close()
    print(
        f"{found.examples} examples: {found.cases} cases and {found.fresh_cases} fresh ones"
        f" checked, {len(found.complaints)} wrong"
    )
    for complaint in found.complaints:
        print(f"  {complaint}")
    return 1 if found.complaints else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
