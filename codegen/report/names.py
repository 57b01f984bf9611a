"""What values of records are called in a text: `python` is Python, `de` is German.

Not here: what words of the loop mean (`codegen.report.wording`).
"""

from __future__ import annotations

from functools import cache

from codegen.errors import UsageError
from codegen.traits import NATURAL_LANGUAGES


@cache
def language_title(name: str) -> str:
    """Return a programming language's title; its name where it is not known here."""
    from codegen import language  # noqa: PLC0415 - reads files

    try:
        return language.get(name).title
    except UsageError:
        return name


def natural_title(code: str) -> str:
    """Return the name of a natural language by its ISO 639-1 code."""
    return NATURAL_LANGUAGES.get(code, code)
