"""The mutants that a run did not kill, made again: those it presumes equivalent, and survivors.

Not here: whether they are equivalent, which their execution on fresh inputs says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codegen.language import get
from codegen.records import Example, ProblemRecord
from codegen.synthesis.draw import draw_seed
from codegen.verify.mutants import mutants_of


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a run drew its mutants: its seed, and how many of each solution."""

    seed: int = 0
    mutants: int = 8


@dataclass(frozen=True, slots=True)
class Unkilled:
    """A mutant that passes all cases; `presumed` equivalent, or else a survivor."""

    language: str
    code: str
    presumed: bool


def unkilled(record: ProblemRecord, drawing: Drawing) -> Iterator[Unkilled]:
    """Yield the mutants of a problem's solutions that pass all its cases."""
    for example in record.examples:
        if example.kind == "solution" and not example.lineage.relation:
            yield from _of_solution(record, example, drawing)


def _of_solution(record: ProblemRecord, example: Example, drawing: Drawing) -> Iterator[Unkilled]:
    strength = example.strength
    if strength is None or not (strength.survivors or strength.equivalent):
        return
    presumed = {one.mutant for one in strength.equivalent}
    made = mutants_of(
        get(example.language),
        example.code,
        signature=example.problem.signature,
        limit=drawing.mutants,
        seed=draw_seed(drawing.seed, record.index, "mutants"),
    )
    for mutant, code in made:
        if mutant in presumed or mutant in strength.survivors:
            yield Unkilled(example.language, code, mutant in presumed)
