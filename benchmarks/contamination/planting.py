"""A benchmark's questions made into problems of a dataset, in disguises.

    statement     the question's words, with a program that has nothing to do with it
    renamed       its reference solution under other names, below a statement of other words
    paraphrase    a model's answer to it, below a statement of other words
    reordered     the same, with the parameters in the opposite order
    translation   a model's answer in another language than the benchmark's

Only answers that are right are planted: they pass the question's own tests, and give what the
statement's examples say when they are called by the verifier.
"""

from __future__ import annotations

import ast
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.consensus.adapters import Adapted, adapt
from benchmarks.consensus.running import Task
from benchmarks.humaneval_rows import Row
from codegen.records import Case, Example, Problem, ProblemRecord, Signature, content_id
from codegen.verify.verifier import Verifier

DISGUISES = ("statement", "renamed", "paraphrase", "reordered", "translation")
UNLIKE = "Give what the old book of riddles gives at its page {number}, whatever it is handed."


@dataclass(frozen=True, slots=True)
class Plant:
    """A problem that a benchmark's question was made into."""

    disguise: str
    name: str
    record: ProblemRecord


async def plants(
    task: Task, prompt: str, reference: str, honest: Sequence[Example], verifier: Verifier
) -> AsyncIterator[Plant]:
    """Yield what one question can be made into. `honest` are examples that lend their form."""
    if task.problem is None or not task.problem.examples:
        return
    number = int(task.name.partition("/")[2])
    lent = honest[number % len(honest)]
    base = replace(task.problem, statement=UNLIKE.format(number=number), title=f"Riddle {number}")
    told = replace(lent.problem, statement=prompt, id=content_id([task.name, "statement"]))
    yield Plant("statement", task.name, _record(told, lent.cases, [lent], lent))
    for language, row in sorted(task.rows.items()):
        adapted = await _right(task, row, verifier)
        if adapted is None:
            continue
        if language == "python":
            renamed = _renamed(reference)
            if renamed:
                made = _planted(base, "renamed", replace_name(renamed, adapted.signature), lent)
                yield Plant("renamed", task.name, made)
            yield Plant("paraphrase", task.name, _planted(base, "paraphrase", adapted, lent))
            swapped = _reordered(adapted)
            if swapped is not None:
                yield Plant("reordered", task.name, _planted(base, "reordered", swapped, lent))
        else:
            made = _planted(base, language, adapted, lent, language=language)
            yield Plant(f"translation, {language}", task.name, made)


async def _right(task: Task, row: Row, verifier: Verifier) -> Adapted | None:
    """Return an answer as the verifier calls it; None where it is wrong or cannot be called."""
    if task.problem is None or not row.solution.strip():
        return None
    truth = await verifier.averify(row.language, row.solution, tests=row.tests, lint="off")
    adapted = adapt(
        row.language, row.solution, task.functions[row.language], task.problem.signature
    )
    if not truth.passed or adapted is None:
        return None
    verdict = await verifier.averify(
        row.language,
        adapted.code,
        cases=task.problem.examples,
        signature=adapted.signature,
        comparator=task.problem.comparator,
        lint="off",
    )
    return adapted if verdict.passed else None


def _planted(
    problem: Problem, what: str, adapted: Adapted, lent: Example, *, language: str = "python"
) -> ProblemRecord:
    order = -1 if what == "reordered" else 1
    cases = tuple(replace(one, arguments=one.arguments[::order]) for one in problem.examples)
    made = replace(
        problem,
        id=content_id([problem.title, what]),
        signature=adapted.signature,
        examples=cases,
    )
    example = replace(lent, kind="solution", language=language, code=adapted.code)
    return _record(made, cases, [example], lent)


def _record(
    problem: Problem, cases: tuple[Case, ...], examples: Sequence[Example], lent: Example
) -> ProblemRecord:
    made = tuple(
        replace(one, id=content_id([problem.id, n]), problem=problem, cases=cases)
        for n, one in enumerate(examples)
    )
    usage = lent.generation.usage
    return ProblemRecord(0, "accepted", "", lent.seed, problem, cases, (), made, usage)


def replace_name(code: str, signature: Signature) -> Adapted:
    """Return a program with the signature's name; `_renamed` calls the function `asked`."""
    return Adapted(code, replace(signature, name="asked"))


def _renamed(reference: str) -> str:
    """Return a whole reference with every name that it introduces changed; empty if it has none."""
    try:
        tree = ast.parse(reference)
    except SyntaxError:
        return ""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if len(functions) != 1:
        return ""
    function = functions[0]
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names |= {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    code = ast.unparse(tree)
    numbered = {name: f"part_{n}" for n, name in enumerate(sorted(names))}
    numbered[function.name] = "asked"
    pattern = rf"(?<![\w.'\"])({'|'.join(map(re.escape, numbered))})\b(?!['\"])"
    return re.sub(pattern, lambda found: numbered[found[1]], code)


def _reordered(adapted: Adapted) -> Adapted | None:
    parameters = adapted.signature.parameters
    if len(parameters) not in (2, 3):
        return None
    names = [f"a{n}" for n in range(len(parameters))]
    wrapper = (
        f"\n\ndef opposite({', '.join(names[::-1])}):\n"
        f"    return {adapted.signature.name}({', '.join(names)})\n"
    )
    signature = replace(adapted.signature, name="opposite", parameters=parameters[::-1])
    return Adapted(adapted.code.rstrip() + wrapper, signature)
