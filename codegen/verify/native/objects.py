"""Native tests of a class out of its cases: `languages/<name>/objects.j2`.

Each case becomes a test as a person would write it: make an object, ask it, and assert what each
operation returns, in order. A template gets `kind` (the class's name), `object` (what a test calls
its object), `cases` (with `name`, `title`, `made` and `steps`), and may ask what the file needs as
in `codegen.verify.native.render`.

Not here: results that do not compare exactly, such as floats and lists without an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from codegen.declaration import class_name, method_name
from codegen.errors import UsageError
from codegen.language import Language
from codegen.operations import result_type, returned, unfit
from codegen.records import Case, Comparator, Problem, Signature
from codegen.types import Type, mismatch, parse
from codegen.verify.native.layout import Style
from codegen.verify.native.literals import Writer
from codegen.verify.native.template import literals_of, template_of
from codegen.verify.native.titles import slug, titles

TEMPLATE = "objects.j2"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: the method, its arguments, and what it returns as a literal and as it is.

    `type` is the name of the result's type; `nothing` where there is none.
    """

    method: str
    arguments: str
    expected: str
    type: str
    value: Any


@dataclass(frozen=True, slots=True)
class ShownObject:
    """A case in the language's literals: the constructor's arguments and the operations."""

    title: str
    name: str
    made: str
    steps: tuple[Step, ...]


def renders(language: Language, problem: Problem) -> bool:
    """Return whether tests of a class can be made in a language."""
    if language.literals is None or not (language.folder / TEMPLATE).is_file():
        return False
    kinds = [kind for one in problem.signature.methods for kind in _within(returned(one))]
    loose = problem.comparator in (Comparator.UNORDERED, Comparator.SET)
    inexact = any(one.name == "float" or (loose and one.name == "list") for one in kinds)
    return problem.comparator is not Comparator.CHECKER and not inexact


def render_objects(language: Language, problem: Problem, cases: Iterable[Case]) -> str:
    """Return the test file of a class's cases; those without expected results are left out.

    Raises:
        UsageError: no case has expected results, one does not fit the class, or the language has no
            such tests for it.
    """
    signature = problem.signature
    known = tuple(case for case in cases if case.known_from)
    if not renders(language, problem):
        raise UsageError(f"{language.title}: no native tests can be made of this class's cases")
    _check(signature, known)
    writer = Writer(language, literals_of(language))
    shown = _shown(writer, signature, known)
    kinds = {one.name for method in signature.methods for one in _within(returned(method))}
    text = template_of(language, TEMPLATE).render(
        language=language,
        kind=class_name(signature),
        object=_object(writer, signature),
        cases=shown,
        uses=lambda *names: not writer.used.isdisjoint(names),
        has=lambda *names: not kinds.isdisjoint(names),
        style=Style,
    )
    return text.strip("\n") + "\n"


def _check(signature: Signature, cases: tuple[Case, ...]) -> None:
    if not cases:
        raise UsageError("cases: none has an expected value that is known")
    for case in cases:
        wrong = unfit(case.arguments, signature, "arguments") or mismatch(
            case.expected, result_type(signature, case.arguments), "expected"
        )
        if wrong:
            raise UsageError(f"case {case.id}: {wrong}")


def _shown(
    writer: Writer, signature: Signature, cases: tuple[Case, ...]
) -> tuple[ShownObject, ...]:
    methods = {one.name: one for one in signature.methods}
    found = []
    for title, case in zip(titles(signature, cases), cases, strict=True):
        *made, operations = case.arguments
        steps = tuple(
            _step(writer, methods[name], arguments, result)
            for (name, arguments), result in zip(operations, case.expected, strict=True)
        )
        found.append(ShownObject(title, slug(title), _written(writer, signature, made), steps))
    return tuple(found)


def _step(writer: Writer, method: Signature, arguments: list[Any], result: Any) -> Step:
    kind = returned(method)
    return Step(
        method_name(writer.language, method),
        _written(writer, method, arguments),
        writer.write(result, kind) if method.returns else "",
        kind.name,
        result,
    )


def _written(writer: Writer, taker: Signature, values: list[Any]) -> str:
    pairs = zip(values, taker.parameters, strict=True)
    return ", ".join(writer.write(value, parse(one.type), "argument") for value, one in pairs)


def _object(writer: Writer, signature: Signature) -> str:
    """Return the last word of the class's name, where nothing else in the file has that name."""
    language = writer.language
    name = language.identifier(signature.name.rpartition("_")[2])
    return name + "_" if name in writer.literals.reserved else name


def _within(kind: Type) -> Iterator[Type]:
    yield kind
    for argument in kind.arguments:
        yield from _within(argument)
