"""Taxonomies: read, refused with a reason, written back, extended."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codegen.errors import UsageError
from codegen.synthesis.taxonomy import (
    Taxonomy,
    Topic,
    extended,
    load_taxonomy,
    parse_taxonomy,
    taxonomy,
    taxonomy_seeds,
    to_toml,
)

SMALL = '[[topics]]\nname = "sets"\nskills = ["unions"]\n'
WORD = st.text(min_size=1, max_size=12).filter(lambda x: x == x.strip() and x.isprintable())
WORDS = st.lists(WORD, max_size=4, unique_by=str.casefold).map(tuple)
TAXONOMIES = st.builds(
    Taxonomy,
    st.lists(
        st.builds(Topic, WORD, WORDS.filter(bool)),
        min_size=1,
        max_size=4,
        unique_by=lambda topic: topic.name.casefold(),
    ).map(tuple),
    WORDS,
    WORDS,
    WORDS,
)


@given(TAXONOMIES)
def test_what_is_written_is_read_back(one):
    assert parse_taxonomy(to_toml(one), "x") == one


@given(TAXONOMIES, TAXONOMIES)
@example(Taxonomy((Topic("D", ("0",)),)), Taxonomy((Topic("d", ("0", "1")),)))
def test_an_extension_holds_both_and_is_a_taxonomy(one, other):
    both = extended(one, other)
    assert parse_taxonomy(to_toml(both), "x") == both
    assert extended(one, one) == one
    assert both.topics[: len(one.topics)] != () and len(both.topics) >= len(other.topics)
    names = {topic.name.casefold() for topic in both.topics}
    assert {topic.name.casefold() for topic in (*one.topics, *other.topics)} == names


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("topics = [", "not TOML"),
        ("topics = []", "no topic"),
        ('[[topics]]\nname = "sets"\nskills = []\n', "'sets' has no skill"),
        ('[[topics]]\nname = " "\nskills = ["a"]\n', r"topics\[0\] is empty"),
        ('[[topics]]\nname = "sets"\nskills = ["a", ""]\n', r"skills of 'sets'\[1\] is empty"),
        (SMALL + SMALL.replace("sets", "Sets"), "topics name 'sets' twice"),
        (SMALL.replace('"unions"', '"unions", "Unions"'), "name 'unions' twice"),
        ('audiences = ["a\\nb"]\n' + SMALL, "no single line"),
        ('audience = ["a"]\n' + SMALL, "unknown key 'audience'"),
        ('audiences = "a"\n' + SMALL, "expected an array"),
        ("[[topics]]\nname = 3\nskills = []\n", "expected str"),
        (SMALL.replace("unions", "u" * 401), "more than 400"),
    ],
)
def test_what_is_no_taxonomy_is_refused_with_the_reason(text, complaint):
    with pytest.raises(UsageError, match=complaint):
        parse_taxonomy(text, "mine.toml")


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        load_taxonomy(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9\n")
    with pytest.raises(UsageError, match="not UTF-8"):
        load_taxonomy(tmp_path / "latin.toml")


def test_seeds_come_from_the_taxonomy_that_is_given():
    given_one = parse_taxonomy(SMALL, "x")
    seeds = taxonomy_seeds(0, given_one)
    first, second = next(seeds), next(seeds)
    assert first == second
    assert (first.topic, first.skill, first.text, first.source) == (
        "sets",
        "unions",
        "",
        "taxonomy",
    )
    assert len(taxonomy().difficulties) == 3 and len(taxonomy().audiences) >= 4
