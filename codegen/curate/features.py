"""What duplicates of an example are found by: digests, sketches, and how good it is.

Not here: what is compared with what (`codegen.curate.duplicates`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from codegen import language as languages
from codegen.curate.material import Material, material_from
from codegen.curate.normal import normal_program, normal_text
from codegen.journal import codec
from codegen.records import Json
from codegen.similarity import ngrams, sketch, word_runs
from codegen.verify.evidence import LEVELS

RUN_OF_TOKENS = 5
_CACHED = 512  # the texts made of a program come right behind it
_MOST_ATTEMPTS = (1 << 16) - 1


@dataclass(frozen=True, slots=True)
class Given:
    """An example to be sketched; its statement too, for the `first` of a problem."""

    position: int
    group: int
    problem: int
    first: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Features:
    """Of two examples, the one whose `rank` is smaller is better.

    `exact` is the digest of all its turns, `statement` (where it was asked for) and `code` are
    sketches.
    """

    position: int
    group: int
    problem: int
    id: str
    rank: bytes
    exact: bytes
    statement: bytes
    code: bytes


def featured(chunk: list[Given]) -> list[Features]:
    """Return the features of examples, one for one."""
    return [_features(one) for one in chunk]


def _features(given: Given) -> Features:
    form = codec.unpack(given.data)
    material = material_from(form)
    return Features(
        given.position,
        given.group,
        given.problem,
        form["id"],
        rank(form),
        exact(material),
        statement_sketch(material.statement) if given.first else b"",
        code_sketch(material.language, material.code),
    )


def rank(form: Json) -> bytes:
    """Return how good an example is, the smaller the better.

    What counts is, in this order, its level, its mutation score, and how few attempts led to it;
    the id breaks ties, so that the order of the examples never matters.
    """
    level = form["verification"]["level"]
    below = len(LEVELS) - (LEVELS.index(level) + 1 if level in LEVELS else 0)
    strength = form["strength"] or {"killed": 0, "survivors": ()}
    tried = strength["killed"] + len(strength["survivors"])
    missed = 1 - strength["killed"] / tried if tried else 1.0
    attempts = min(len(form["history"]), _MOST_ATTEMPTS)
    head = bytes((below, round(255 * missed))) + attempts.to_bytes(2, "big")
    return bytes(head + form["id"].encode())


def exact(material: Material) -> bytes:
    """Return the digest of what an example teaches, whatever its white space."""
    parts = (material.instruction, material.answer, material.worse)
    normal = "\0".join((material.kind, material.language, *map(normal_text, parts)))
    return hashlib.blake2b(normal.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def statement_sketch(statement: str) -> bytes:
    """Return the sketch of a statement's runs of three words."""
    return sketch(word_runs(statement))


@lru_cache(maxsize=_CACHED)
def code_sketch(language: str, code: str) -> bytes:
    """Return the sketch of the runs of five tokens of a program in its normal form."""
    tokens = normal_program(languages.get(language), code)
    return sketch(ngrams(tokens, RUN_OF_TOKENS) or [" ".join(tokens)])
