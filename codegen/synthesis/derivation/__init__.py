"""More data out of what passed: translations, texts, debugging, reviews, dialogues, preferences.

Each derivation takes a `Workshop` (the accepted solutions of one problem) and returns examples;
what did not hold is kept among the refused, with its reason. None of them changes a solution.
"""

from __future__ import annotations

from codegen.records import Example
from codegen.synthesis.allowance import together
from codegen.synthesis.derivation.conversation import conversations
from codegen.synthesis.derivation.debugging import debugging
from codegen.synthesis.derivation.explanation import explanations
from codegen.synthesis.derivation.native_tests import native_tests
from codegen.synthesis.derivation.preference import judged, preferences
from codegen.synthesis.derivation.review import reviews
from codegen.synthesis.derivation.steering import steered
from codegen.synthesis.derivation.translation import translations
from codegen.synthesis.derivation.workshop import Made, Parent, Workshop

_FIRST = {
    "translation": translations,
    "explanation": explanations,
    "tests": native_tests,
    "debugging": debugging,
    "review": reviews,
    "steering": steered,
}

__all__ = ["Made", "Parent", "Workshop", "derive"]


async def derive(workshop: Workshop, wanted: tuple[str, ...]) -> tuple[Example, ...]:
    """Make what is wanted, in a fixed order."""
    first = [name for name in _FIRST if name in wanted]
    made = [
        example
        for examples in await together(_FIRST[name](workshop) for name in first)
        for example in examples
    ]
    if "preference" in wanted:
        texts = [one for one in made if one.back_translation]
        made += await preferences(workshop)
        made += [pair for one in texts for pair in await judged(workshop, one)]
    if "conversation" in wanted:
        made += await conversations(workshop, made)
    return tuple(made)
