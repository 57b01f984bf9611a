"""Runs the answers of one problem: by their given tests, for the truth, and over typed cases.

An input that ends a program (a crash, a time-out) leaves those after it unreached; the program is
run again over those, so that one bad input does not silence an answer on all others. After a
time-out these runs have less time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.consensus.adapters import Adapted, adapt
from benchmarks.consensus.inputs import inputs
from benchmarks.consensus.problems import function_name, problem_of
from benchmarks.consensus.ruling import Answer, merged, reached
from benchmarks.humaneval_rows import Row, programs
from codegen import language as languages
from codegen.errors import UsageError
from codegen.language import Language
from codegen.records import Case, Limits, Outcome, Problem, Stage, Verdict
from codegen.verify.request import VerifyRequest
from codegen.verify.verifier import Verifier

_LIMITS = Limits(cpu_s=5.0, wall_s=30.0)
_AGAIN = Limits(cpu_s=1.0, wall_s=30.0)
_MOST_RUNS = 6


@dataclass(frozen=True, slots=True)
class Task:
    """The rows of one problem, by language, with the name that the answer's function has."""

    name: str
    problem: Problem | None
    rows: Mapping[str, Row]
    functions: Mapping[str, str]


@dataclass(slots=True)
class Seen:
    """What came of one task. `uncovered` says why a row has no answer, by language."""

    task: Task
    cases: tuple[Case, ...]
    answers: list[Answer] = field(default_factory=list)
    uncovered: dict[str, str] = field(default_factory=dict)
    right: dict[str, bool] = field(default_factory=dict)


def tasks(folder: Path, wanted: Iterable[str]) -> list[Task]:
    """Return the problems of the files, in order; signature and examples from all files there.

    Raises:
        UsageError: a language that is wanted has no file.
    """
    prompts: dict[int, dict[str, str]] = {}
    answers: dict[int, dict[str, Row]] = {}
    for language in map(languages.get, languages.names()):
        path = _file(folder, language)
        if path is None and language.name in wanted:
            raise UsageError(f"{folder} has no answers in {language.title}")
        raw = [] if path is None else list(_rows(path))
        for number, row in raw:
            prompts.setdefault(number, {})[language.name] = row["prompt"]
        if path is not None and language.name in wanted:
            for (number, _), made in zip(raw, programs(language, path), strict=True):
                answers.setdefault(number, {})[language.name] = made
    return [_task(number, prompts[number], found) for number, found in sorted(answers.items())]


def _file(folder: Path, language: Language) -> Path | None:
    paths = (folder / f"humaneval-{alias}.jsonl" for alias in (language.name, *language.aliases))
    return next((path for path in paths if path.exists()), None)


def _task(number: int, prompts: Mapping[str, str], rows: Mapping[str, Row]) -> Task:
    name = f"HumanEval/{number}"
    functions = {language: function_name(prompts[language]) for language in rows}
    if "python" in prompts:
        functions["python"] = _last_function(prompts["python"])
    return Task(name, problem_of(name, prompts), rows, functions)


def _last_function(prompt: str) -> str:
    """Return the name that the last `def` of a prompt gives."""
    return prompt.rsplit("def ", 1)[1].split("(", 1)[0].strip()


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield int(row["name"].replace("/", "_").split("_")[1]), row


async def run(task: Task, verifier: Verifier, *, count: int, seed: int) -> Seen:
    """Run all rows of a task, all at once; the sandbox has its own bound."""
    known = task.problem.examples if task.problem else ()
    drawn = inputs(task.problem, count, seed=seed) if task.problem else ()
    seen = Seen(task, (*known, *drawn))
    rows = list(task.rows.values())
    found = await asyncio.gather(*(_run_row(task, row, seen.cases, verifier) for row in rows))
    for row, (truth, verdict) in zip(rows, found, strict=True):
        seen.right[row.language] = truth.passed
        if isinstance(verdict, str):
            seen.uncovered[row.language] = verdict
        else:
            seen.answers.append(Answer(row.language, verdict, truth.passed))
    return seen


async def _run_row(
    task: Task, row: Row, cases: Sequence[Case], verifier: Verifier
) -> tuple[Verdict, Verdict | str]:
    if not row.solution.strip():
        return _no_code(), _no_code()
    truth = await verifier.averify(row.language, row.solution, tests=row.tests, lint="off")
    problem = task.problem
    if problem is None:
        return truth, "no typed signature"
    adapted = adapt(row.language, row.solution, task.functions[row.language], problem.signature)
    if adapted is None:
        return truth, "no adapter for the signature"
    verdict = await _over_cases(row.language, adapted, problem, cases, verifier)
    if verdict.stage is Stage.COMPILE and truth.stage is not Stage.COMPILE:
        return truth, "adapted, it does not compile"
    return truth, verdict


async def _over_cases(
    language: str, adapted: Adapted, problem: Problem, cases: Sequence[Case], verifier: Verifier
) -> Verdict:
    verdicts: list[Verdict] = []
    left = list(cases)
    while left and len(verdicts) < _MOST_RUNS:
        timed_out = any(
            result.outcome is Outcome.TIME_LIMIT for one in verdicts for result in one.cases
        )
        request = VerifyRequest(
            language, adapted.code, cases=left, signature=adapted.signature,
            comparator=problem.comparator, lint="off", limits=_AGAIN if timed_out else _LIMITS,
        )  # fmt: skip
        verdicts.append(await verifier.averify_request(request))
        done = {result.name for result in verdicts[-1].cases if reached(result)}
        if not done:
            break
        left = [case for case in left if case.id not in done]
    return merged(verdicts, cases)


def _no_code() -> Verdict:
    return Verdict(Outcome.COMPILE_ERROR, Stage.PARSE, message="no code in the answer")
