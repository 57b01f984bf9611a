"""The list: filters, searching, pages, places; and the file that it is read from."""

import contextlib
import os
import sqlite3
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.curate.dataset import Dataset
from codegen.errors import UsageError
from codegen.view import browse
from codegen.view.annotations import Annotation
from codegen.view.browse import Missing
from codegen.view.catalogue import FILE, Catalogue
from codegen.view.filter import Filter, match_of, parse_filter
from codegen.view.library import Library
from codegen.view.notebook import Notebook

from .conftest import write

EVERYTHING = Filter()


def kinds(library, **values):
    page = library.browser.page(Filter({name: (one,) for name, one in values.items()}), "anna")
    return [one.kind for one in page.entries]


def found(library, search):
    return [one.number for one in library.browser.page(Filter(search=search), "anna").entries]


def test_examples_and_rejected_problems_are_listed_problems_last(library):
    page = library.browser.page(EVERYTHING, "anna")
    assert [one.kind for one in page.entries] == [
        *("solution", "explanation", "preference", "conversation", "debugging", "solution"),
        *("problem", "problem"),
    ]
    assert [one.number for one in page.entries] == list(range(8))
    assert (page.total, page.first, page.before, page.after) == (8, 1, None, None)
    assert page.entries[6].reason == "no_consensus"


def test_each_facet_filters_and_facets_are_counted(library):
    assert kinds(library, kind="explanation") == ["explanation"]
    assert kinds(library, status="dropped") == ["solution"]
    assert kinds(library, reason="leftover_tokens") == ["solution"]
    assert kinds(library, status="rejected") == ["problem", "problem"]
    assert kinds(library, language="-") == ["problem", "problem"]
    assert kinds(library, kind="solution", status="kept") == ["solution"]
    assert kinds(library, difficulty="easy", level="L5", topic="sums", seed="taxonomy")
    assert kinds(library, model="nobody") == []
    facets = library.browser.facets()
    assert dict(facets["status"]) == {"kept": 5, "dropped": 1, "rejected": 2}
    assert dict(facets["language"]) == {"python": 6, "": 2}


def test_a_problems_id_finds_what_came_of_it(library):
    pages = library.browser.page(EVERYTHING, "anna").entries
    accepted, riddle = pages[0].problem, pages[6]
    assert found(library, accepted[:12]) == [0, 1, 2, 3, 4]
    assert found(library, riddle.problem[:12]) == found(library, riddle.id[:12]) == [6]
    assert library.browser.find(accepted).number == 0
    assert library.browser.find(riddle.problem) == library.browser.find(riddle.id) == riddle


def test_words_are_found_in_titles_statements_code_and_texts(library):
    assert found(library, "zugzwang") == [6]
    assert found(library, "ADD_ALL values") == [0, 1, 2, 3, 4]
    assert found(library, '"adds up every"') == [1]
    assert found(library, '"every adds"') == []
    assert found(library, "zugz*") == [6]
    assert found(library, "zugz") == []
    assert found(library, "differ") == [6]
    assert found(library, "onerror") == [5]


def test_an_id_is_found_by_its_beginning(library):
    entry = library.browser.entry(1)
    assert found(library, entry.id[:12]) == [1]
    assert library.browser.find(entry.id[:8].upper()).number == 1
    with pytest.raises(Missing):
        library.browser.find("ffffffffffffffffff")


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_search(search):
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE texts USING fts5(a)")
        match = match_of(search.encode("utf-8", "replace").decode())
        if match:
            connection.execute("SELECT * FROM texts WHERE texts MATCH ?", [match]).fetchall()


def test_annotations_filter(library):
    ids = [one.id for one in library.browser.page(EVERYTHING, "anna").entries]
    put = library.notes.put
    put(Annotation(ids[0], "anna", "good", written=1.0))
    put(Annotation(ids[0], "bela", "bad", note="why", written=1.0))
    put(Annotation(ids[1], "bela", score=5, written=1.0))
    put(Annotation(ids[2], "anna", score=2, written=1.0))
    put(Annotation(ids[2], "bela", score=3, written=1.0))

    def numbers(notes="", judged=""):
        page = library.browser.page(Filter(notes=notes, judged=judged), "anna")
        return [one.number for one in page.entries]

    assert numbers("any") == [0, 1, 2]
    assert numbers("none") == [3, 4, 5, 6, 7]
    assert numbers("mine") == [0, 2]
    assert numbers("todo") == [1, 3, 4, 5, 6, 7]
    assert numbers("good") == numbers("bad") == numbers("note") == numbers("disputed") == [0]
    put(Annotation(ids[2], "bela", score=4, written=2.0))
    assert numbers("disputed") == [0, 2]
    assert numbers(judged="any") == numbers(judged="low") == numbers(judged="apart") == [1]
    assert numbers(judged="5") == []
    assert library.browser.judged(ids) == {ids[1]: 2}


