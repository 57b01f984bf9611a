"""Values of a benchmark's tests as typed cases of a signature, where they are of its types.

Names do not count, and the order of up to three parameters does not either: what is asked is
whether a solution answers the same question. A tuple does where a list is declared and the other
way round, a whole number where a float is, None where a type is optional.

Not here: whether the answers are right (`codegen.contamination.behaviour`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from codegen.contamination.asserts import Call
from codegen.records import Case, Comparator, Comparison, Json, Signature, canonical
from codegen.types import Type, mismatch, parse

if TYPE_CHECKING:
    from codegen.contamination.questions import Question

LEAST_BITS = 5.0
"""What a question's calls must say together, see `bits`."""
_MOST_SWAPPED = 3
_LEAST_FITTING = 0.8  # of a question's calls


class Unfit(Exception):  # noqa: N818 - a value, not a failure of ours
    """A value is not of the type that is declared."""


def fitted(signature: Signature, calls: Sequence[Call]) -> Iterator[tuple[Case, ...]]:
    """Yield the calls as cases, once for each order of the parameters that fits most of them.

    The order as it is comes first. Nothing is yielded where no order fits; a call that does not,
    as benchmarks have calls with values that they do not declare, is left out.
    """
    if signature.interface == "class" or not calls:
        return
    count = len(signature.parameters)
    if any(len(call.arguments) != count for call in calls):
        return
    kinds = [parse(one.type) for one in signature.parameters]
    returns = parse(signature.returns)
    seen = set()
    for order in _orders(count):
        found = (_case(number, call, order, kinds, returns) for number, call in enumerate(calls))
        cases = tuple(case for case in found if case is not None)
        key = repr([case.arguments for case in cases])
        if key not in seen and len(cases) >= _LEAST_FITTING * len(calls):
            seen.add(key)
            yield cases


def _orders(count: int) -> Iterable[tuple[int, ...]]:
    if count > _MOST_SWAPPED:
        return [tuple(range(count))]
    return itertools.permutations(range(count))


def _case(
    number: int, call: Call, order: Sequence[int], kinds: Sequence[Type], returns: Type
) -> Case | None:
    given = [call.arguments[at] for at in order]
    try:
        arguments = tuple(typed(value, kind) for value, kind in zip(given, kinds, strict=True))
        return Case(str(number), arguments, typed(call.expected, returns), "specification")
    except Unfit:
        return None


def typed(value: Any, kind: Type) -> Json:
    """Return a plain value as one of a type, in its JSON form.

    Raises:
        Unfit: it is none.
    """
    made = _typed(value, kind)
    if mismatch(made, kind):
        raise Unfit(mismatch(made, kind))
    return made


def _typed(value: Any, kind: Type) -> Json:
    if kind.name == "optional":
        return None if value is None else typed(value, kind.arguments[0])
    if kind.name == "float":
        return _float(value)
    if kind.name == "int" and type(value) is float and value.is_integer():
        return int(value)
    if kind.name in ("list", "tuple"):
        return _sequence(value, kind)
    return _pairs(value, kind) if kind.name == "map" else value


def _float(value: Any) -> Json:
    if type(value) not in (int, float):
        raise Unfit(f"expected float, got {value!r}")
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def _sequence(value: Any, kind: Type) -> Json:
    if isinstance(value, (set, frozenset)) and kind.name == "list":
        value = sorted(value, key=repr)
    if not isinstance(value, (list, tuple)):
        raise Unfit(f"expected {kind}, got {value!r}")
    kinds = kind.arguments if kind.name == "tuple" else kind.arguments * len(value)
    if len(kinds) != len(value):
        raise Unfit(f"expected {kind}, got {value!r}")
    return [typed(item, one) for item, one in zip(value, kinds, strict=True)]


def _pairs(value: Any, kind: Type) -> Json:
    if isinstance(value, dict):
        value = list(value.items())
    if not isinstance(value, (list, tuple)):
        raise Unfit(f"expected {kind}, got {value!r}")
    pair = Type("tuple", kind.arguments)
    return [typed(one, pair) for one in value]


def asked_of(
    question: Question, signature: Signature
) -> Iterator[tuple[tuple[Case, ...], Comparison]]:
    """Yield a question as cases of a signature, and how answers are compared with its own."""
    if signature.interface == "program":
        pairs = enumerate(question.inputs)
        cases = tuple(Case(str(i), (given,), out, "specification") for i, (given, out) in pairs)
        yield from [(cases, Comparison())] if cases else []
        return
    found = {call.comparator for call in question.calls}
    loose = (Comparator.SET, Comparator.UNORDERED)
    how = next((one for one in loose if one in found), Comparator.EXACT)
    if how is Comparator.EXACT and "float" in signature.returns:
        how = Comparator.FLOAT
    for cases in fitted(signature, question.calls):
        yield cases, Comparison(how)


def bits(cases: Sequence[Case]) -> float:
    """Return about how much the expected values say: what is there already says one bit more.

    So does a value that is an argument as well, a truth, or nothing at all.
    """
    seen: set[str] = set()
    total = 0.0
    for case in {canonical(list(case.arguments)): case for case in cases}.values():
        value = canonical(case.expected)
        plain = value in seen or value in map(canonical, case.arguments)
        total += 1.0 if plain else max(1.0, _bits(case.expected))
        seen.add(value)
    return total


def _bits(value: Json) -> float:
    if isinstance(value, list):
        return 1 + sum(map(_bits, value))
    if isinstance(value, str):
        return 1 + 3 * len(value)
    if isinstance(value, bool) or value is None:
        return 1.0
    decimals = len(f"{value:.6f}".rstrip("0").partition(".")[2]) if type(value) is float else 0
    return 2 + math.log2(1 + abs(value)) + 3 * decimals
