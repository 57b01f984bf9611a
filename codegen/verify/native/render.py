"""Native tests out of typed cases, as a person would write them: `languages/<name>/tests.j2`.

A template gets `function`, `problem`, `language`, `parameters`, `returns`, `cases`, `comparator`,
and may ask what the file needs: `uses` (kinds of literals, see `codegen.verify.native.literals`),
`has` (types within the result), `nan` and `zero` (whether an expected value has one in it). What
`comparator` says is what it means for this result: `unordered` and `set` only where there is a list
to compare, `float` only where there is a float.

Not here: the tests of classes (`codegen.verify.native.objects`), what tests are worth
(`codegen.verify.native.gate`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from codegen.errors import UsageError
from codegen.language import Language
from codegen.records import Case, Comparator, Problem, Signature
from codegen.types import Type, mismatch, parse
from codegen.verify.native.layout import Style
from codegen.verify.native.literals import Writer
from codegen.verify.native.objects import render_objects
from codegen.verify.native.template import literals_of, template_of
from codegen.verify.native.titles import slug, titles

WIDTH = 100


@dataclass(frozen=True, slots=True)
class ShownParameter:
    """A parameter as the tests name it, and its type as the language spells it."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case in the language's literals; `value` is the expected value itself, for templates."""

    title: str
    name: str
    arguments: tuple[str, ...]
    expected: str
    value: Any


def render_tests(language: Language, problem: Problem, cases: Iterable[Case]) -> str:
    """Return the test file of a problem's cases; those without an expected value are left out.

    Raises:
        UsageError: no case has an expected value, one is not of the signature's types or cannot be
            written, the comparator is a checker, or the language says nothing about literals.
    """
    if problem.signature.methods:
        return render_objects(language, problem, cases)
    known = tuple(case for case in cases if case.known_from)
    _check(problem, known)
    writer = Writer(language, literals_of(language))
    shown = _shown(writer, problem.signature, known)
    returns = parse(problem.signature.returns)
    kinds = {one.name for one in _within(returns)}
    numbers = [n for case in known for n in _numbers(case.expected, returns)]
    text = template_of(language, "tests.j2").render(
        problem=problem,
        language=language,
        function=language.function_name(problem.signature),
        parameters=_parameters(writer, problem.signature),
        returns=language.spell(returns),
        kind=returns,
        cases=shown,
        comparator=_meant(problem.comparator, returns),
        uses=lambda *names: not writer.used.isdisjoint(names),
        has=lambda *names: not kinds.isdisjoint(names),
        nan=any(math.isnan(number) for number in numbers),
        zero=any(number == 0 for number in numbers),
        width=WIDTH,
        style=Style,
    )
    return text.strip("\n") + "\n"


def _check(problem: Problem, cases: tuple[Case, ...]) -> None:
    if problem.comparator is Comparator.CHECKER:
        raise UsageError("comparator: native tests cannot ask a checker")
    if not cases:
        raise UsageError("cases: none has an expected value that is known")
    kinds = [parse(one.type) for one in problem.signature.parameters]
    for case in cases:
        if len(case.arguments) != len(kinds):
            raise UsageError(f"case {case.id}: expected {len(kinds)} arguments")
        pairs = [*zip(case.arguments, kinds, strict=True)]
        pairs.append((case.expected, parse(problem.signature.returns)))
        wrong = next(filter(None, (mismatch(value, kind) for value, kind in pairs)), "")
        if wrong:
            raise UsageError(f"case {case.id}: {wrong}")


def _shown(writer: Writer, signature: Signature, cases: tuple[Case, ...]) -> tuple[ShownCase, ...]:
    kinds = [parse(one.type) for one in signature.parameters]
    return tuple(
        ShownCase(
            title,
            slug(title),
            tuple(
                writer.write(value, kind, "argument")
                for value, kind in zip(case.arguments, kinds, strict=True)
            ),
            writer.write(case.expected, parse(signature.returns)),
            case.expected,
        )
        for title, case in zip(titles(signature, cases), cases, strict=True)
    )


def _parameters(writer: Writer, signature: Signature) -> tuple[ShownParameter, ...]:
    language = writer.language
    taken = {*writer.literals.reserved, language.function_name(signature)}
    shown = []
    for parameter in signature.parameters:
        name = language.identifier(parameter.name)
        while name in taken:
            name += "_"
        taken.add(name)
        shown.append(ShownParameter(name, language.spell(parse(parameter.type))))
    return tuple(shown)


def _meant(comparator: Comparator, returns: Type) -> str:
    """Return the comparator that makes a difference for results of a type."""
    outer = returns.arguments[0] if returns.name == "optional" else returns
    if comparator in (Comparator.UNORDERED, Comparator.SET) and outer.name != "list":
        return "exact"
    if comparator is Comparator.FLOAT and all(one.name != "float" for one in _within(returns)):
        return "exact"
    return str(comparator)


def _within(kind: Type) -> Iterator[Type]:
    yield kind
    for argument in kind.arguments:
        yield from _within(argument)


def _numbers(value: Any, kind: Type) -> Iterator[float]:
    """Yield the numbers in a value; an integer beyond a float's precision is near enough."""
    if value is None or kind.name in ("bool", "str"):
        return
    if kind.name in ("int", "float"):
        yield float(value)
    elif kind.name == "optional":
        yield from _numbers(value, kind.arguments[0])
    elif kind.name == "list":
        for item in value:
            yield from _numbers(item, kind.arguments[0])
    else:
        rows = [value] if kind.name == "tuple" else value
        for row in rows:
            for item, inside in zip(row, kind.arguments, strict=True):
                yield from _numbers(item, inside)
