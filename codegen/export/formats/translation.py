"""Parallel programs: the same problem solved in two languages, both sides passing the same cases.

A translation stands beside the program that it was made from. Solutions that were written apart are
paired once, in the order of the languages' names: neither was made from the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from codegen.export.columns import TEXT
from codegen.export.format import Choices, Format, Made, Outcome, Source, Unfit


def _rows(group: Sequence[Source], _: Choices) -> Iterator[Outcome]:
    by_id = {one.example.id: one for one in group}
    first = [one for one in group if not one.example.lineage.relation]
    used = set()
    for one in group:
        if one.example.lineage.relation != "translated_from":
            continue
        parent = by_id.get(one.example.lineage.parent)
        if parent is None:
            yield Unfit(one, "parent_is_not_here")
        else:
            used |= {one.example.id, parent.example.id}
            yield _row(parent, one, "translated")
    for left, right in combinations(sorted(first, key=lambda one: one.example.language), 2):
        if left.example.language != right.example.language:
            used |= {left.example.id, right.example.id}
            yield _row(left, right, "written apart")
    for one in group:
        relation = one.example.lineage.relation
        if one.example.id not in used and relation != "translated_from":
            yield Unfit(one, "steered" if relation else "no_other_language")


def _row(source: Source, target: Source, how: str) -> Made:
    left, right = source.example, target.example
    values = {
        "source_language": left.language,
        "target_language": right.language,
        "source": left.code,
        "target": right.code,
        "title": right.problem.title,
        "statement": right.problem.statement,
        "source_example": left.id,
        "source_level": left.verification.level,
        "how": how,
    }
    return Made(target, values, (left.code, right.code), part=f"from {left.id}")


_NAMES = (
    *("source_language", "target_language", "source", "target", "title", "statement"),
    *("source_example", "source_level", "how"),
)

STYLES = (
    Format(
        name="translation",
        style="programs",
        summary="the same program in two languages",
        kinds=("solution", "translation"),
        columns=dict.fromkeys(_NAMES, TEXT),
        make=_rows,
    ),
)
