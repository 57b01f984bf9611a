"""Whole programs out of answers: nothing that a program is made of is taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.answer import AnswerError, extract_program, extract_solution
from codegen.language import get
from codegen.records import PROGRAM, Parameter, Signature

PYTHON = get("py")
SCRIPT = "n = int(input())\nfor i in range(n):\n    print(i)\n"
WITH_MAIN = """import sys


def total(text: str) -> int:
    return sum(map(int, text.split()))


def main() -> None:
    print(total(sys.stdin.read()))


if __name__ == "__main__":
    main()
"""
GO = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println(1)\n}\n'
RUST = 'fn main() {\n    println!("1");\n}\n'


def fenced(code: str, tag: str = "python") -> str:
    return f"```{tag}\n{code}```\n"


@pytest.mark.parametrize("code", [SCRIPT, WITH_MAIN])
def test_main_and_statements_at_the_top_stay(code: str) -> None:
    text = f"I would read it line by line.\n\n{fenced(code)}\nThat is all."
    assert extract_program(PYTHON, text) == code


@pytest.mark.parametrize(("name", "code"), [("go", GO), ("rust", RUST)])
def test_a_program_of_another_language_keeps_its_main(name: str, code: str) -> None:
    assert extract_program(get(name), fenced(code, name)) == code


def test_the_block_that_runs_is_taken_before_a_helper_and_a_sample() -> None:
    helper = fenced("def total(text: str) -> int:\n    return 0\n")
    sample = fenced("3\n1 2 3\n", "text")
    text = f"The heart of it:\n{helper}\nWhole:\n{fenced(WITH_MAIN)}\nFor the input\n{sample}"
    assert extract_program(PYTHON, text) == WITH_MAIN


def test_the_last_of_two_whole_programs_counts() -> None:
    better = WITH_MAIN.replace("sum", "max")
    assert extract_program(PYTHON, fenced(WITH_MAIN) + fenced(better)) == better


def test_a_program_without_fences_is_found() -> None:
    assert extract_program(PYTHON, WITH_MAIN) == WITH_MAIN
    assert extract_program(PYTHON, f"Here is my program.\n\n{WITH_MAIN}") == WITH_MAIN


def test_prose_is_no_program() -> None:
    with pytest.raises(AnswerError, match="no code"):
        extract_program(PYTHON, "I am sorry, I cannot help with this one: it is too hard.")


def test_a_function_loses_what_a_program_keeps() -> None:
    function = Signature("total", (Parameter("text", "str"),), "int")
    assert "main" not in extract_solution(PYTHON, fenced(WITH_MAIN), function)
    assert extract_solution(PYTHON, fenced(WITH_MAIN), PROGRAM) == WITH_MAIN


@given(st.text(alphabet="ab=()+1 \n", max_size=60))
def test_any_program_in_its_own_fence_comes_back_as_it_is(body: str) -> None:
    code = f"print(1)\n{body}\nprint(2)\n"
    assert extract_program(PYTHON, fenced(code)) == code
