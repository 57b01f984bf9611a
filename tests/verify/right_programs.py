"""Right programs to make wrong: the builtin teacher's own, in every language, with good inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from codegen import language as languages
from codegen.language import Language
from codegen.model.builtin.dialect import dialect
from codegen.model.builtin.family import Family
from codegen.model.builtin.knowledge import all_families
from codegen.records import Case, Signature


@dataclass(frozen=True, slots=True)
class RightProgram:
    """A family's program in one language, and cases with the values of the family's reference."""

    language: Language
    signature: Signature
    code: str
    cases: tuple[Case, ...]
    comparator: str


@cache
def right_program(name: str, language: str, inputs: int = 16) -> RightProgram:
    family = next(one for one in all_families() if one.name == name)
    spoken = languages.get(language)
    parameters = family.draw(Random(name))
    bare = spoken.declaration(family.signature()).removesuffix("{").removesuffix(":").strip()
    declared = dialect(language).declared(bare)
    code = family.programs(language, parameters, declared)[""]
    return RightProgram(
        spoken,
        family.signature(),
        code,
        tuple(_cases(family, parameters, inputs)),
        family.comparator(),
    )


def _cases(family: Family, parameters, inputs: int) -> Iterator[Case]:
    rng = Random(family.name)
    drawn = [*family.edges(parameters), *(family.inputs(rng, parameters) for _ in range(inputs))]
    for number, arguments in enumerate(drawn):
        expected = family.reference(parameters, *arguments)
        yield Case(f"input-{number}", tuple(arguments), expected, "reference")
