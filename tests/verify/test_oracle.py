"""Votes are counted by value; only a margin of two settles one."""

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.verify.oracle import MARGIN, tally


def _votes(*values):
    return [(f"voter-{i}", value) for i, value in enumerate(values)]


def test_two_that_agree_settle_a_value():
    count = tally(_votes([1, 2], [1, 2]), operator.eq)
    assert count.settled and count.value == [1, 2] and not count.tied


def test_one_vote_settles_nothing():
    assert not tally(_votes(7), operator.eq).settled


def test_a_dissenter_asks_for_one_more_vote():
    assert not tally(_votes(1, 1, 2), operator.eq).settled
    assert tally(_votes(1, 1, 2, 1), operator.eq).settled


def test_a_tie_is_said_to_be_one():
    assert tally(_votes(1, 2), operator.eq).tied
    assert not tally(_votes(1, 2, 2), operator.eq).tied


def test_no_votes_are_an_error():
    with pytest.raises(ValueError, match="vote"):
        tally([], operator.eq)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_whoever_settles_has_the_margin_over_all_others_together(values):
    count = tally(_votes(*values), operator.eq)
    agreeing = values.count(count.value)
    assert len(count.agreeing) == agreeing
    assert len(count.dissenting) == len(values) - agreeing
    assert agreeing == max(map(values.count, values))
    assert count.settled == (agreeing >= len(values) - agreeing + MARGIN)
