"""Inputs for a typed function, drawn from its signature and its examples' values alone.

Boundary values, examples with something changed, and small random values, in turn. The examples
also tell what is likely to be valid: the range of numbers, the characters and words of strings.
The same problem and seed give the same inputs.

Not here: whether an input keeps to what the statement demands. Nobody knows; see `ruling`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from codegen.records import Case, Json, Problem
from codegen.synthesis.validation import valid_inputs
from codegen.types import Type, parse

_LETTERS = "abcXYZ 12"
_TRIES = 12  # drawn for each input that is wanted; many are repeated


@dataclass(slots=True)
class Seen:
    """What the examples show of one parameter."""

    numbers: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    whole: list[Json] = field(default_factory=list)

    def add(self, value: Json) -> None:
        """Take in a value and all that it holds."""
        if isinstance(value, str):
            self.texts.append(value)
        elif isinstance(value, list):
            for one in value:
                self.add(one)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            self.numbers.append(value)


def inputs(problem: Problem, count: int, *, seed: int = 0) -> tuple[Case, ...]:
    """Return up to so many inputs without an expected value, none twice and none an example."""
    random = Random(f"{seed}:{problem.id}")
    drawn = list(islice(_drawn(problem, random), count * _TRIES))
    return valid_inputs(drawn, problem.signature, problem.examples).cases[:count]


def _drawn(problem: Problem, random: Random) -> Iterator[list[Json]]:
    kinds = [parse(one.type) for one in problem.signature.parameters]
    seen = [Seen() for _ in kinds]
    for example in problem.examples:
        for one, value in zip(seen, example.arguments, strict=True):
            one.add(value)
            one.whole.append(value)
    yield [_least(kind, one) for kind, one in zip(kinds, seen, strict=True)]
    for number in range(len(kinds)):
        arguments = _some(kinds, seen, random)
        arguments[number] = _least(kinds[number], seen[number])
        yield arguments
    while True:
        yield [_random(kind, one, random) for kind, one in zip(kinds, seen, strict=True)]
        arguments = _some(kinds, seen, random)
        number = random.randrange(len(kinds))
        arguments[number] = _changed(arguments[number], kinds[number], seen[number], random)
        yield arguments


def _some(kinds: list[Type], seen: list[Seen], random: Random) -> list[Json]:
    """Return the arguments of one example, or random ones where there is none."""
    if not seen[0].whole:
        return [_random(kind, one, random) for kind, one in zip(kinds, seen, strict=True)]
    number = random.randrange(len(seen[0].whole))
    return [one.whole[number] for one in seen]


def _least(kind: Type, seen: Seen) -> Json:
    """Return the smallest value of a type, as the examples let one expect it."""
    if kind.name == "tuple":
        return [_least(one, seen) for one in kind.arguments]
    if kind.name in ("int", "float"):
        low = min(seen.numbers, default=1)
        return int(low) if low > 1 else 0
    return {"bool": False, "str": "", "optional": None}.get(kind.name, [])


def _random(kind: Type, seen: Seen, random: Random) -> Json:
    if kind.name in ("list", "map"):
        return _many(kind, seen, random)
    if kind.name in ("int", "float"):
        return _number(kind.name, seen, random)
    if kind.name == "optional":
        return None if random.random() < 0.2 else _random(kind.arguments[0], seen, random)
    if kind.name == "tuple":
        return [_random(one, seen, random) for one in kind.arguments]
    return random.random() < 0.5 if kind.name == "bool" else _text(seen, random)


def _many(kind: Type, seen: Seen, random: Random) -> Json:
    size = random.choice((1, 1, 2, 3, 4, 5, 6, 8))
    if kind.name == "list":
        return [_random(kind.arguments[0], seen, random) for _ in range(size)]
    key, item = kind.arguments
    keys = {_random(key, seen, random) for _ in range(size)}
    return [[one, _random(item, seen, random)] for one in sorted(keys, key=repr)]


def _number(name: str, seen: Seen, random: Random) -> Json:
    low = min([*seen.numbers, 1])
    high = max([*seen.numbers, low + 8])
    if high - low > 40 and random.random() < 0.5:
        high = low + 20
    # quarters are the same in single and double precision
    return (
        random.randint(4 * int(low), 4 * int(high)) / 4
        if name == "float"
        else random.randint(int(low), int(high))
    )


def _text(seen: Seen, random: Random) -> str:
    words = sorted({word for text in seen.texts for word in text.split()})
    if len(words) > 2 and random.random() < 0.5:
        return " ".join(random.choice(words) for _ in range(random.randint(1, 6)))
    letters = sorted({letter for text in seen.texts for letter in text}) or list(_LETTERS)
    return "".join(random.choice(letters) for _ in range(random.randint(1, 10)))


def _changed(value: Json, kind: Type, seen: Seen, random: Random) -> Json:
    """Return a value with one small change."""
    if kind.name == "str" and value:
        return "".join(_edited(list(value), lambda: random.choice(value).swapcase(), random))
    if kind.name == "list" and value:
        element = kind.arguments[0]
        if random.random() < 0.5:
            at = random.randrange(len(value))
            return [*value[:at], _changed(value[at], element, seen, random), *value[at + 1 :]]
        return _edited(list(value), lambda: _random(element, seen, random), random)
    if kind.name == "int":
        return value + random.choice((-1, 1, 2))
    return _random(kind, seen, random)


def _edited(items: list[Json], fresh: Callable[[], Json], random: Random) -> list[Json]:
    """Return a list with one element dropped, doubled, replaced, exchanged, or all reversed."""
    at = random.randrange(len(items))
    match random.randrange(5):
        case 0:
            del items[at]
        case 1:
            items.insert(at, items[at])
        case 2:
            items[at] = fresh()
        case 3:
            items[0], items[at] = items[at], items[0]
        case _:
            items.reverse()
    return items
