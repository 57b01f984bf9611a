"""More data out of what passed: translations, texts, debugging, reviews, dialogues, preferences.

Each derivation takes a `Workshop` (the accepted solutions of one problem) and returns examples;
what did not hold is kept among the refused, with its reason. None of them changes a solution.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from codegen.records import Example, ExampleKind
from codegen.synthesis.allowance import together
from codegen.synthesis.derivation.conversation import conversations
from codegen.synthesis.derivation.debugging import debugging
from codegen.synthesis.derivation.explanation import explanations
from codegen.synthesis.derivation.made import Made, Parent
from codegen.synthesis.derivation.native_tests import native_tests
from codegen.synthesis.derivation.preference import judged, preferences
from codegen.synthesis.derivation.review import reviews
from codegen.synthesis.derivation.steering import steered
from codegen.synthesis.derivation.translation import translations
from codegen.synthesis.derivation.workshop import Workshop
from codegen.telemetry import span

_Derivation = Callable[[Workshop], Awaitable[tuple[Example, ...]]]
_FIRST: Mapping[str, tuple[ExampleKind, _Derivation]] = {
    "translation": ("translation", translations),
    "explanation": ("explanation", explanations),
    "tests": ("tests", native_tests),
    "debugging": ("debugging", debugging),
    "review": ("review", reviews),
    "steering": ("solution", steered),
}

__all__ = ["Made", "Parent", "Workshop", "derive"]


async def derive(workshop: Workshop, wanted: tuple[str, ...]) -> tuple[Example, ...]:
    """Make what is wanted, in a fixed order."""
    parts = [(name, workshop.apart()) for name in _FIRST if name in wanted]
    found = await together(_attempted(name, part) for name, part in parts)
    made = [example for examples in found for example in examples]
    if "preference" in wanted:
        with span("derive preference"):
            made += await _preferred(workshop, made)
    if "conversation" in wanted:
        with span("derive conversation"):
            made += await conversations(workshop, made)
    return tuple(made)


async def _attempted(name: str, part: Workshop) -> tuple[Example, ...]:
    kind, derivation = _FIRST[name]
    with span(f"derive {name}"):
        return await part.unless_refused(kind, part.chosen(name).language, derivation(part))


async def _preferred(workshop: Workshop, made: Sequence[Example]) -> list[Example]:
    found = list(await preferences(workshop))
    for text in [one for one in made if one.back_translation]:
        part = workshop.apart()
        language = workshop.parents[text.language].language
        found += await part.unless_refused("preference", language, judged(part, text))
    return found
