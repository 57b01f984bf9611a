"""What a language server says is read whatever it is, and comes in whatever pieces."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.sandbox.supervisor import finding, first_message, message

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
WORDS = st.sampled_from(
    [
        b"Content-Length",
        b":",
        b" ",
        b"5",
        b"-1",
        b"1e9",
        b"99999999999",
        b"\r\n",
        b"\r\n\r\n",
        b"{}",
    ]
)


@given(st.lists(st.tuples(st.none() | st.integers(0), st.text(), st.dictionaries(st.text(), JSON))))
def test_messages_come_back_in_pieces_of_any_size(said):
    whole = b"".join(message(*one) for one in said)
    heard, found = bytearray(), []
    for at in range(0, len(whole), 7):
        heard += whole[at : at + 7]
        while (body := first_message(heard)) is not None:
            found.append(json.loads(body))
    assert not heard
    assert [(one.get("id"), one["method"], one["params"]) for one in found] == said


@given(st.lists(WORDS | st.binary(max_size=9)).map(b"".join))
def test_whatever_is_said_is_taken_or_waited_for(said):
    heard, before = bytearray(said), len(said) + 1
    while first_message(heard) is not None:
        assert len(heard) < before
        before = len(heard)


@given(JSON, st.text())
def test_what_is_no_finding_is_said_to_be_none(item, text):
    with pytest.raises((KeyError, TypeError, AttributeError, ValueError)):
        finding(item, text.split("\n"))


@given(st.text(), st.integers(-5, 2**70), st.integers(-5, 2**70))
def test_a_place_anywhere_is_a_place(text, line, character):
    at = {"range": {"start": {"line": line, "character": character}}, "message": "m"}
    found = finding(at, text.split("\n"))
    assert (found["line"], found["severity"]) == (line + 1, 1)
    assert found["column"] >= 1
