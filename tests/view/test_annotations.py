"""Annotations are kept, exchanged and compared."""

import json
import sqlite3
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import UsageError
from codegen.view.agreement import (
    JUDGE,
    agreements,
    kappa,
    rank_correlation,
    told_apart,
    weighted_kappa,
)
from codegen.view.annotations import (
    Annotation,
    bad_ids,
    marked,
    read_annotations,
    write_annotations,
)
from codegen.view.notebook import FILE, Merged, Notebook

ONE = Annotation("a" * 64, "anna", "bad", 2, "wrong\nsum", "record", 10.0)


@pytest.fixture
def notebook(tmp_path):
    return Notebook(tmp_path)


def test_nothing_is_made_before_something_is_said(notebook):
    assert notebook.all() == notebook.of("x") == notebook.annotators() == ()
    assert not notebook.exists


def test_a_person_has_one_annotation_of_an_example_and_takes_it_back(notebook):
    notebook.put(ONE)
    notebook.put(Annotation(ONE.example, "bela", "good", written=11.0))
    notebook.put(Annotation(ONE.example, "anna", "good", written=12.0))
    assert [(one.annotator, one.mark) for one in notebook.of(ONE.example)] == [
        ("anna", "good"),
        ("bela", "good"),
    ]
    notebook.put(Annotation(ONE.example, "anna", written=13.0))
    assert notebook.annotators() == ("bela",)


def test_several_write_at_once_and_nothing_is_lost(tmp_path):
    def write(name):
        own = Notebook(tmp_path)
        for number in range(20):
            own.put(Annotation(f"example-{number}", name, "good", written=1.0))

    threads = [threading.Thread(target=write, args=(f"person {n}",)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(Notebook(tmp_path).all()) == 80
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"annotator": ""}, "annotator ''"),
        ({"annotator": "a\nb"}, "printable"),
        ({"annotator": "x" * 65}, "1 to 64"),
        ({"score": 6}, "score 6: give 1 to 5"),
        ({"note": "x" * 20_001}, "20,001 characters"),
        ({"example": ""}, "names no example"),
        ({"note": "a\ud800b"}, "note: it has half of a surrogate pair"),
        ({"example": "\udfff"}, "example: it has half of a surrogate pair"),
        ({"written": float("nan")}, "written: nan is no time"),
    ],
)
def test_what_is_out_of_bounds_is_refused_and_nothing_is_kept(notebook, wrong, message):
    values = {"example": "e", "annotator": "anna", "mark": "bad", **wrong}
    with pytest.raises(UsageError, match=message):
        notebook.put(Annotation(**values))
    assert not notebook.exists


def test_a_file_that_holds_something_else_is_not_touched(notebook):
    with sqlite3.connect(notebook.path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    before = notebook.path.read_bytes()
    for act in (notebook.all, lambda: notebook.put(ONE)):
        with pytest.raises(UsageError, match="does not hold annotations"):
            act()
    assert notebook.path.read_bytes() == before


names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
said = st.builds(
    Annotation,
    names,
    names,
    st.sampled_from(["", "good", "bad"]),
    st.none() | st.integers(1, 5),
    texts,
    texts,
    st.floats(0, 1e12),
)


@given(st.lists(said, unique_by=lambda one: (one.example, one.annotator), min_size=1, max_size=6))
def test_a_file_comes_back_as_it_was(tmp_path_factory, found):
    file = tmp_path_factory.mktemp("exchange") / "said.jsonl"
    context = {one.example: {"kind": "solution", "judge": 3} for one in found}
    assert write_annotations(file, found, context) == len(found)
    assert sorted(read_annotations(file), key=repr) == sorted(found, key=repr)


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_file_without_an_annotation_is_refused(tmp_path, text):
    file = tmp_path / "said.jsonl"
    file.write_text(text)
    with pytest.raises(UsageError, match="holds no annotation"):
        read_annotations(file)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no json", "line 2 is not JSON"),
        ("[]", "line 2: Annotation: expected an object"),
        ('{"example": "e", "annotator": "anna", "colour": 1}', "unknown key 'colour'"),
        ('{"example": "e", "annotator": "anna", "score": 9}', "line 2: score 9"),
        ('{"example": "e", "annotator": "anna", "note": "\\ud800"}', "line 2: note: it has half"),
        ("[" * 100_000, "line 2 is not usable JSON"),
        ("1" * 5_000, "line 2 is not JSON"),
    ],
)
def test_a_line_that_is_no_annotation_is_named(tmp_path, line, message):
    file = tmp_path / "said.jsonl"
    file.write_text(json.dumps({"example": "e", "annotator": "anna"}) + f"\n{line}\n")
    with pytest.raises(UsageError, match=message):
        read_annotations(file)


