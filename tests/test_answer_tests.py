"""Native tests are taken out of an answer as they are."""

from __future__ import annotations

import pytest

from codegen import language as languages
from codegen.answer import AnswerError, extract_tests

PYTHON = "from solution import f\n\n\ndef test_it() -> None:\n    assert f(1) == 2\n"
CPP = '#include <cassert>\n#include "solution.cpp"\n\nint main() {\n    assert(f(1) == 2);\n}\n'


@pytest.mark.parametrize(
    ("language", "answer", "wanted"),
    [
        ("python", f"Here:\n\n```python\n{PYTHON}```\nRun it with:\n```sh\npytest\n```\n", PYTHON),
        ("python", f"<think>\n```py\nx = 1\n```\n</think>\n```\n{PYTHON}```", PYTHON),
        ("python", f"```py\nimport pytest\n```\n\nThe whole file:\n\n```py\n{PYTHON}```", PYTHON),
        ("python", PYTHON, PYTHON),
        ("cpp", f"```cpp\n{CPP}```", CPP),
    ],
)
def test_the_whole_file_is_taken(language: str, answer: str, wanted: str) -> None:
    assert extract_tests(languages.get(language), answer) == wanted


@pytest.mark.parametrize("answer", ["", "I cannot do that; sorry!", "```sh\npytest\n```"])
def test_an_answer_without_tests_says_so(answer: str) -> None:
    with pytest.raises(AnswerError):
        extract_tests(languages.get("python"), answer)
