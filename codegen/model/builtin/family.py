"""A family of problems: a text with placeholders, its inverse, and solutions with wrong variants.

The prose of a family is data (`catalogue/<name>.txt`): sections that start with `=== name`, and
placeholders `$name` or `${name}`. The statement, compiled to a regular expression, gives family and
parameters back, so nothing has to be remembered between calls. Its programs are data of the
languages (`codegen.model.builtin.program`).

Not here: mistakes that any program can have (`codegen.model.builtin.edits`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from math import prod
from random import Random

from codegen.language import get
from codegen.model.builtin import program
from codegen.records import Json, Parameter, Signature

Parameters = Mapping[str, Json]  # each an int or a word out of its domain
Arguments = list[Json]

_PLACEHOLDER = re.compile(r"\$(?:\{([a-z_]+)\}|([a-z_]+))")
_NEXT_PARAMETER = re.compile(r", (?=\w+: )")


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """What Python must know of a family; the rest stands in its text file.

    `domains` gives each parameter's values. `reference` takes parameters and JSON arguments.
    `inputs` draws one list of arguments, `edges` lists those that every test set should hold,
    the small and telling ones first. `derive` adds placeholders that follow from the parameters,
    whatever the language.
    `invalid` gives arguments that break the constraints.
    """

    name: str
    topics: tuple[str, ...]
    domains: Mapping[str, Sequence[Json]]
    reference: Callable[..., Json]
    inputs: Callable[[Random, Parameters], Arguments]
    edges: Callable[[Parameters], list[Arguments]]
    derive: Callable[[Parameters], Mapping[str, Json]] | None = None
    invalid: Callable[[Random, Parameters], Arguments] | None = None

    @property
    def size(self) -> int:
        """How many distinct problems the family holds."""
        return prod(len(values) for values in self.domains.values())

    def draw(self, rng: Random) -> dict[str, Json]:
        """Draw parameters."""
        return {name: rng.choice(values) for name, values in self.domains.items()}

    def text(self, section: str, parameters: Parameters) -> str:
        """Return a section of prose with the parameters filled in; empty if the file has none."""
        return program.fill(sections(self.name).get(section, ""), self._values(parameters))

    def signature(self) -> Signature:
        """Return the typed signature."""
        return _signature(sections(self.name)["signature"])

    def entry(self) -> Signature:
        """Return where general mistakes are made: the function, or the first returning method."""
        signature = self.signature()
        return next((one for one in signature.methods if one.returns), signature)

    def comparator(self) -> str:
        """Return how answers compare: `exact` where the file does not say."""
        return sections(self.name).get("comparator", "exact")

    def recognise(self, text: str, section: str = "statement") -> dict[str, Json] | None:
        """Return the parameters of the statement inside `text`; None if it is of no such family.

        The section `clipped` is the statement without its last sentence, where it can lack that.
        """
        if section not in sections(self.name):
            return None
        anchor, pattern = _inverse(self, section)
        match = pattern.search(text) if anchor in text else None
        if match is None:
            return None
        found = {name: self._read(name, match[name]) for name in self.domains}
        if None in found.values() or self.text(section, found) != match[0]:
            return None
        return found

    def programs(self, language: str, parameters: Parameters, declaration: str) -> dict[str, str]:
        """Return programs by label: the right one under the empty label, then the wrong ones."""
        function = get(language).function_name(self.signature())
        values = {**self._values(parameters), "declaration": declaration, "function": function}
        return program.template(self.name, language).filled(values)

    def speaks(self, languages: Iterable[str]) -> bool:
        """Return whether there is a program in each of the languages."""
        return all(program.exists(self.name, language) for language in languages)

    def _values(self, parameters: Parameters) -> dict[str, Json]:
        return {**parameters, **(self.derive(parameters) if self.derive else {})}

    def _read(self, name: str, text: str) -> Json:
        return next((value for value in self.domains[name] if str(value) == text), None)


@cache
def sections(name: str) -> dict[str, str]:
    """Return the sections of a family's text file, paragraphs unwrapped."""
    file = resources.files("codegen.model.builtin.catalogue") / f"{name}.txt"
    found = program.split(file.read_text(encoding="utf-8"))
    made = {key: _unwrap(text) for key, text in found.items()}
    clipped, _, rest = made["statement"].rpartition(". ")
    if clipped and _named(clipped) == _named(made["statement"]):
        made |= {"clipped": f"{clipped}.", "lacking": rest}
    return made


def _named(text: str) -> set[str]:
    return {one or other for one, other in _PLACEHOLDER.findall(text)}


def _unwrap(text: str) -> str:
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text.strip())


@cache
def _signature(text: str) -> Signature:
    made, _, methods = text.partition(" with ")
    signature = _call(made)
    return replace(signature, methods=tuple(map(_call, methods.split("; "))) if methods else ())


def _call(text: str) -> Signature:
    match = re.fullmatch(r"(\w+)\((.*)\)(?: -> (.+))?", text)
    assert match, text
    pairs = (part.split(": ", 1) for part in _NEXT_PARAMETER.split(match[2]) if part)
    parameters = tuple(Parameter(name, kind) for name, kind in pairs)
    return Signature(match[1], parameters, match[3] or "")


@cache
def _inverse(family: Family, section: str) -> tuple[str, re.Pattern[str]]:
    return _inverted(
        family.name, section, tuple((n, _any_of(v)) for n, v in family.domains.items())
    )


def _any_of(domain: Sequence[Json]) -> str:
    if isinstance(domain[0], int):
        return r"-?\d+"
    return "|".join(re.escape(word) for word in sorted(domain, key=len, reverse=True))


@cache
def _inverted(
    name: str, section: str, values: tuple[tuple[str, str], ...]
) -> tuple[str, re.Pattern[str]]:
    """Return the longest fixed piece of the statement (a quick test) and its regular expression."""
    parts = [part for part in _PLACEHOLDER.split(sections(name)[section]) if part is not None]
    unseen = dict(values)
    pattern = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pattern += re.escape(part)
        elif part in unseen:
            pattern += f"(?P<{part}>{unseen.pop(part)})"
        else:
            pattern += f"(?P={part})" if part in dict(values) else ".*?"
    assert not unseen, f"{name}: the statement does not mention {sorted(unseen)}"
    return max(parts[::2], key=len), re.compile(pattern + "(?!.)")
