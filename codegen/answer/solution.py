"""The solution of a problem out of an answer, whatever its solutions are."""

from __future__ import annotations

from codegen.answer.code import extract_code
from codegen.answer.program import extract_program
from codegen.language import Language
from codegen.records import Signature


def extract_solution(language: Language, text: str, signature: Signature) -> str:
    """Return the file that an answer means: that of a function, or a whole program.

    Raises:
        AnswerError: there is no code in the answer.
    """
    if signature.interface == "program":
        return extract_program(language, text)
    return extract_code(language, text, entry_point=language.function_name(signature))
