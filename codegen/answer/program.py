"""A whole program out of a model's answer: the file that is meant, kept as it is.

What is taken out of a function's file (`main`, statements at the top level) is what a program is
made of, so nothing is taken out and nothing is added. Where there are several blocks, the one that
starts something is taken before others, then one in the language's own fence, what parses, and of
equals the last that does not only repeat a part.

Not here: the file of a function (`codegen.answer.code`).
"""

from __future__ import annotations

from codegen.answer.blocks import AnswerError, without_thinking
from codegen.answer.code import NO_CODE, Candidate, candidates, last_of_equals
from codegen.answer.grammar import Kind
from codegen.answer.outline import Outline, is_clean
from codegen.answer.prose import without_prose
from codegen.language import Language

_RUNS = frozenset({Kind.MAIN, Kind.STATEMENT})


def extract_program(language: Language, text: str) -> str:
    """Return the program that an answer means, ending in one line break.

    Raises:
        AnswerError: there is no code in the answer.
    """
    text = without_thinking(text)
    found = list(candidates(language, text))
    program = last_of_equals(found, _rank).text if found else _unfenced(language, text)
    return program.strip("\n") + "\n"


def _rank(one: Candidate) -> tuple[int, int, bool]:
    return (_worth(one.outline), one.trust, one.outline.clean)


def _worth(found: Outline) -> int:
    """Return how much a block looks like a whole program: something starts it, or could."""
    if found.defines("main") or any(item.kind in _RUNS for item in found.items):
        return 2
    return int(any(item.kind in (Kind.FUNCTION, Kind.TYPE) for item in found.items))


def _unfenced(language: Language, text: str) -> str:
    if is_clean(language, text):
        return text
    stripped = without_prose(language, text)
    if is_clean(language, stripped):
        return stripped
    start = without_prose(language, text, only_before=True)
    if not start.strip():
        raise AnswerError(NO_CODE)
    return start
