"""Inputs near known ones: each changes one argument of a known case in one small way.

The least values of each type come first, an empty list or zero: nothing is overlooked as often.
Of a class the operations are one more argument: one is left out, repeated, put elsewhere or taken
from another case, or an argument of one is changed.

They are not known to be valid, and have no expected value.

Not here: which of them count (`codegen.verify.strength`, `codegen.synthesis.nearby`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

from codegen.operations import unfit
from codegen.records import Case, Json, Signature, canonical
from codegen.types import Type, parse
from codegen.verify.perturb_text import near_text

_TRIES = 20
_LARGEST = 64_000  # characters of JSON
_LETTERS = "ab z0-,"
_OPERATIONS = Type("operations")
_LEAST: dict[str, Json] = {"bool": False, "int": 0, "float": 0.0, "str": "", "optional": None}


def perturbed(
    cases: Iterable[Case], signature: Signature, *, count: int, seed: int = 0
) -> tuple[Case, ...]:
    """Return at most `count` cases without an expected value, each once and none that is known.

    The same arguments give the same cases.
    """
    known = tuple(cases)
    kinds = [parse(parameter.type) for parameter in signature.parameters]
    if signature.methods:
        kinds.append(_OPERATIONS)
    if not known or not kinds:
        return ()
    draw = _Draw(Random(seed), known, kinds, _methods(signature))  # noqa: S311 - no secret
    seen = {canonical(case.arguments) for case in known}
    found: list[Case] = []
    for arguments in draw.drawn(count * _TRIES, text=signature.interface == "program"):
        if len(found) == count:
            break
        key = canonical(arguments)
        fits = len(key) <= _LARGEST and not unfit(arguments, signature, "")
        if key not in seen and fits:
            seen.add(key)
            found.append(Case(f"near-{len(found) + 1}", arguments))
    return tuple(found)


def known_as(case: Case, value: Json) -> Case:
    """Return a case with the value that a reference gave."""
    return replace(case, expected=value, known_from="reference")


def _methods(signature: Signature) -> dict[str, list[Type]]:
    return {one.name: [parse(p.type) for p in one.parameters] for one in signature.methods}


class _Draw:
    """Draws changes of values, type by type."""

    def __init__(
        self,
        rng: Random,
        known: tuple[Case, ...],
        kinds: list[Type],
        methods: dict[str, list[Type]],
    ) -> None:
        self._rng = rng
        self._known = known
        self._kinds = kinds
        self._methods = methods

    def drawn(self, tries: int, *, text: bool) -> Iterator[tuple[Json, ...]]:
        """Yield arguments near those of the cases in turn, after the least ones."""
        if not text:
            yield from self._least()
        near = self.text if text else self.arguments
        for number in range(tries):
            yield near(self._known[number % len(self._known)])

    def _least(self) -> Iterator[tuple[Json, ...]]:
        """Yield the first case's arguments with one made the least of its type, then with all."""
        first = self._known[0].arguments
        least = [
            value if kind == _OPERATIONS else _least_of(kind)
            for value, kind in zip(first, self._kinds, strict=True)
        ]
        for index, value in enumerate(least):
            yield (*first[:index], value, *first[index + 1 :])
        yield tuple(least)

    def arguments(self, case: Case) -> tuple[Json, ...]:
        """Return the arguments of a case with one of them changed."""
        changed = list(case.arguments)
        index = self._rng.randrange(len(changed))
        if self._methods and self._rng.random() < 0.8:  # noqa: PLR2004 - what is asked tells most
            index = len(changed) - 1
        if self._rng.random() < 0.2:  # noqa: PLR2004 - one in five is another case's argument
            changed[index] = self._rng.choice(self._known).arguments[index]
        else:
            changed[index] = self._near(_copied(changed[index]), self._kinds[index])
        return tuple(changed)

    def text(self, case: Case) -> tuple[Json, ...]:
        """Return the input of a program with one small change."""
        (stdin,) = case.arguments
        return (near_text(self._rng, stdin, [one.arguments[0] for one in self._known]),)

    def _near(self, value: Json, kind: Type) -> Json:
        match kind.name:
            case "bool":
                near: Json = not value
            case "int":
                near = self._rng.choice((value + 1, value - 1, -value, value * 2, value // 2, 0, 1))
            case "float":
                near = self._near_float(value)
            case "str":
                near = self._near_text(value)
            case "tuple":
                near = self._near_tuple(value, kind)
            case "optional":
                near = self._near_optional(value, kind)
            case "operations":
                near = self._near_operations(value)
            case "map":
                near = self._near_items(value, Type("tuple", kind.arguments))
            case _:
                near = self._near_items(value, kind.arguments[0])
        return near

    def _near_tuple(self, value: list[Json], kind: Type) -> list[Json]:
        index = self._rng.randrange(len(value))
        value[index] = self._near(value[index], kind.arguments[index])
        return value

    def _near_optional(self, value: Json, kind: Type) -> Json:
        if value is None:
            return self._some(kind)
        return None if self._rng.random() < 0.5 else self._near(value, kind.arguments[0])  # noqa: PLR2004 - even odds

    def _near_float(self, value: Json) -> Json:
        if not isinstance(value, (int, float)):
            return 0.0
        near = self._rng.choice((value + 1, value - 1, -value, value / 2, value + 0.25, 0.0))
        return near if math.isfinite(near) else 0.0

    def _near_text(self, value: str) -> str:
        at = self._rng.randrange(len(value) + 1)
        letter = self._rng.choice(value) if value else self._rng.choice(_LETTERS)
        return self._rng.choice(
            (
                value[:at] + value[at + 1 :],
                value[:at] + letter + value[at:],
                value[:at] + letter + value[at + 1 :],
                value[:at] + self._rng.choice(_LETTERS) + value[at:],
                value[at:] + value[:at],
            )
        )

    def _near_items(self, value: list[Json], kind: Type) -> list[Json]:
        if not value:
            return value
        index = self._rng.randrange(len(value))
        other = self._rng.randrange(len(value))
        match self._rng.randrange(5):
            case 0:
                del value[index]
            case 1:
                value.insert(other, _copied(value[index]))
            case 2:
                value[index], value[other] = value[other], value[index]
            case _:
                value[index] = self._near(value[index], kind)
        return value

    def _near_operations(self, operations: list[Json]) -> list[Json]:
        index = self._rng.randrange(len(operations))
        where = self._rng.randrange(len(operations) + 1)
        match self._rng.randrange(5):
            case 0:
                del operations[index]
            case 1:
                operations.insert(where, _copied(operations[index]))
            case 2:
                other = self._rng.choice(self._known).arguments[-1]
                operations.insert(where, _copied(self._rng.choice(other)))
            case 3:
                operations.insert(where, operations.pop(index))
            case _:
                self._ask_otherwise(self._rng.choice(operations))
        return operations

    def _ask_otherwise(self, operation: list[Json]) -> None:
        name, arguments = operation
        if arguments:
            index = self._rng.randrange(len(arguments))
            arguments[index] = self._near(arguments[index], self._methods[name][index])

    def _some(self, kind: Type) -> Json:
        """Return a value that some argument of the same type has; nothing where there is none."""
        same = [
            case.arguments[index]
            for case in self._known
            for index, one in enumerate(self._kinds)
            if one == kind and case.arguments[index] is not None
        ]
        return _copied(self._rng.choice(same)) if same else None


def _copied(value: Json) -> Json:
    """Return a copy that shares no list; `copy.deepcopy` takes ten times as long."""
    return [_copied(one) for one in value] if isinstance(value, list) else value


def _least_of(kind: Type) -> Json:
    if kind.name == "tuple":
        return [_least_of(one) for one in kind.arguments]
    return _LEAST.get(kind.name, [])
