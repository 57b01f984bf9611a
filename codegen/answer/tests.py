"""The native tests out of a model's answer: one whole file, kept as it is.

What a solution must not have (tests, a `main`, calls at the top level) is what tests are made of,
so nothing is taken out. Where there are several blocks, one in the language's own fence is taken
before others, what parses before what does not, and the longest of these.

Not here: whether there is a test in it, and whether it is any good (`codegen.verify.native.gate`).
"""

from __future__ import annotations

from codegen.answer.blocks import AnswerError, fenced, without_thinking
from codegen.answer.outline import is_clean
from codegen.language import Language

_NO_TESTS = "there is no code in the answer; give the whole test file in one fenced block"


def extract_tests(language: Language, text: str) -> str:
    """Return the test file that an answer gives, ending in one line break.

    Raises:
        AnswerError: there is no code in the answer.
    """
    text = without_thinking(text)
    blocks = list(fenced(text, lambda part: is_clean(language, part)))
    found = [(_trust(language, one.tag), one.text) for one in blocks if one.text.strip()]
    if not found and text.strip() and is_clean(language, text):
        found = [(1, text)]
    if not found or max(found)[0] == 0:
        raise AnswerError(_NO_TESTS)
    best = max(found, key=lambda one: (one[0], is_clean(language, one[1]), len(one[1])))
    return best[1].strip("\n") + "\n"


def _trust(language: Language, tag: str) -> int:
    """Return 2 for the language's own fence, 1 for one without a name, 0 for another's."""
    return 2 if tag in language.fences else int(not tag)
