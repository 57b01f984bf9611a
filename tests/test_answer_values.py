"""Extraction of JSON, and what is tolerated."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.answer import AnswerError, extract_json


@pytest.mark.parametrize(
    "answer",
    [
        '{"a": [1, 2]}',
        'Sure:\n```json\n{"a": [1, 2]}\n```\nDone.',
        '```\n{"a": [1, 2]}\n```',
        'The answer is {"a": [1, 2]} as asked.',
        '```json\n{"a": [1, 2,],}\n```',
        '```json\n{"a": [1, /* two */ 2], // both\n}\n```',
        '<think>{"b": 1}</think>{"a": [1, 2]}',
        'draft\n```json\n{"a": [0]}\n```\nfinal\n```json\n{"a": [1, 2]}\n```',
        'an empty {} first\n```json\n{"a": [1, 2]}\n```',
        '~~~json\r\n{"a":\r\n[1, 2]}\r\n~~~',
        '```json\n{"a": [1, 2]}',
        'a list [1, 2] and {"a": [1, 2]}',
    ],
)
def test_json_is_found_in_answers_of_every_shape(answer: Any) -> None:
    assert extract_json(answer) == {"a": [1, 2]}


def test_strings_may_hold_fences_commas_and_comments() -> None:
    value = {"s": "```\n,] // no comment /* */ ,}\n```"}
    assert extract_json(f"```json\n{json.dumps(value)}\n```") == value
    assert extract_json('```json\n{"s": "a\n```\nb\n```\n"}\n```') == {"s": "a\n```\nb\n```\n"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("nothing here", "no JSON"),
        ('{"a": NaN}', "NaN is not JSON"),
        ("[Infinity]", "Infinity"),
        ("[1e999]", "out of range"),
        ('{"a": 1, "a": 2}', 'key "a" twice'),
        ('{"a": [1, 2}', "line 1, column 12"),
        ('```json\n{"a": 1\n "b": 2}\n```', "line 2"),
        ('{"a": "\\ud800"}', "surrogate"),
        ("[" * 100_000, "nested too deeply"),
        ("[" + "9" * 5000 + "]", "too many digits"),
        ("{'a': 1}", "broken"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_used_is_named(answer: Any, reason: Any) -> None:
    with pytest.raises(AnswerError, match=reason):
        extract_json(answer)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from("abc"), values, min_size=1))
def test_what_json_writes_is_read_back_between_prose(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=1, ensure_ascii=False)):
        assert extract_json(f"Here it is:\n```json\n{text}\n```\nas asked") == value
        assert extract_json(text) == value


@given(st.text(alphabet='{}[]",:/*1a \n`\\', max_size=80))
def test_whatever_the_answer_nothing_but_an_answer_error_comes_up(answer: Any) -> None:
    with contextlib.suppress(AnswerError):
        extract_json(answer)
