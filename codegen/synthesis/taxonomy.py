"""Seeds out of the built-in taxonomy: a topic, one of its skills, and a setting to vary them.

Not here: seeds out of real code (`codegen.synthesis.seeds`).
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from random import Random

from codegen.records import Seed, canonical, from_json


@dataclass(frozen=True, slots=True)
class Topic:
    """A field of problems and the skills that it trains."""

    name: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All topics, and the settings that a problem may be told in."""

    topics: tuple[Topic, ...]
    settings: tuple[str, ...]


@cache
def taxonomy() -> Taxonomy:
    """Return the built-in taxonomy."""
    text = (Path(__file__).parent / "taxonomy.toml").read_text("utf-8")
    return from_json(Taxonomy, tomllib.loads(text), "taxonomy.toml")


def taxonomy_seeds(seed: int) -> Iterator[Seed]:
    """Yield seeds without end: every skill of every topic once per turn, in an order of its own.

    In each turn a skill has another setting, so that no two of the first thousands are alike.
    """
    found = taxonomy()
    pairs = [(topic.name, skill) for topic in found.topics for skill in topic.skills]
    shift = Random(f"{seed}/settings").randrange(len(found.settings))  # noqa: S311 - no secret
    for turn in count():
        order = list(enumerate(pairs))
        Random(f"{seed}/{turn}").shuffle(order)  # noqa: S311 - no secret
        for number, (topic, skill) in order:
            setting = found.settings[(shift + number + turn) % len(found.settings)]
            yield _seed(topic, skill, f"Setting: {setting}")


def _seed(topic: str, skill: str, text: str) -> Seed:
    digest = hashlib.sha256(canonical([topic, skill, text]).encode()).hexdigest()
    return Seed(
        kind="taxonomy", text=text, source="builtin", topic=topic, skill=skill, sha256=digest
    )
