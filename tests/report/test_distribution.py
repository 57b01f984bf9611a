"""What is said of many values is true of them, in whatever order they come."""

from __future__ import annotations

import hashlib
import random
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codegen.report.distribution import ENDS, SAMPLE, Distribution


def distribution(values):
    made = Distribution()
    for number, value in enumerate(values):
        made.add(hashlib.sha256(str(number).encode()).hexdigest(), value)
    return made


VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=300)


@given(VALUES)
@example([1_000_000.0])
@example([999_999.9999999, 1_000_000.0])
@example([0.1, 0.1 + 1e-16])
def test_every_value_is_in_one_bin_and_the_bins_follow_one_another(values):
    bins = distribution(values).bins()
    assert sum(one.count for one in bins) == len(values)
    assert bins[0].low <= min(values) * (1 + 1e-5) and bins[-1].high >= max(values) * (1 - 1e-5)
    assert all(one.low < one.high for one in bins)
    assert all(one.high == other.low for one, other in pairwise(bins))
    assert len(bins) <= 27


@given(VALUES, st.integers(0, 10))
def test_the_order_of_values_changes_nothing(values, seed):
    named = [(hashlib.sha256(str(n).encode()).hexdigest(), v) for n, v in enumerate(values)]
    first, second = Distribution(), Distribution()
    for name, value in named:
        first.add(name, value)
    for name, value in random.Random(seed).sample(named, len(named)):
        second.add(name, value)
    assert first.bins() == second.bins()
    assert [first.quantile(q) for q in (0, 0.5, 1)] == [second.quantile(q) for q in (0, 0.5, 1)]
    assert list(first.outliers()) == list(second.outliers())


@given(VALUES, st.floats(0, 1))
def test_a_quantile_is_a_value_that_its_share_does_not_pass(values, share):
    found = distribution(values).quantile(share)
    assert found in values
    assert sum(one <= found for one in values) >= share * len(values) - 1e-9


def test_values_beyond_a_span_are_counted_at_its_ends():
    bins = distribution([-1.0, 0.0, 0.05, 0.999, 1.0, 7.0]).bins(10, span=(0.0, 1.0))
    assert len(bins) == 10
    assert [bins[0].count, bins[-1].count] == [3, 3]


def test_a_large_number_of_values_is_sampled_and_its_ends_are_exact():
    values = [100.0 + i % 50 for i in range(3 * SAMPLE)] + [1e6, 0.0]
    found = distribution(values)
    assert found.sampled
    assert found.quantile(0.5) == pytest.approx(125, abs=5)
    assert [one.value for one in found.outliers()] == [1e6, 0.0]
    assert sum(one.count for one in found.bins()) == pytest.approx(len(values), rel=0.01)


def test_where_half_of_the_values_are_one_nothing_is_far_out():
    assert list(distribution([5.0] * 100 + [500.0]).outliers()) == []


def test_no_more_than_a_few_are_named_at_each_end():
    wide = [10.0 + i % 10 for i in range(1000)] + [1e5 + i for i in range(40)]
    assert len(list(distribution(wide).outliers())) == ENDS
