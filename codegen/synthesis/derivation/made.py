"""What derivations start from and what they have in hand: an accepted solution, something made.

Not here: how it is asked for and judged (`codegen.synthesis.derivation.workshop`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from codegen.language import Language
from codegen.records import (
    Attempt,
    BackTranslation,
    ChatMessage,
    Example,
    Mutant,
    Strength,
    Verdict,
)
from codegen.synthesis.candidate import Candidate
from codegen.template import fenced


@dataclass(frozen=True, slots=True)
class Parent:
    """An accepted solution: its example, its proof, and mutants that the cases kill."""

    language: Language
    candidate: Candidate
    example: Example
    strength: Strength | None
    killed: tuple[tuple[Mutant, str], ...] = ()

    @property
    def code(self) -> str:
        """The program."""
        return self.example.code


@dataclass(frozen=True, slots=True)
class Made:
    """What a derivation has in hand when it accepts or refuses it."""

    messages: tuple[ChatMessage, ...] = ()
    text: str = ""
    code: str = ""
    language: Language | None = None
    verdict: Verdict | None = None
    back_translation: BackTranslation | None = None
    history: tuple[Attempt, ...] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[str, ...] = ()
    executions: tuple[str, ...] = ()


def in_block(language: Language, code: str) -> str:
    """Return code as an answer shows it."""
    return fenced(code, language.fence)


def taught(user: str, answer: str) -> tuple[ChatMessage, ...]:
    """Return a question and the answer that a model should learn."""
    return ChatMessage("user", user), ChatMessage("assistant", answer, train=True)
