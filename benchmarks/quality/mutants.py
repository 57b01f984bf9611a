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

MOST = 64
"""More than a run draws of one solution: those that it draws are the first of them."""


@dataclass(frozen=True, slots=True)
class Unkilled:
    """A mutant that passes all cases; `presumed` equivalent, or else a survivor."""

    language: str
    code: str
    presumed: bool


def unkilled(record: ProblemRecord, seed: int) -> Iterator[Unkilled]:
    """Yield the mutants of a problem's solutions that pass all its cases; `seed` is the run's."""
    for example in record.examples:
        if example.kind == "solution" and not example.lineage.relation:
            yield from _of_solution(record, example, seed)


def _of_solution(record: ProblemRecord, example: Example, seed: int) -> Iterator[Unkilled]:
    strength = example.strength
    if strength is None or not (strength.survivors or strength.equivalent):
        return
    presumed = {one.mutant for one in strength.equivalent}
    made = mutants_of(
        get(example.language),
        example.code,
        signature=example.problem.signature,
        limit=MOST,
        seed=draw_seed(seed, record.index, "mutants"),
    )
    for mutant, code in made:
        if mutant in presumed or mutant in strength.survivors:
            yield Unkilled(example.language, code, mutant in presumed)
