"""What a problem can be asked to be like, and in which words a prompt asks for it.

Difficulties, audiences and topics are the taxonomy's; the others are closed. Not here: which ones
a problem gets (`codegen.synthesis.steering`).
"""

from __future__ import annotations

from collections.abc import Mapping

from codegen.operations import declared
from codegen.records import Interface, Seed, Signature, Traits, to_json

FORMATS = {
    "prose": "plain paragraphs",
    "rules": "numbered rules, one to a line",
    "docstring": "the documentation of the function, as its author would write it",
    "story": "a short story around the task",
    "ticket": "a ticket in a tracker: what is needed, and why",
}
LENGTHS = {
    "short": "at most 60 words",
    "medium": "60 to 150 words",
    "long": "150 to 400 words",
}
REGISTERS = {
    "terse": "terse, without a word too many",
    "detailed": "detailed, every term explained",
    "typos": "written in haste, with a few typing errors that leave the meaning clear",
}
INTERFACES: tuple[Interface, ...] = ("function", "program", "class")
"""What solutions can be. Where it is left free they are functions."""
NATURAL_LANGUAGES = {
    "ar": "Arabic",
    "bn": "Bengali",
    "cs": "Czech",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def wishes(traits: Traits) -> list[str]:
    """Return what a prompt asks for, a line for each trait that is not left free."""
    known: dict[str, Mapping[str, str]] = {
        "format": FORMATS,
        "length": LENGTHS,
        "register": REGISTERS,
        "natural_language": NATURAL_LANGUAGES,
    }
    told = {
        "difficulty": "Difficulty: {}.",
        "audience": "Audience: {}.",
        "format": "Form of the statement: {}.",
        "length": "Length of the statement: {}.",
        "register": "Manner of the statement: {}.",
        "natural_language": "Title, statement and constraints are in {}; names are English.",
    }
    found = {name: getattr(traits, name) for name in told}
    return [
        told[name].format(known.get(name, {}).get(value, value))
        for name, value in found.items()
        if value
    ]


def interface_of(traits: Traits) -> Interface:
    """Return what the solutions of a problem are to be: functions, where that was left free."""
    return next((one for one in INTERFACES if one == traits.interface), "function")


def shown(signature: Signature) -> str:
    """Return how a solution is used, in a line; of a class, in one for each method as well."""
    if signature.interface == "program":
        return "A whole program, from standard input to standard output."
    return declared(signature)


def dimensions_of(seed: Seed) -> dict[str, str]:
    """Return where a seed stands: its topic and traits, those that are not empty."""
    found = {"topic": seed.topic, **to_json(seed.traits)}
    return {name: value for name, value in found.items() if value}
