"""The verb and the object of what a statement asks for, where they are easy to see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.report.wishes import wish_of


@pytest.mark.parametrize(
    ("statement", "wish"),
    [
        ("Return the list of sums.", ("return", "list")),
        ("Given a list of numbers, count the pairs that add up to k.", ("count", "pairs")),
        (
            "Each row is a day. Then compute its mean temperature over time.",
            ("compute", "temperature"),
        ),
        ("A queue is served in turn; return how many rounds are needed.", ("return", "rounds")),
        ("Count, without regard to case, how often. Return a map of words.", ("return", "map")),
        ("Sort.", ("sort", "")),
        ("There is nothing to be done here.", None),
        ("", None),
    ],
)
def test_the_first_imperative_with_an_object_is_the_wish(statement, wish):
    assert wish_of(statement) == wish


def test_a_noun_that_looks_like_a_verb_is_none():
    assert wish_of("A list is given as a string of digits.") is None


@given(st.text(max_size=300))
def test_any_text_is_read_without_complaint(text):
    found = wish_of(text)
    assert found is None or (len(found) == 2 and found[0].islower())
