"""What counts as the same shape, how alike statements are, and when a later run is poorer."""

import itertools
import keyword
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.language import get
from codegen.records import (
    Example,
    Generation,
    Limits,
    Outcome,
    Problem,
    ProblemRecord,
    Seed,
    Signature,
    Usage,
    Verification,
)
from codegen.report.comparison import COLLAPSE, LEAST_PROBLEMS, compare
from codegen.report.diversity import SAMPLE, diversity_of, self_similarity
from codegen.report.shapes import shape_of

# one program twice, with other names, constants, strings and comments, and once built otherwise
PROGRAMS = {
    "py": (
        "def total(values):\n    # sum\n    return sum(v * 2 for v in values if v > 3) or 'none'\n",
        "def f(xs):\n    return max(y * z for y in xs if y > limit) or f'{xs}'  # other\n",
        "def f(xs):\n    for y in xs:\n        return y * 2\n",
    ),
    "rs": (
        "fn a(v: &[i64]) -> i64 { /* c */ v.iter().map(|x| x + 1).sum::<i64>() }\n",
        "fn bc(items: &[u8]) -> u8 { items.iter().map(|y| y + other).max::<u8>() }\n",
        "fn a(v: &[i64]) -> i64 { let mut s = 0; for x in v { s += x; } s }\n",
    ),
    "go": (
        "package main\nfunc a(v []int) int { f := func(x int) int { return x+1 }; return f(2) }\n",
        "package b\nfunc c(w []int) int { g := func(y int) int { return y + z }; return g(a) }\n",
        "package main\nfunc a(v []int) int { f := func(x int) int { return 1 }; return f(2) }\n",
    ),
    "ts": (
        "function a(x: number): string { return x > 1 ? `one ${x}` : 'two'; }\n",
        "function b(y: number): string { return y > z ? 'three' : four; }\n",
        "function a(x: number): string { if (x > 1) { return 'one'; } return 'two'; }\n",
    ),
}
NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name) and name not in ("match", "case", "type", "print", "_")
)


@pytest.mark.parametrize("name", PROGRAMS)
def test_names_constants_and_comments_are_no_shape_and_structure_is(name):
    first, renamed, other = (shape_of(get(name), code) for code in PROGRAMS[name])
    assert first == renamed
    assert first != other


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES, min_size=3, max_size=3, unique=True), st.integers(0, 10**30), st.text())
def test_whatever_the_names_and_constants_the_shape_is_the_same(names, number, text):
    one, two, three = names
    quoted = repr(text.encode("utf-8", "replace").decode())
    code = (
        f"def {one}({two}, {three}):\n"
        f"    while {two} < {number}:\n        {two} += {three}[{quoted}]\n"
        f"    return {two}\n"
    )
    plain = "def a(b, c):\n    while b < 1:\n        b += c['']\n    return b\n"
    assert shape_of(get("py"), code) == shape_of(get("py"), plain)
    assert shape_of(get("py"), code + "\n\nprint(1)\n") != shape_of(get("py"), plain)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8), st.randoms(use_true_random=False))
def test_self_similarity_is_a_share_and_knows_no_order(texts, chance):
    found = self_similarity(texts)
    shuffled = chance.sample(texts, len(texts))
    assert found == pytest.approx(self_similarity(shuffled), abs=1e-3) if len(texts) > 1 else True
    assert (found is None) == (len(texts) < 2)
    assert found is None or 0 <= found <= 1
    if texts:
        assert self_similarity([texts[0]] * 4) == 1


def test_self_similarity_is_the_mean_over_pairs_of_the_words_in_a_row_they_share():
    # a and b share "b c d" of the three runs that either has; c shares nothing with either
    texts = ["A, b c d.", "b c d e", "x y z"]
    assert self_similarity(texts) == pytest.approx(round(1 / 3 / 3, 4))


def accepted(index, statement, *, topic="strings", tag="sorting", name="solve", code="x = 1\n"):
    problem = Problem(f"id-{index}", "T", statement, Signature(name, (), "int"), (), (tag,))
    seed = Seed("taxonomy", "", topic=topic)
    verification = Verification(
        "L4", Outcome.PASSED, "call", "local", "e", Limits(), (), 3, ("python",)
    )
    generation = Generation("m", "r", 0.8, 0.9, 10, {}, (), Usage())
    example = Example(
        f"e-{index}",
        "solution",
        "python",
        (),
        code,
        problem,
        seed,
        (),
        verification,
        (),
        generation,
    )
    return ProblemRecord(index, "accepted", "", seed, problem, (), (), (example,), Usage())


def varied(count, start=0):
    """Problems that differ in everything that is measured."""
    return [
        accepted(
            n,
            " ".join(f"word{random.Random(f'{n}/{k}').randrange(10**9)}" for k in range(12)),
            topic=f"topic {n}",
            tag=f"tag {n}",
            name=f"solve_{n}",
            code="\n".join(["x = 1"] * (n - start + 1)),
        )
        for n in range(start, start + count)
    ]


def test_what_is_different_is_counted_and_the_order_does_not_matter():
    records = [*varied(30), accepted(30, "Some other words", topic="topic 3", tag="tag 4")]
    made = diversity_of(records).to_json()
    assert (made["problems"], made["topics"], made["tags"], made["functions"]) == (31, 30, 30, 31)
    assert made["shapes"] == {"python": {"solutions": 31, "different": 30}}
    assert made["self_similarity"] == {"statements": 31, "mean": 0.0}
    shuffled = random.Random(1).sample(records, len(records))
    assert diversity_of(shuffled).to_json() == made


def test_the_sample_is_bounded_and_the_same_for_every_order():
    records = varied(SAMPLE + 50)
    one, other = diversity_of(records), diversity_of(reversed(records))
    assert len(one.sample()) == SAMPLE and one.sample() == other.sample()
    assert one.sample(20) == one.sample()[:20]


def test_a_run_that_says_the_same_again_and_again_is_warned_of():
    again = [accepted(n, f"Return the sum of the first {n} of `values`.") for n in range(25)]
    found = compare(diversity_of(varied(40)), diversity_of(again))
    assert found.problems == 25
    assert {one.measure for one in found.collapsed} == {one.measure for one in found.changes}
    assert len(found.changes) == 5 and all(one.fall > COLLAPSE for one in found.changes)
    assert found.to_json()["changes"][0]["later"] == 1


def test_another_run_of_the_same_kind_is_not_warned_of_although_it_is_shorter():
    long, short = diversity_of(varied(150)), diversity_of(varied(25, 1000))
    found = compare(long, short)
    assert found.problems == 25 and len(found.changes) == 5 and not found.collapsed
    assert not compare(short, long).collapsed


def test_a_few_problems_are_not_compared():
    few = diversity_of(itertools.islice(varied(40), LEAST_PROBLEMS - 1))
    assert compare(few, diversity_of(varied(40))).changes == ()
