"""Tree-sitter's complaints as diagnostics."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import language as languages
from codegen.answer import AnswerError, extract_code
from codegen.syntax import TangledError, parse, syntax_errors

GOOD = {
    "python": b"def f(x: int) -> int:\n    return x\n",
    "rust": b"fn f(x: i64) -> i64 {\n    x\n}\n",
    "go": b"package solution\n\nfunc f(x int) int {\n\treturn x\n}\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_program_has_no_complaint(name: str) -> None:
    assert syntax_errors(languages.get(name), GOOD[name]) == ()


@pytest.mark.parametrize("name", GOOD)
def test_a_broken_one_has_its_place(name: str) -> None:
    language = languages.get(name)
    broken = GOOD[name].replace(b"x\n", "ä ] x ((\n".encode())
    first = syntax_errors(language, broken)[0]
    assert first.file == language.source
    assert first.line >= 1
    assert first.column >= 1


@given(st.binary(max_size=200), st.sampled_from(sorted(GOOD)))
def test_any_bytes_are_parsed(source: bytes, name: str) -> None:
    assert len(syntax_errors(languages.get(name), source)) <= 20


def test_a_text_that_a_grammar_does_not_get_through_is_given_up() -> None:
    java = languages.get("java")
    tangled = "class Solution {}\n" + "x=>" * 2500
    with pytest.raises(TangledError, match="does not get through"):
        parse(java, tangled.encode())
    (found,) = syntax_errors(java, tangled.encode())
    assert "does not get through" in found.message
    with pytest.raises(AnswerError, match="write it plainly"):
        extract_code(java, f"```java\n{tangled}\n```", entry_point="f")


def test_nothing_is_kept_of_texts_that_were_parsed() -> None:
    python = languages.get("python")

    def parse_one(number: int) -> int:
        text = (f"value = {number}\n" * 8000).encode()
        assert not parse(python, text).root_node.has_error
        return len(text)

    parse_one(0)
    tracemalloc.start()
    try:
        sizes = [parse_one(number) for number in range(20)]
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < min(sizes)
