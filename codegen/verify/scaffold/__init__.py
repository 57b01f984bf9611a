"""Fits a solution and its native tests into a program; one module for each scaffold of a language.

What has to understand the language's syntax is here; in a declared scaffold that is data as well. A
scaffold has two functions: `sources(language, solution)` gives the files of a solution that is
called, and `unit(language, solution, tests, entry, nonce)` finds the native tests and builds their
program.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from codegen.verify.scaffold import declared, go, python, rust

if TYPE_CHECKING:
    from codegen.language import Language
    from codegen.verify.scaffold.unit import Unit

_SOURCES = {
    "declared": declared.sources,
    "python": python.sources,
    "rust": rust.sources,
    "go": go.sources,
}
_UNITS = {"declared": declared.unit, "python": python.unit, "rust": rust.unit, "go": go.unit}


def sources(language: Language, solution: str) -> Mapping[str, bytes]:
    """Return the files of a solution whose function is called from outside."""
    return _SOURCES[language.scaffold](language, solution)


def unit(language: Language, solution: str, tests: str, entry: str, nonce: str) -> Unit:
    """Return the program of a solution and its native tests.

    `entry` is the function's name where it is known, for tests that leave the call to the reader;
    the tests are attested with what is made from `nonce`.

    Raises:
        UsageError: there is no test in the tests, or of a kind that is not supported.
    """
    return _UNITS[language.scaffold](language, solution, tests, entry, nonce)
