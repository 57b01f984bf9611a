"""Fill in the middle: a program cut in three at two places, put together under a model's marks.

Which places is drawn from a seed and the document's own id, so that the same export gives the same
cuts, whatever stands beside it. Cuts are between characters, as they are where a person types.

Not here: which documents are cut (`codegen.export.formats.pretrain`).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass

LEAST_CHARACTERS = 3


@dataclass(frozen=True, slots=True)
class Marks:
    """What a model's tokenizer has for the three parts; `end` follows the middle."""

    prefix: str
    suffix: str
    middle: str
    end: str = ""


MARKS: Mapping[str, Marks] = {
    "starcoder": Marks("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    "qwen": Marks("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
    "codellama": Marks("<PRE> ", " <SUF>", " <MID> ", " <EOT>"),
    "deepseek": Marks("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),  # noqa: RUF001 - its own
}
"""By the name of the model family that was trained with them."""

MODES = ("psm", "spm")
"""Prefix, suffix, middle; or suffix, prefix, middle, in which the middle follows its prefix."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A text in three; put together they are the text again."""

    prefix: str
    middle: str
    suffix: str


def draw(seed: int, identity: str) -> random.Random:
    """Return the draws of one document."""
    digest = hashlib.sha256(f"fim {seed} {identity}".encode()).digest()
    return random.Random(digest)  # noqa: S311 - reproducible draws, nothing secret


def cut(text: str, drawn: random.Random) -> Parts:
    """Cut a text of three characters at least in three; the middle is never empty."""
    first, second = sorted(drawn.sample(range(len(text) + 1), 2))
    return Parts(text[:first], text[first:second], text[second:])


def put_together(parts: Parts, marks: Marks, mode: str) -> str:
    """Return the training text: in either mode the middle comes last."""
    if mode == "psm":
        shown = f"{marks.prefix}{parts.prefix}{marks.suffix}{parts.suffix}{marks.middle}"
        return f"{shown}{parts.middle}{marks.end}"
    shown = f"{marks.prefix}{marks.suffix}{parts.suffix}{marks.middle}{parts.prefix}"
    return f"{shown}{parts.middle}{marks.end}"


def named(marks: Marks) -> tuple[str, ...]:
    """Return the marks that there are, without the spaces around them."""
    every = (marks.prefix, marks.suffix, marks.middle, marks.end)
    return tuple(one.strip() for one in every if one)


def has_mark(text: str, marks: Marks) -> bool:
    """Whether a text holds a mark by itself, so that nobody could tell which is meant."""
    return any(one in text for one in named(marks))