def test_pages_and_places_follow_one_another_without_gap(library, monkeypatch):
    monkeypatch.setattr(browse, "PAGE", 3)
    after, seen, firsts = None, [], []
    while True:
        page = library.browser.page(EVERYTHING, "anna", after=after)
        seen += [one.number for one in page.entries]
        firsts.append(page.first)
        if page.after is None:
            break
        after = page.after
    assert seen == list(range(8)) and firsts == [1, 4, 7]
    back = library.browser.page(EVERYTHING, "anna", before=page.before)
    assert [one.number for one in back.entries] == [3, 4, 5]
    assert (back.first, back.before, back.after) == (4, 3, 5)
    chosen, walked, number = Filter({"kind": ("solution",)}), [], 0
    while number is not None:
        place = library.browser.place(number, chosen, "anna")
        walked.append((number, place.at, place.total, place.previous))
        number = place.next
    assert walked == [(0, 1, 2, None), (5, 2, 2, 0)]


def test_a_filter_goes_into_an_address_and_comes_back():
    pairs = [("kind", "solution"), ("reason", "-"), ("notes", "bad"), ("q", 'a "b c" & d')]
    chosen = parse_filter([*pairs, ("after", "7"), ("level", "")], ignored=["after"])
    import urllib.parse

    assert parse_filter(urllib.parse.parse_qsl(chosen.query)) == chosen
    assert [chip.name for chip in chosen.chips] == ["kind", "reason", "annotations", "search"]
    without = parse_filter(urllib.parse.parse_qsl(chosen.chips[0].without))
    assert without == Filter({"reason": ("-",)}, "bad", "", 'a "b c" & d')


def test_several_values_of_a_facet_are_alternatives_and_leave_one_by_one(library):
    pairs = [("kind", "problem"), ("kind", "preference"), ("kind", "problem"), ("status", "kept")]
    chosen = parse_filter(pairs)
    assert chosen.values == {"kind": ("problem", "preference"), "status": ("kept",)}
    assert chosen.query == "kind=problem&kind=preference&status=kept"
    assert [chip.without for chip in chosen.chips] == [
        "kind=preference&status=kept",
        "kind=problem&status=kept",
        "kind=problem&kind=preference",
    ]
    either = parse_filter(pairs[:2])
    page = library.browser.page(either, "anna")
    assert [one.number for one in page.entries] == [2, 6, 7]
    assert library.browser.place(6, either, "anna").previous == 2
    nothing = parse_filter([("language", "-"), ("language", "python")])
    assert library.browser.page(nothing, "anna").total == 8
    with pytest.raises(UsageError, match="'notes' is given twice"):
        parse_filter([("notes", "good"), ("notes", "bad")])


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("colour", "red"), "nothing can be filtered by 'colour'"),
        (("notes", "x"), "notes='x'"),
        (("judged", "7"), "judged='7'"),
    ],
)
def test_a_filter_that_is_none_is_refused(pair, message):
    with pytest.raises(UsageError, match=message):
        parse_filter([pair])


def test_filling_goes_on_where_it_stopped_and_twice_changes_nothing(folder):
    with Dataset.open(folder) as dataset:
        notes = Notebook(folder)
        first = Catalogue(dataset, notes)
        first.fill(stopped=lambda: True)
        assert first.share() == 0.0
        first.close()
        second, third = Catalogue(dataset, notes), Catalogue(dataset, notes)
        second.fill()
        third.fill()
        assert second.share() == third.share() == 1.0
        second.close()
        third.close()
    with contextlib.closing(sqlite3.connect(folder / FILE)) as connection:
        hits = connection.execute("SELECT rowid FROM texts WHERE texts MATCH 'zugzwang'")
        assert hits.fetchall() == [(6,)]


def test_the_file_is_made_again_for_another_dataset_and_where_it_is_broken(folder, records):
    with Dataset.open(folder) as dataset, contextlib.closing(Library(dataset, folder)) as made:
        assert made.browser.page(EVERYTHING, "anna").total == 8
        made.notes.put(Annotation(made.browser.entry(0).id, "anna", "bad", written=time.time()))
        write(folder, records[:1])
        assert len(made.notes.all()) == 1
        made.notes.put(Annotation("another", "anna", "bad", written=1.0))
    with Dataset.open(folder) as dataset, contextlib.closing(Library(dataset, folder)) as made:
        assert made.browser.page(EVERYTHING, "anna").total == 5
        assert made.browser.page(Filter(notes="bad"), "anna").total == 1
    (folder / FILE).write_bytes(b"no database" * 1000)
    with Dataset.open(folder) as dataset, contextlib.closing(Library(dataset, folder)) as made:
        assert made.browser.page(EVERYTHING, "anna").total == 5


def test_a_dataset_that_is_made_again_is_to_be_opened_again_with_its_annotations(
    library, folder, records
):
    first = library.browser.entry(0).id
    library.notes.put(Annotation(first, "anna", "bad", written=1.0))
    assert library.browser.marks([first])[first][0].mark == "bad"
    write(folder, records)
    with pytest.raises(UsageError, match="was made again: start `codegen view` again"):
        library.browser.entry(0)
    with Dataset.open(folder) as dataset, contextlib.closing(Library(dataset, folder)) as made:
        assert made.browser.marks([first])[first][0].mark == "bad"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_read_all_the_same(folder):
    folder.chmod(0o555)
    try:
        with Dataset.open(folder) as dataset, contextlib.closing(Library(dataset, folder)) as made:
            assert made.browser.page(EVERYTHING, "anna").total == 8
    finally:
        folder.chmod(0o755)
