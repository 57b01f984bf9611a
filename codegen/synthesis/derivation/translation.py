"""Translations of an accepted solution into every other requested language.

A translation must parse, lint, compile and pass the same cases; its failures are repaired as those
of a solution are.
"""

from __future__ import annotations

from dataclasses import fields

from codegen.language import Language
from codegen.prompt import asked_in
from codegen.records import Example, Lineage
from codegen.synthesis.allowance import together
from codegen.synthesis.candidate import Candidate
from codegen.synthesis.derivation.made import Made, Parent, in_block, taught
from codegen.synthesis.derivation.workshop import Workshop


async def translations(workshop: Workshop) -> tuple[Example, ...]:
    """Translate one of the solutions into each of the other languages."""
    source = workshop.chosen("translation")
    targets = [
        one for name, one in sorted(workshop.parents.items()) if name != source.language.name
    ]
    parts = [(workshop.apart(), one.language) for one in targets]
    made = await together(
        part.unless_refused("translation", target, _into(part, source, target))
        for part, target in parts
    )
    return tuple(example for examples in made for example in examples)


async def _into(workshop: Workshop, source: Parent, target: Language) -> tuple[Example, ...]:
    prompt = asked_in(
        target,
        workshop.problem,
        "translation",
        source=source.language,
        code=source.code,
        pitfalls=pitfalls(source.language, target),
    )
    candidate = Candidate(target, 0, prompt, purpose="translation")
    verdict = await workshop.persevere(candidate)
    made = Made(
        messages=taught(prompt.text, in_block(target, candidate.code)),
        code=candidate.code,
        language=target,
        verdict=verdict,
        history=tuple(candidate.attempts),
        prompts={"translation": prompt.sha256},
        calls=tuple(candidate.calls),
        executions=verdict.executions if verdict else (),
    )
    if verdict is None or not verdict.passed:
        workshop.refuse("translation", target, "translation_failed", made)
        return ()
    lineage = Lineage("translated_from", source.example.id, source.language.name)
    return (workshop.example("translation", source, lineage, made),)


def pitfalls(source: Language, target: Language) -> list[str]:
    """Return where two languages behave differently, a sentence for each aspect."""
    return [
        f"{field.name.capitalize()}. {source.title}: {before}. {target.title}: {after}."
        for field in fields(source.traits)
        if (before := getattr(source.traits, field.name))
        != (after := getattr(target.traits, field.name))
    ]
