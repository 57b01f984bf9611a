"""Dates and calendars."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from codegen.model.builtin.family import Arguments, Family, Parameters

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _weekday(year: int, month: int, day: int) -> int:
    """Return the weekday (Monday is 0) by Sakamoto's method."""
    year -= month < 3  # noqa: PLR2004 - January and February belong to the year before
    offset = (0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4)[month - 1]
    return (year + year // 4 - year // 100 + year // 400 + offset + day - 1) % 7


def _days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _count_months(p: Parameters, first: int, last: int) -> int:
    wanted = _WEEKDAYS.index(p["weekday"])
    months = [(year, month) for year in range(first, last + 1) for month in range(1, 13)]
    return sum(p["d"] <= _days(*m) and _weekday(*m, p["d"]) == wanted for m in months)


def _years(rng: Random, _p: Parameters) -> Arguments:
    first = rng.randint(1583, 2400)
    return [first, first + rng.choice((-1, 0, 0, 1, 2, 9, 40))]


WEEKDAY_COUNT = Family(
    name="weekday_count",
    topics=("dates", "calendars", "time", "counting", "weekdays"),
    domains={"d": range(1, 32), "weekday": _WEEKDAYS},
    reference=_count_months,
    inputs=_years,
    edges=lambda _p: [
        [2024, 2024],
        [2023, 2022],
        [1900, 1901],
        [2000, 2003],
        [1583, 1600],
        [1999, 2027],
        [3990, 4000],
    ],
    derive=lambda p: {
        "dless": p["d"] - 1,
        "monday": _WEEKDAYS.index(p["weekday"]),
        "slip": (_WEEKDAYS.index(p["weekday"]) + 1) % 7,
        "sunday": (_WEEKDAYS.index(p["weekday"]) + 1) % 7,
    },
)


def _shift_date(p: Parameters, moment: list[int]) -> list[int]:
    year, month, day = moment
    left = p["n"] if p["way"] == "after" else -p["n"]
    ordinal = date(year, month, 1).toordinal() + day - 1 + left
    moved = date.fromordinal(ordinal)
    return [moved.year, moved.month, moved.day]


def _dates(rng: Random, _p: Parameters) -> Arguments:
    moment = date(1600, 1, 1) + timedelta(days=rng.randrange(500_000))
    return [[moment.year, moment.month, moment.day]]


SHIFT_DATE = Family(
    name="shift_date",
    topics=("dates", "calendars", "time", "tuples", "arithmetic"),
    domains={"n": range(30, 130), "way": ("after", "before")},
    reference=_shift_date,
    inputs=_dates,
    edges=lambda _p: [
        [[2024, 1, 31]],
        [[2023, 12, 31]],
        [[2024, 2, 29]],
        [[2024, 3, 1]],
        [[1900, 2, 28]],
        [[1900, 3, 1]],
        [[2000, 2, 28]],
        [[1600, 12, 1]],
        [[2023, 2, 27]],
        [[2023, 3, 2]],
    ],
    derive=lambda p: {
        "sign": "+" if p["way"] == "after" else "-",
        "nless": p["n"] - 1,
        "nmore": p["n"] + 1,
    },
    invalid=lambda _rng, _p: [[2023, 2, 30]],
)

FAMILIES = (WEEKDAY_COUNT, SHIFT_DATE)
