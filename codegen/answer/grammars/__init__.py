"""The grammars whose answers can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen.answer.grammars import go, python, rust
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.answer.grammar import Grammar
    from codegen.language import Language

_GRAMMARS = {"go": go.GRAMMAR, "python": python.GRAMMAR, "rust": rust.GRAMMAR}


def grammar_of(language: Language) -> Grammar:
    """Return what a language's grammar says.

    Raises:
        UsageError: its grammar is not described.
    """
    if language.grammar not in _GRAMMARS:
        where = f"codegen/answer/grammars/{language.grammar}.py"
        raise UsageError(f"answers in {language.title} cannot be read; describe it in {where}")
    return _GRAMMARS[language.grammar]
