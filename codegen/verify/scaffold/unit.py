"""The program that native tests make, and how a text is edited without moving its lines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from codegen.verify.scaffold.claims import Claim


@dataclass(frozen=True, slots=True)
class Unit:
    """A solution with its native tests, ready to be built.

    `form` is one of the language's forms; `tests` the names found by parsing, each of which must be
    attested. `files` are there from the start, `late` ones only with the last compile command.
    `marks` fill in the form's commands; `names` are bound by the tests at their top level. Where
    the seals are `sealed` into the program it is not told the nonce that they are made from. `told`
    is what else its frame says; `cover` are files that take the place of others for the run;
    `claims` are what the tests say that something equals. `refused` says what the solution's text
    does to the meaning of the tests: whatever they attest then, it is `tampered`.
    """

    form: str
    tests: tuple[str, ...]
    files: Mapping[str, bytes]
    late: Mapping[str, bytes]
    marks: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    sealed: bool = False
    told: Mapping[str, object] = field(default_factory=dict)
    cover: Mapping[str, bytes] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the bytes from `start` to `end`. The new text has no line break."""

    start: int
    end: int
    text: bytes


def edited(source: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the source after edits that do not overlap."""
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        source = source[: edit.start] + edit.text + source[edit.end :]
    return source


def seal(nonce: str, name: str, outcome: str) -> bytes:
    """Return the 16 bytes that prove an outcome: only the harness has them, one for each.

    Name and outcome may be anything that a program has sent.
    """
    proven = f"{nonce}\0{name}\0{outcome}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(proven).digest()[:16]
