"""Periods are round, few enough, and named so that their order is the time's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codegen.report.clock import Clock

MOMENTS = st.floats(1e9, 2e9)


@given(MOMENTS, st.floats(0, 4e8), st.integers(2, 40))
def test_there_are_no_more_periods_than_asked_for(began, lasted, most):
    clock = Clock.over(began, began + lasted, most=most)
    first, last = clock.period(began), clock.period(began + lasted)
    assert first <= began < first + clock.width
    assert round((last - first) / clock.width) + 1 <= most


@given(st.lists(MOMENTS, min_size=2, max_size=2), st.floats(1, 1e8))
def test_names_of_periods_sort_as_the_time_does(moments, lasted):
    clock = Clock.over(0, lasted, most=6)
    one, other = (clock.period(moment) for moment in sorted(moments))
    assert (clock.written(one) <= clock.written(other)) or clock.width < 1


def test_widths_are_told_in_words():
    told = [Clock(width).told() for width in (1.0, 10.0, 60.0, 600.0, 3600.0, 86400.0, 604800.0)]
    assert told == ["second", "10 seconds", "minute", "10 minutes", "hour", "day", "week"]
