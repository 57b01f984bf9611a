"""Taking code and JSON out of a model's answer, as it really comes."""

from codegen.answer.blocks import AnswerError
from codegen.answer.code import extract_code
from codegen.answer.program import extract_program
from codegen.answer.solution import extract_solution
from codegen.answer.tests import extract_tests
from codegen.answer.values import extract_json

__all__ = [
    "AnswerError",
    "extract_code",
    "extract_json",
    "extract_program",
    "extract_solution",
    "extract_tests",
]