def test_the_later_of_two_counts_when_files_are_taken_in(notebook):
    notebook.put(ONE)
    later = Annotation(ONE.example, "anna", "good", written=20.0)
    assert notebook.merge([Annotation(ONE.example, "anna", "good", written=5.0)]) == Merged(kept=1)
    assert notebook.of(ONE.example) == (ONE,)
    assert notebook.merge([later, Annotation("b", "bela", "bad")]) == Merged(added=1, replaced=1)
    assert notebook.of(ONE.example) == (later,)
    with pytest.raises(UsageError):
        notebook.merge([Annotation("c", "anna", "bad"), Annotation("c", "", "bad")])
    assert notebook.of("c") == ()


def test_who_is_bad_depends_on_the_rule(notebook):
    for name, mark in (("anna", "bad"), ("bela", "bad"), ("cleo", "good")):
        notebook.put(Annotation("two of three", name, mark, note=f"says {name}"))
    notebook.put(Annotation("one of two", "anna", "bad"))
    notebook.put(Annotation("one of two", "bela", "good"))
    notebook.put(Annotation("alone", "anna", "bad"))
    notebook.put(Annotation("scored", "anna", score=1))
    folder = notebook.path.parent
    assert bad_ids(folder) == {"two of three", "one of two", "alone"}
    assert bad_ids(folder, rule="most") == {"two of three", "alone"}
    assert bad_ids(notebook.path, rule="all") == {"alone"}
    assert marked(notebook.all())["two of three"] == "anna: says anna; bela: says bela"
    with pytest.raises(UsageError, match="holds no annotations"):
        bad_ids(folder / "..")


def test_kappa_is_as_published():
    # the table of Cohen's example: 50 subjects, agreement 0.70, by chance 0.50
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10
    pairs += [("no", "no")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert weighted_kappa([(1, 1), (2, 2), (5, 5)]) == 1.0
    assert weighted_kappa([(1, 5), (5, 1)]) == -1.0
    near, far = [(1, 2), (3, 3), (5, 5)], [(1, 5), (3, 3), (5, 5)]
    assert weighted_kappa(near) > weighted_kappa(far)
    assert kappa([]) is kappa([("yes", "yes")] * 9) is weighted_kappa([(3, 3)] * 9) is None


def test_ranks_share_ties():
    assert rank_correlation([(1, 2), (2, 3), (3, 5)]) == pytest.approx(1.0)
    assert rank_correlation([(1, 5), (2, 4), (3, 1)]) == pytest.approx(-1.0)
    # by hand: ranks 1.5 1.5 3 and 1 2 3
    assert rank_correlation([(1, 1), (1, 2), (2, 3)]) == pytest.approx(0.8660254)
    assert rank_correlation([(1, 3), (2, 3)]) is None


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=30))
def test_agreement_is_bounded_and_has_no_order(pairs):
    turned = [(other, one) for one, other in pairs]
    for measure in (kappa, weighted_kappa, rank_correlation):
        found = measure(pairs)
        assert found is None or -1 - 1e-9 <= found <= 1 + 1e-9
        assert found == pytest.approx(measure(turned))


def test_the_judge_is_compared_with_everybody_and_everybody_in_pairs():
    scores = {"a": 5, "b": 1, "c": 3}
    made = [Annotation(name, "anna", score=score) for name, score in scores.items()]
    made += [Annotation("a", "bela", "good", 4), Annotation("b", "bela", "bad", 2)]
    made += [Annotation("c", "bela", "bad")]
    judge = {"a": 5, "b": 2, "c": 5, "unseen": 1}
    with_anna, with_bela, pair = agreements(made, judge)
    assert (with_anna.first, with_anna.second, with_anna.scored) == (JUDGE, "anna", 3)
    assert with_bela.told_apart == 0.75  # a is above b, and level with c
    assert (pair.first, pair.second, pair.scored, pair.marked) == ("anna", "bela", 2, 0)
    assert agreements(made, {}) == (pair,)
    assert told_apart(judge, {"a": "good"}) is None
