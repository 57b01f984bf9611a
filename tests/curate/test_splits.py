"""Families stay on one side, and stay there."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from codegen.curate.kinship import Groups
from codegen.curate.splits import split_of

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60)


def groups_of(pairs):
    made = Groups()
    made.grow(31)
    for one, other in pairs:
        made.join(one, other)
    return [made.find(number) for number in range(31)]


@given(PAIRS, st.randoms())
def test_groups_do_not_depend_on_the_order_of_pairs(pairs, chance):
    mixed = [pair[::-1] if chance.random() < 0.5 else pair for pair in pairs]
    chance.shuffle(mixed)
    assert groups_of(pairs) == groups_of(mixed) == groups_of(pairs + mixed)


@given(PAIRS)
def test_a_group_is_what_pairs_connect_and_is_named_by_its_smallest(pairs):
    reached = {n: {n} for n in range(31)}
    for one, other in pairs:
        joined = reached[one] | reached[other]
        for member in joined:
            reached[member] = joined
    assert groups_of(pairs) == [min(reached[n]) for n in range(31)]


def test_splits_have_about_their_shares():
    counts = Counter(split_of(f"{n:064x}", SHARES) for n in range(20_000))
    for name, share in SHARES.items():
        assert abs(counts[name] / 20_000 - share) < 0.01


@given(st.text())
def test_a_split_without_a_share_is_empty(family):
    assert split_of(family, {"train": 1.0, "test": 0.0}) == "train"
