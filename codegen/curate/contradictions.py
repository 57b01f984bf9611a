"""The pass that drops examples which say the opposite of one another.

- `contradiction`: problems that ask the same (statement, constraints, signature and comparator, in
  whatever case and spacing) and expect different values for the same input. Where more than half of
  them agree the others go; else nobody knows, and all go.
- `contradictory_pair`: preferences in which each prefers what the other rejects. Both go.

Two programs, two explanations or two languages for one question are no contradiction.

Memory: about two hundred bytes for each problem.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codegen.curate.draft import Draft
from codegen.curate.material import material_from
from codegen.curate.normal import normal_text
from codegen.curate.row import Row
from codegen.curate.settings import Contradictions
from codegen.journal import codec
from codegen.operations import result_type
from codegen.records import Case, Comparison, Example, Json, Problem, canonical
from codegen.similarity import tokens
from codegen.verify.compare import matches
from codegen.verify.compare_text import same_text

CONTRADICTION = "contradiction"
CONTRADICTORY_PAIR = "contradictory_pair"
_SHOWN = 80
_ID = 12


@dataclass(slots=True)
class _Seen:
    """What was seen so far: problems by what they ask, and pairs by what they prefer to what."""

    starts: array[int] = field(default_factory=lambda: array("q"))
    first: dict[bytes, int] = field(default_factory=dict)
    shared: dict[bytes, list[int]] = field(default_factory=dict)
    pairs: dict[bytes, int] = field(default_factory=dict)
    opposed: dict[int, int] = field(default_factory=dict)


class ContradictionPass:
    """Drops what contradicts something else."""

    name = "contradictions"
    filters = (CONTRADICTION, CONTRADICTORY_PAIR)

    def __init__(self, settings: Contradictions) -> None:
        """Take the settings."""
        self._settings = settings

    def run(self, draft: Draft) -> Mapping[str, Json]:
        """Look through all that is kept; returns how many questions came more than once."""
        if not self._settings.on:
            return {}
        seen = _Seen()
        last = None
        for row in draft.rows():
            if (row.run, row.index) != last:
                last = row.run, row.index
                _note_problem(seen, row)
            if row.kind == "preference":
                _note_pair(seen, row)
        for numbers in seen.shared.values():
            _settle(draft, seen, numbers)
        details = [f"prefers the opposite of {_id_at(draft, at)}" for at in seen.opposed.values()]
        draft.drop(seen.opposed.keys(), CONTRADICTORY_PAIR, details)
        return {"asked_more_than_once": len(seen.shared)}


def _note_problem(seen: _Seen, row: Row) -> None:
    number = len(seen.starts)
    seen.starts.append(row.position)
    problem = codec.unpack(row.data)["problem"]
    signature = problem["signature"]
    types = [one["type"] for one in signature["parameters"]] + [signature["returns"]]
    asked = [problem["statement"], problem["constraints"], *types, problem["comparator"]]
    # methods are there where the signature is that of a class
    asked.append(canonical(signature.get("methods", [])))
    key = _digest(*(" ".join(tokens(part)) for part in asked))
    earlier = seen.first.setdefault(key, number)
    if earlier != number:
        seen.shared.setdefault(key, [earlier]).append(number)


def _note_pair(seen: _Seen, row: Row) -> None:
    material = material_from(codec.unpack(row.data))
    parts = [normal_text(one) for one in (material.instruction, material.answer, material.worse)]
    seen.pairs.setdefault(_digest(*parts), row.position)
    other = seen.pairs.get(_digest(parts[0], parts[2], parts[1]))
    if other is not None and other != row.position:
        seen.opposed.update({row.position: other, other: row.position})


def _digest(*parts: str) -> bytes:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).digest()


def _settle(draft: Draft, seen: _Seen, numbers: Sequence[int]) -> None:
    examples = {number: _example_at(draft, seen.starts[number]) for number in numbers}
    for number, detail in disputed(examples).items():
        last = number + 1 == len(seen.starts)
        end = None if last else seen.starts[number + 1]
        positions = list(_positions(draft, seen.starts[number], end))
        draft.drop(positions, CONTRADICTION, [detail] * len(positions))


def disputed(examples: Mapping[int, Example]) -> dict[int, str]:
    """Return which of several that ask the same are not to be believed, and on which input.

    Keys are any numbers; one example stands for its problem.
    """
    votes: dict[str, dict[int, Case]] = {}
    for number, example in examples.items():
        for case in example.cases:
            if case.known_from:
                votes.setdefault(canonical(case.arguments), {})[number] = case
    found: dict[int, str] = {}
    problem = next(iter(examples.values())).problem
    for arguments, cases in votes.items():
        for number, other in _outvoted(problem, cases).items():
            expected, said = (canonical(cases[one].expected)[:_SHOWN] for one in (number, other))
            found.setdefault(
                number,
                f"for {arguments[:_SHOWN]} it expects {expected},"
                f" and {examples[other].id[:_ID]} {said}",
            )
    return found


def _same(problem: Problem, one: Case, other: Case) -> bool:
    how = Comparison(problem.comparator)
    if problem.interface == "program":
        return same_text(str(one.expected).encode("utf-8", "surrogatepass"), other.expected, how)
    kind = result_type(problem.signature, one.arguments)
    return matches(one.expected, other.expected, kind, how)


def _outvoted(problem: Problem, votes: Mapping[int, Case]) -> dict[int, int]:
    """Return each number whose value has no majority, with one that has another value."""
    groups: list[list[int]] = []
    for number, case in votes.items():
        group = next((g for g in groups if _same(problem, votes[g[0]], case)), None)
        if group is None:
            groups.append([number])
        else:
            group.append(number)
    if len(groups) == 1:
        return {}
    largest = max(groups, key=len)
    believed = largest if 2 * len(largest) > len(votes) else None
    return {
        number: next(other[0] for other in groups if other is not group)
        if believed is None
        else believed[0]
        for group in groups
        if group is not believed
        for number in group
    }


def _positions(draft: Draft, start: int, end: int | None) -> Iterator[int]:
    for row in draft.rows(after=start - 1):
        if end is not None and row.position >= end:
            return
        yield row.position


def _example_at(draft: Draft, position: int) -> Example:
    return next(draft.rows(after=position - 1, limit=1)).example


def _id_at(draft: Draft, position: int) -> str:
    return next(draft.rows(after=position - 1, limit=1)).id[:_ID]
