"""The grammars whose answers can be read: three that need code, all others as they are declared."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from codegen.answer.grammars import go, python, rust
from codegen.answer.grammars.declared import declared

if TYPE_CHECKING:
    from codegen.answer.grammar import Grammar
    from codegen.language import Language

_GRAMMARS = {"go": go.GRAMMAR, "python": python.GRAMMAR, "rust": rust.GRAMMAR}


@cache
def grammar_of(language: Language) -> Grammar:
    """Return what a language's grammar says.

    Raises:
        UsageError: its grammar is not described.
    """
    return _GRAMMARS.get(language.grammar) or declared(language)
