"""Quotas: which share of the accepted problems is to have which trait.

Written `difficulty=hard:30%`. What the quotas of a dimension leave is shared equally by its other
values; where a dimension may be left free (format, length, register, natural language), it is left
free in the rest, and what has no other interface is a function.

Not here: drawing by them (`codegen.synthesis.steering`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from codegen import traits
from codegen.errors import UsageError
from codegen.synthesis.taxonomy import Taxonomy

_QUOTA = re.compile(r"\s*(\w+)\s*=\s*(.+?)\s*:\s*(\d{1,3}(?:\.\d{1,4})?)\s*%\s*")
_WHOLE = Fraction(1)
_SHARED = ("topic", "difficulty", "audience")
_USUAL = {"interface": "function"}
"""The value that the rest of a dimension has, where it is neither shared nor left free."""

Shares = Mapping[str, Mapping[str, Fraction]]


@dataclass(frozen=True, slots=True)
class Quota:
    """The share, from 0 to 1, of accepted problems with one value in one dimension."""

    dimension: str
    value: str
    share: Fraction


def dimension_values(taxonomy: Taxonomy) -> dict[str, tuple[str, ...]]:
    """Return every dimension with its values."""
    return {
        "topic": tuple(topic.name for topic in taxonomy.topics),
        "difficulty": taxonomy.difficulties,
        "audience": taxonomy.audiences,
        "format": tuple(traits.FORMATS),
        "length": tuple(traits.LENGTHS),
        "register": tuple(traits.REGISTERS),
        "natural_language": tuple(traits.NATURAL_LANGUAGES),
        "interface": traits.INTERFACES,
    }


def parse_quotas(texts: Iterable[str], values: Mapping[str, tuple[str, ...]]) -> tuple[Quota, ...]:
    """Return quotas as they were written.

    Raises:
        UsageError: one is in another form, names what is not known, or comes twice; or those of a
            dimension are more than 100%.
    """
    found: dict[tuple[str, str], Quota] = {}
    for text in texts:
        one = _quota(text, values)
        if found.setdefault((one.dimension, one.value), one) is not one:
            raise UsageError(
                f"--quota {text}: there is one for {one.dimension}={one.value} already"
            )
    for dimension in values:
        total = sum((one.share for one in found.values() if one.dimension == dimension), Fraction())
        if total > _WHOLE:
            summed = f"{float(100 * total):g}%"
            raise UsageError(f"--quota: those of {dimension} sum to {summed}, more than 100%")
        taken = _taken(found, dimension)
        if taken and total < _WHOLE and taken == set(values[dimension]):
            raise UsageError(
                f"--quota: those of {dimension} name every value and sum to less than 100%"
            )
        usual = _USUAL.get(dimension, "")
        if (dimension, usual) in found and total < _WHOLE:
            raise UsageError(
                f"--quota: those of {dimension} name {usual}, which the rest would be, and sum to"
                " less than 100%"
            )
    return tuple(found.values())


def shares_of(quotas: Iterable[Quota], values: Mapping[str, tuple[str, ...]]) -> Shares:
    """Return the share of every value, for the dimensions that have a quota; each sums to 1."""
    made: dict[str, dict[str, Fraction]] = {}
    for one in quotas:
        made.setdefault(one.dimension, {})[one.value] = one.share
    for dimension, shares in made.items():
        rest = _WHOLE - sum(shares.values())
        others = [value for value in values[dimension] if value not in shares]
        if dimension in _SHARED:
            shares.update({value: rest / len(others) for value in others if rest})
        elif rest:
            shares[_USUAL.get(dimension, "")] = rest
    return made


def _quota(text: str, values: Mapping[str, tuple[str, ...]]) -> Quota:
    match = _QUOTA.fullmatch(text)
    if match is None:
        raise UsageError(f"--quota {text}: expected such as difficulty=hard:30%")
    dimension, value, share = match[1], match[2], Fraction(match[3]) / 100
    if dimension not in values:
        known = ", ".join(values)
        raise UsageError(f"--quota {text}: unknown dimension {dimension!r} (known: {known})")
    if value not in values[dimension]:
        known = ", ".join(values[dimension]) or "none"
        raise UsageError(f"--quota {text}: unknown {dimension} {value!r} (known: {known})")
    if share > _WHOLE:
        raise UsageError(f"--quota {text}: more than 100%")
    return Quota(dimension, value, share)


def _taken(found: Mapping[tuple[str, str], Quota], dimension: str) -> set[str]:
    # where a value may be left free, the rest is; so nothing is ever missing
    if dimension not in _SHARED:
        return set()
    return {value for name, value in found if name == dimension}
