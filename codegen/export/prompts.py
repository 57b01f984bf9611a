"""The prompts that examples were made with: their hashes, with the text where it is known.

A prompt's hash is that of its template, or of a template and the part in it, as
`codegen.prompt.render` makes it. Not here: what was filled into them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from codegen.resources import folder


@dataclass(frozen=True, slots=True)
class PromptTold:
    """A prompt's template; its text is empty where this version of codegen has another."""

    turn: str
    sha256: str
    examples: int
    text: str


def prompts_told(counted: Mapping[tuple[str, str], int]) -> list[PromptTold]:
    """Return the prompts by turn and hash, each with the number of its examples."""
    texts = _templates()
    return [
        PromptTold(turn, sha256, count, texts.get(sha256, ""))
        for (turn, sha256), count in sorted(counted.items())
    ]


@cache
def _templates() -> Mapping[str, str]:
    return dict(_read_templates())


def _read_templates() -> Iterator[tuple[str, str]]:
    place = folder("prompts")
    sources = {path: path.read_text("utf-8") for path in sorted(place.rglob("*.j2"))}
    hashes = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in sources.items()}
    for path, text in sources.items():
        yield hashes[path], text
        for part, inner in sources.items():
            if path.parent == place and part.parent != place:
                both = hashlib.sha256((hashes[path] + hashes[part]).encode()).hexdigest()
                yield both, f"{text.rstrip()}\n\n{{# with this part #}}\n{inner}"
