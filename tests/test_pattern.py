"""A pattern that is seldom found is passed over only where there is nothing to find."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.compliance import personal
from codegen.compliance.credentials import patterns
from codegen.pattern import RarePattern, RarePatterns
from codegen.pattern_parts import part_of

SECRETS, TOGETHER = patterns()
EVERY = (
    *(one.pattern for one in SECRETS),
    *personal.PATTERNS.values(),
    *(
        RarePattern(re.compile(*one))
        for one in (
            (r"a(?:b|cd)?e{2}",),
            (r"(?:key|\w{3,5}:)x+", re.IGNORECASE),
            (r"[st]o[\d-]{9}(?!x)k?", re.IGNORECASE),
            (r"(?i:yes)no|(a)\1{2}",),
            (r"^# (?:one|two)?$|[^a]\s*b", re.MULTILINE),
            (r"é+ß|\.{3}|(?:x|y|)z",),
            (r"(?:ab|c){0,1}d(?:ef){2}",),
        )
    ),
)
AROUND = st.text(st.sampled_from("ab1 .:/\n_-=@+'\"é"), max_size=12)


@pytest.mark.parametrize("rare", EVERY, ids=lambda one: one.pattern.pattern[:40])
def test_a_match_is_never_ruled_out(rare):
    @settings(max_examples=30)
    @given(st.from_regex(rare.pattern), AROUND, AROUND)
    def check(text, before, behind):
        for whole in (text, before + text + behind):
            if rare.pattern.search(whole):
                assert rare.possible(whole)
                assert rare.search(whole)[0] == rare.pattern.search(whole)[0]

    check()


@settings(max_examples=50)
@given(st.lists(st.one_of(AROUND, *(st.from_regex(one.pattern.pattern) for one in SECRETS[:12]))))
def test_together_they_find_what_each_finds(parts):
    text = "\n".join(parts)
    found = {at for at, one in enumerate(SECRETS) if one.pattern.pattern.search(text)}
    assert found <= set(TOGETHER.possible(text))


def test_most_texts_are_ruled_out_for_most_patterns():
    text = "def total(values):\n    return sum(value * 2 for value in values)  # a comment\n"
    assert TOGETHER.possible(text) == []
    assert not any(one.possible(text) for one in personal.PATTERNS.values())


def test_what_a_pattern_needs_is_read_off_it():
    found = part_of(re.compile(r"(ghp|gho)_[A-Za-z0-9_]{36}(?!\w)"))
    assert (found.needed, found.run) == (frozenset(("ghp_", "gho_")), 40)
    assert part_of(re.compile(r".*")).needed == frozenset(("",))
    assert RarePatterns([RarePattern(re.compile("a|b")), RarePattern(re.compile("c"))]).possible(
        "cb"
    ) == [0, 1]


def test_letters_that_case_makes_equal_are_no_reason_to_pass_over():
    rare = RarePattern(re.compile("(?:to)?ken is", re.IGNORECASE))
    for text in ("to\u212aen is", "TOKEN I\u017f", "token \u0131s"):
        assert bool(rare.search(text)) == bool(rare.pattern.search(text))
