"""When two outputs are the same, by properties, for each comparator."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.records import Comparator, Comparison
from codegen.verify.compare_text import first_difference, lines, same_text

ALL = [Comparison(one) for one in Comparator]
EXACT, FLOAT, UNORDERED, SET, _ = ALL
NUMBERS = [
    "1",
    "1.0",
    "+1",
    "01",
    "-0",
    "0.0",
    "-0.0",
    "-Infinity",
    "1e400",
    "1e3",
    "1000",
    ".5",
    "0.5",
]
WORDS = st.sampled_from([*NUMBERS, "a", "A", "nan", "NaN", "inf", "true", "True", "é", "\u0661"])
OUTPUTS = (
    st.lists(st.lists(WORDS, max_size=3).map(" ".join), max_size=5).map("\n".join)
    | st.text(alphabet=" \t\r\n\v\fab1.\u00a0", max_size=12)
    | st.text(max_size=12)
)


@given(OUTPUTS, st.sampled_from(ALL))
def test_every_output_is_itself(text: str, how: Comparison) -> None:
    assert same_text(text.encode(), text, how)


@given(OUTPUTS, OUTPUTS, st.sampled_from(ALL))
def test_the_order_of_the_two_does_not_matter(first: str, second: str, how: Comparison) -> None:
    assert same_text(first.encode(), second, how) == same_text(second.encode(), first, how)


@given(OUTPUTS, OUTPUTS)
def test_exact_is_the_strictest(first: str, second: str) -> None:
    if same_text(first.encode(), second, EXACT):
        assert all(same_text(first.encode(), second, how) for how in ALL)
        assert first_difference(first.encode(), second) == 0
    else:
        assert first_difference(first.encode(), second) > 0


@given(st.lists(st.text("ab1 ", max_size=4), max_size=6), st.text(" \t\r\v\f", max_size=3))
def test_white_space_at_the_ends_does_not_count_and_before_words_does(
    text: list[str], blank: str
) -> None:
    whole = "\n".join(text)
    ended = "\n".join(line + blank for line in text) + "\n" + blank + "\n"
    assert same_text(ended.encode(), whole, EXACT)
    if whole.strip():
        first = next(line for line in text if line.strip())
        moved = whole.replace(first, " " + first, 1)
        assert not same_text(moved.encode(), whole, EXACT)


@given(st.lists(st.text("abc", min_size=1, max_size=2), max_size=6), st.randoms())
def test_unordered_counts_lines_and_set_does_not(text: list[str], random: Any) -> None:
    whole, shuffled = "\n".join(text), "\n".join(random.sample(text, len(text)))
    assert same_text(shuffled.encode(), whole, UNORDERED)
    assert same_text("\n".join(text + text).encode(), whole, SET)
    if text:
        assert not same_text("\n".join([*text, text[0]]).encode(), whole, UNORDERED)
        assert not same_text("\n".join([*text, "other"]).encode(), whole, SET)


@given(
    st.floats(1e-3, 1e100) | st.floats(-1e100, -1e-3),
    st.floats(1e-12, 0.5),
    st.sampled_from([1, -1]),
)
def test_numbers_are_the_same_within_the_tolerances_that_are_set(
    value: float, tolerance: float, sign: int
) -> None:
    how = Comparison(Comparator.FLOAT, relative=tolerance, absolute=0.0)
    near, far = value * (1 + sign * tolerance / 2), value * (1 + sign * tolerance * 3)
    assert same_text(f"{near!r}".encode(), f"{value!r}", how)
    if math.isfinite(far):
        assert not same_text(f"{far!r}".encode(), f"{value!r}", how)
    assert same_text(f"{near!r}".encode(), f"{value!r}", EXACT) == (near == value)


@given(st.binary(max_size=30), OUTPUTS, st.sampled_from(ALL))
def test_bytes_that_are_no_text_are_never_the_expected_one(
    got: bytes, text: str, how: Comparison
) -> None:
    same = same_text(got, text, how)
    try:
        got.decode()
    except UnicodeDecodeError:
        assert not same


@given(st.text(max_size=12))
def test_letter_case_counts_under_every_comparator(text: str) -> None:
    swapped = text.swapcase()
    if lines(swapped.encode()) != lines(text.encode()):
        changed = f"x{swapped}x".encode(), f"x{text}x"
        assert not any(same_text(*changed, how) for how in ALL)


@pytest.mark.parametrize(
    ("first", "second", "how", "same"),
    [
        ("4\n", "4", EXACT, True),
        ("4 \t\r\n\n\n", "4", EXACT, True),
        (" 4", "4", EXACT, False),
        ("1  2", "1 2", EXACT, False),
        ("1\n\n2", "1\n2", EXACT, False),
        ("4\u00a0", "4", EXACT, False),
        ("1.0", "1", EXACT, False),
        ("Yes", "YES", EXACT, False),
        ("-0.0", "0.0", EXACT, False),
        ("1  2\n3", "1 2 3", FLOAT, True),
        ("1 2 3", "1 2", FLOAT, False),
        ("1.0", "1", FLOAT, True),
        ("true", "1", FLOAT, False),
        ("-0.0", "0.0", FLOAT, True),
        ("1.0000001", "1", FLOAT, True),
        ("1.00001", "1", FLOAT, False),
        ("10000000", "10000001", FLOAT, False),
        ("10000000.0", "10000001", FLOAT, True),
        ("+7 007", "7 7", FLOAT, True),
        ("nan", "NaN", FLOAT, True),
        ("nan", "0", FLOAT, False),
        ("NAN", "NaN", FLOAT, False),
        ("Inf", "Infinity", FLOAT, True),
        ("inf", "-inf", FLOAT, False),
        ("inf", "1e308", FLOAT, False),
        ("1e400", "2e400", FLOAT, False),
        ("1e400", "inf", FLOAT, False),
        ("0x10", "16", FLOAT, False),
        ("1_000", "1000", FLOAT, False),
        ("\u0661", "1", FLOAT, False),
        ("9" * 5000, "9" * 4999 + "8", FLOAT, False),
        ("b\na", "a\nb", UNORDERED, True),
        ("b a", "a b", UNORDERED, False),
        ("a\na\nb", "a\nb\nb", UNORDERED, False),
        ("a\na\nb", "a\nb\nb", SET, True),
        ("a", "a\n\nb", SET, False),
    ],
)
def test_the_written_definition(first: str, second: str, how: Comparison, *, same: bool) -> None:
    assert same_text(first.encode(), second, how) is same
