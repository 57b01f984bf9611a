"""What the builtin teacher knows: its families, what a text is about, and (for tests) the truth.

Not here: how an answer is put together (`codegen.model.builtin.teacher`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from random import Random

from codegen.errors import UsageError
from codegen.model.builtin import lines
from codegen.model.builtin.dialect import dialect
from codegen.model.builtin.family import Arguments, Family, Parameters
from codegen.records import Interface, Json, Problem

_MODULES = (
    "arrays",
    "averages",
    "calendars",
    "dynamic",
    "graphs",
    "maps",
    "matrices",
    "numbers",
    "ordering",
    "parsing",
    "simulation",
    "strings",
)
_CLASSES = ("objects", "services")
_WORD = re.compile(r"[a-z]{3,}")
_SMALL = 90  # characters of JSON that an example's arguments may take
_TRIES = 60


@cache
def all_families() -> tuple[Family, ...]:
    """Return every family of functions, by name; loaded at the first call: importing stays free."""
    return _loaded(_MODULES)


@cache
def class_families() -> tuple[Family, ...]:
    """Return every family whose solutions are classes, by name."""
    return _loaded(_CLASSES)


def _loaded(names: tuple[str, ...]) -> tuple[Family, ...]:
    modules = (import_module(f"codegen.model.builtin.catalogue.{name}") for name in names)
    return tuple(sorted((f for module in modules for f in module.FAMILIES), key=lambda f: f.name))


def _every() -> tuple[Family, ...]:
    return (*all_families(), *class_families())


def families() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (name, topics) of every family of functions."""
    return tuple((family.name, family.topics) for family in all_families())


def problem_count() -> int:
    """Return how many distinct problems about functions there are."""
    return sum(family.size for family in all_families())


def recognise(text: str) -> tuple[Family, dict[str, Json]] | None:
    """Return the family and the parameters of the statement inside a text, or None.

    A statement that lacks its last sentence is known as well.
    """
    for section in ("statement", "clipped"):
        for family in _every():
            parameters = family.recognise(text, section)
            if parameters is not None:
                return family, parameters
    return None


def lacking(text: str) -> tuple[Family, dict[str, Json], str] | None:
    """Return family, parameters and the sentence that a statement inside a text lacks, or None."""
    for family in _every():
        parameters = family.recognise(text, "clipped")
        if parameters is not None:
            return family, parameters, family.text("lacking", parameters)
    return None


def truth(problem: Problem, arguments: Sequence[Json]) -> Json:
    """Return the right answer in the encoding of `codegen.types`. For tests only.

    Raises:
        UsageError: the problem is not one of the teacher's own.
    """
    found = recognise(problem.statement)
    if found is None:
        raise UsageError(f"problem {problem.title!r}: not one of the builtin teacher's")
    family, parameters = found
    if problem.interface == "program":
        return printed(family, parameters, arguments[0])
    return family.reference(parameters, *arguments)


def printed(family: Family, parameters: Parameters, stdin: str) -> str:
    """Return what a family's program prints.

    Raises:
        ValueError: the input is none of its inputs.
    """
    signature = family.signature()
    answer = family.reference(parameters, *lines.arguments_of(signature, stdin))
    return lines.written([answer], [signature.returns])


def fitting(
    inspiration: str, languages: Sequence[str] = (), interface: Interface = "function"
) -> tuple[Family, ...]:
    """Return the families that fit a topic, skill or piece of code; all of them if none does.

    A family comes once for each word that it shares, so that drawing one prefers what fits best.
    Those that lack a solution with the interface in one of the languages do not count.
    """
    words = {_stem(word) for word in _WORD.findall(inspiration.lower())}
    known = _speaking(tuple(languages), interface)
    fit = tuple(family for family in known for _ in words & _keywords(family.name, family.topics))
    return fit or known


@cache
def _speaking(languages: tuple[str, ...], interface: Interface) -> tuple[Family, ...]:
    families = class_families() if interface == "class" else all_families()
    known = (family for family in families if family.speaks(languages))
    return tuple(
        (one for one in known if plays(one, languages)) if interface == "program" else known
    )


def plays(family: Family, languages: Iterable[str]) -> bool:
    """Return whether a family can be a whole program in each of the languages."""
    wholes = [dialect(name).program for name in languages]
    exact = family.comparator() == "exact"  # lines are compared, and a value may be in one of them
    return exact and all(one is not None and one.knows(family.signature()) for one in wholes)


@cache
def _keywords(name: str, topics: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(f"{name} {' '.join(topics)}"))


def _stem(word: str) -> str:
    """Cut the endings that keep `arrays` from `array` and `sorting` from `sort`."""
    for ending in ("ings", "ing", "ies", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) > 2:  # noqa: PLR2004 - a stem has three letters
            return word[: -len(ending)]
    return word


def draw_inputs(family: Family, parameters: Parameters, count: int, rng: Random) -> list[Arguments]:
    """Return up to `count` different inputs: the family's edges, then drawn ones."""
    found: dict[str, Arguments] = {}
    for edge in family.edges(parameters):
        found.setdefault(repr(edge), edge)
    for _ in range(max(count * 4, _TRIES)):
        if len(found) >= count:
            break
        drawn = family.inputs(rng, parameters)
        found.setdefault(repr(drawn), drawn)
    return list(found.values())[:count]


def weak_inputs(family: Family, parameters: Parameters, count: int, rng: Random) -> list[Arguments]:
    """Return a few small inputs without any of the edges, such as a careless author writes."""
    edges = family.edges(parameters)
    drawn = [family.inputs(rng, parameters) for _ in range(count)]
    ordinary = sorted((one for one in drawn if one not in edges), key=lambda one: len(repr(one)))
    return ordinary[: max(2, count // 4)] or drawn[:2]


def draw_examples(
    family: Family, parameters: Parameters, rng: Random
) -> list[tuple[Arguments, Json]]:
    """Return two to four small examples, with different answers where that can be had."""
    drawn = [family.inputs(rng, parameters) for _ in range(_TRIES // 2)]
    small = [item for item in drawn if len(repr(item)) <= _SMALL]
    found: dict[str, tuple[Arguments, Json]] = {}
    for arguments in [*family.edges(parameters)[:1], *small, *family.edges(parameters)[1:]]:
        answer = family.reference(parameters, *arguments)
        found.setdefault(repr(answer), (arguments, answer))
        if len(found) == 3:  # noqa: PLR2004 - examples that a reader can still take in
            break
    return _at_least_two(family, parameters, list(found.values()))


def _at_least_two(
    family: Family, parameters: Parameters, examples: list[tuple[Arguments, Json]]
) -> list[tuple[Arguments, Json]]:
    for arguments in family.edges(parameters):
        if len(examples) > 1:
            break
        if all(arguments != known for known, _ in examples):
            examples.append((arguments, family.reference(parameters, *arguments)))
    return examples
