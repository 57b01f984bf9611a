"""A benchmark's own tests as they are, run on a solution: for those that are more than calls.

Loops, helpers and random inputs cannot be read as calls, nor what an object is asked one after
another. In Python, which benchmarks of this kind are written in, the name that the tests call is
bound to the solution, what else the prompt defines is put before the tests, and the verifier runs
them attested, as any native tests.

Not here: questions whose tests are calls (`codegen.contamination.behaviour`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen import language as languages
from codegen.contamination.fit import asked_of
from codegen.contamination.objects import asked_of_class
from codegen.declaration import class_name
from codegen.errors import UsageError
from codegen.records import Outcome

if TYPE_CHECKING:
    from codegen.contamination.answers import Subject
    from codegen.contamination.behaviour import Runner
    from codegen.contamination.questions import Question
    from codegen.records import Signature

LANGUAGE = "python"
_CHECK = "check"  # HumanEval's tests are this function of the candidate


def askable(question: Question, subject: Subject) -> bool:
    """Whether a question's tests can be run on a solution, as far as its parameters say."""
    if question.language != LANGUAGE or not question.tests.strip():
        return False
    if all(language != LANGUAGE for language, _ in subject.solutions):
        return False
    if subject.signature.interface == "class":
        asked = asked_of_class(question)
        return asked is not None and asked.suits(subject.signature, languages.get(LANGUAGE))
    if question.whole or subject.signature.interface != "function":
        return False
    if question.calls:
        return any(True for _ in asked_of(question, subject.signature))
    return _arity(question) == len(subject.signature.parameters)


async def answers(question: Question, subject: Subject, runner: Runner) -> bool:
    """Whether a solution passes a question's tests; false where there is none in their language."""
    code = next((code for language, code in subject.ordered() if language == LANGUAGE), "")
    ours, name = _names(question, subject.signature)
    if not code or not name.isidentifier():
        return False
    bound = code if ours == name else f"{code}\n{name} = {ours}\n"
    try:
        verdict = await runner.verdict(LANGUAGE, bound, cases=None, tests=_tests(question, name))
    except UsageError:
        # the tests hold none that the verifier knows: nothing can be said
        return False
    return verdict.outcome is Outcome.PASSED


def _names(question: Question, signature: Signature) -> tuple[str, str]:
    """Return what a solution calls what is asked for, and what the tests call it."""
    if signature.interface == "class":
        asked = asked_of_class(question)
        return class_name(signature), asked.name if asked else ""
    return languages.get(LANGUAGE).function_name(signature), question.entry_point


def _tests(question: Question, name: str) -> str:
    helpers = "\n\n".join(_helpers(question, name))
    tests = question.tests.strip()
    called = f"{_CHECK}({name})"
    if f"def {_CHECK}(" in tests and called not in tests:
        tests = f"{tests}\n\n\n{called}"
    return "\n\n".join(part for part in (helpers, tests) if part) + "\n"


def _helpers(question: Question, name: str) -> Iterator[str]:
    """Yield what a prompt defines besides the function or class that it asks for."""
    for node in _parsed(question.text):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield ast.unparse(node)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name != name:
            yield ast.unparse(node)


def _arity(question: Question) -> int:
    """Return how many parameters the function has; -1 where nothing says so."""
    for text in (question.code, question.text, question.text + question.code):
        for node in _parsed(text):
            if isinstance(node, ast.FunctionDef) and node.name == question.entry_point:
                return len(node.args.args)
    return -1


def _parsed(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
