"""What the application answers, and to whom."""

import http.client
import json
import re
import sqlite3
import urllib.parse

import pytest

from codegen.view.annotations import Annotation

from .conftest import HOSTILE


@pytest.fixture
def ask(address):
    parts = urllib.parse.urlsplit(address)

    def asked(path, body=None, *, method=None, **headers):
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body)
        connection.request(method or ("GET" if body is None else "POST"), path, data, named)
        answer = connection.getresponse()
        found = (answer.status, dict(answer.getheaders()), answer.read().decode())
        connection.close()
        return found

    asked.host = parts.netloc
    return asked


@pytest.fixture
def write(ask):
    token = re.search(r'name="token" content="([^"]+)"', ask("/")[2])[1]

    def written(path, body, **changed):
        headers = {
            "Content_Type": "application/json",
            "Origin": f"http://{ask.host}",
            "X_Codegen_Token": token,
            **changed,
        }
        return ask(path, body, **{name: one for name, one in headers.items() if one})

    return written


def text_of(page):
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (0, ["F841", "total is never used", "What it changed", "4 of 5 killed", "survived"]),
        (1, ["It adds up every value", "2 of 3 programs written from it pass", "the judge"]),
        (2, ["Chosen and rejected", "wrong answer", "1 of 2 cases pass", "worse by 50%"]),
        (3, ["4 turns, 1 to be learned", "to be learned", "tool"]),
        (4, ["Right and faulty", "Planted in line 2: constant"]),
        (5, ["Dropped: leftover tokens", "chat tokens in the statement"]),
        (6, ["Rejected: no consensus", "2 of 3 differ", "Nobody agrees"]),
        (7, ["Problem 3: none was written", "unusable problem"]),
    ],
)
def test_each_kind_of_record_can_be_read(ask, number, says):
    status, _, page = ask(f"/record/{number}")
    assert status == 200
    text = text_of(page)
    for one in says:
        assert one in text, one


def test_a_record_says_where_it_comes_from_and_what_came_of_it(ask):
    text = text_of(ask("/record/0")[2])
    assert "add_all(values: list[int]) -&gt; int" in text
    assert "much like" in text and "temperature 0.8" in text
    assert "made from this" in text and "explanation Python" in text
    life = text_of(ask("/problem/0/0")[2])
    assert "leaks code" in life and "candidate 1" in life
    assert "repo a.py :7" in life.replace(" a.py:7", " a.py :7") and "MIT" in life


def test_records_that_curation_names_are_led_to(ask, library):
    page = ask("/record/0")[2]
    named = library.browser.entry(5).id[:12]
    assert f'{named} is <a href="/record/5">' in page and "000000000000 is" not in page
    assert " is <a href" not in ask("/record/1")[2]


def test_places_keep_to_the_filter(ask):
    page = ask("/record/0?kind=solution")[2]
    assert 'href="/record/5?kind=solution"' in page
    assert "1 of 2" in text_of(page)


def test_hostile_text_stays_text_everywhere(ask):
    for path in ("/", "/record/5", "/?q=onerror", "/problem/0/1"):
        status, headers, page = ask(path)
        assert status == 200
        assert (
            "<script>" not in page and "<img" not in page and "onerror=alert" not in text_tags(page)
        )
        assert "49" not in re.findall(r"\{\{|\b49\b", page)
        assert "\x1b" not in page and "\u202e" not in page
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in headers["content-security-policy"]
    assert "ESC" in ask("/record/5")[2] and "U+202E" in ask("/record/5")[2]
    status, headers, body = ask("/json/5")
    assert headers["content-type"] == "application/json" and json.loads(body)["code"] == HOSTILE


def text_tags(page):
    return " ".join(re.findall(r"<[^>]*>", page))


def test_nothing_is_fetched_from_elsewhere_and_no_page_has_inline_script_or_style(ask):
    for path in ("/", "/record/0", "/record/3", "/agreement", "/problem/0/0"):
        page = ask(path)[2]
        for link in re.findall(r'(?:src|href|action)="([^"]*)"', page):
            assert link.startswith(("/", "#")), link
        assert re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=", text_tags(page)) is None
    for name in ("view.css", "code.css", "view.js", "icon.svg"):
        status, _, text = ask(f"/static/{name}")
        assert status == 200
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/record/99", 404),
        ("/record/x", 400),
        (f"/record/{10**30}", 404),
        (f"/problem/0/{10**30}", 404),
        ("/problem/0/99", 404),
        ("/id/ffffffff", 404),
        ("/?colour=red", 400),
        ("/?after=x", 400),
        ("/static/../application.py", 404),
        ("/nowhere", 404),
    ],
)
def test_what_is_not_there_is_said(ask, path, status):
    assert ask(path)[0] == status


def test_an_id_leads_to_its_record(ask, library):
    entry = library.browser.entry(3)
    status, headers, _ = ask(f"/id/{entry.id[:10]}")
    assert (status, headers["location"]) == (302, "/record/3")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "10.0.0.1", ""])
def test_only_this_machine_by_its_own_name_is_served(ask, host):
    assert ask("/", Host=host)[0] in (400, 421)


def test_two_people_annotate_and_each_sees_the_other(ask, write, library):
    said = {"number": 1, "annotator": "anna", "mark": "bad", "score": 2, "note": "<b>no</b>"}
    status, _, panel = write("/annotation", said)
    assert status == 200 and 'data-mark="bad"' in panel and "&lt;b&gt;no&lt;/b&gt;" in panel
    write("/annotation", {**said, "annotator": "bela", "mark": "good", "score": 5})
    (anna, bela) = library.notes.of(library.browser.entry(1).id)
    assert (anna.annotator, anna.mark, anna.score, anna.rubric) == (
        "anna",
        "bad",
        2,
        "faithfulness",
    )
    assert bela.written >= anna.written > 1e9
    assert "disagrees" in ask("/record/1")[2]
    text = text_of(ask("/agreement")[2])
    assert "anna and bela" in text and "the judge and anna" in text
    assert 'href="/record/1?notes=disputed"' in ask("/?notes=disputed")[2]
    write("/annotation", {"number": 1, "annotator": "anna"})
    assert len(library.notes.of(library.browser.entry(1).id)) == 1


def test_each_rejection_is_annotated_on_its_own(ask, write, library):
    for number, mark in ((6, "good"), (7, "bad")):
        said = {"number": number, "annotator": "anna", "mark": mark}
        status, _, panel = write("/annotation", said)
        assert status == 200 and f'data-mark="{mark}"' in panel
        assert "should not have been rejected" in panel and "judged" not in panel
    write("/annotation", {"number": 6, "annotator": "bela", "mark": "bad"})
    assert "disagrees" in ask("/record/6")[2] and "disagrees" not in ask("/record/7")[2]
    assert 'data-mark="good"' in ask("/record/6")[2] and 'data-mark="bad"' in ask("/record/7")[2]
    assert 'id="panel"' not in ask("/problem/0/2")[2]
    assert 'href="/record/6?notes=disputed"' in ask("/?notes=disputed")[2]
    write("/annotation", {"number": 0, "annotator": "bela", "mark": "bad"})
    write("/annotation", {"number": 0, "annotator": "anna", "mark": "bad"})
    found = library.agreements()
    assert [(one.first, one.second, one.about, one.marked) for one in found] == [
        ("anna", "bela", "examples", 1),
        ("anna", "bela", "rejected problems", 1),
    ]
    assert "anna and bela rejected problems" in text_of(ask("/agreement")[2])


def test_pages_are_shown_while_the_very_first_annotation_is_being_written(ask, library):
    first = sqlite3.connect(library.notes.path, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    try:
        assert library.notes.path.is_file()
        for path in ("/", "/record/1", "/?notes=none", "/agreement"):
            assert ask(path)[0] == 200, path
    finally:
        first.execute("ROLLBACK")
        first.close()


def test_who_annotates_is_remembered_by_the_browser(ask, write):
    status, headers, _ = write("/annotator", {"annotator": "Bêla & Co"})
    assert status == 204 and "SameSite=strict" in headers["set-cookie"]
    cookie = headers["set-cookie"].split(";")[0]
    assert 'data-annotator="Bêla &amp; Co"' in ask("/record/0", Cookie=cookie)[2]
    assert 'data-annotator="anna"' in ask("/record/0")[2]
    assert 'data-annotator="anna"' in ask("/record/0", Cookie="codegen_annotator=%0A")[2]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "null"}, 403),
        ({"X_Codegen_Token": "guessed"}, 403),
        ({"X_Codegen_Token": ""}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Host": "evil.example"}, 421),
    ],
)
def test_nobody_else_writes(write, library, changed, status):
    said = {"number": 0, "annotator": "anna", "mark": "bad"}
    assert write("/annotation", said, **changed)[0] == status
    assert not library.notes.exists


@pytest.mark.parametrize(
    "said",
    [
        {"number": 0, "annotator": "", "mark": "bad"},
        {"number": 0, "annotator": "anna", "mark": "worse"},
        {"number": 0, "annotator": "anna", "score": 6},
        {"number": 0, "annotator": "anna", "score": 2.5},
        {"number": "0", "annotator": "anna", "mark": "bad"},
        {"number": -1, "annotator": "anna", "mark": "bad"},
        {"number": 99, "annotator": "anna", "mark": "bad"},
        {"number": 10**100, "annotator": "anna", "mark": "bad"},
        {"number": 0, "annotator": "anna", "note": "a\ud800b"},
        {"number": 0, "annotator": "a\ud800b", "mark": "bad"},
        ["anna"],
    ],
)
def test_an_annotation_that_is_none_is_refused(write, library, said):
    assert write("/annotation", said)[0] in (400, 404, 422)
    assert not library.notes.exists


def test_what_is_too_long_is_refused_before_it_is_read(write):
    said = {"number": 0, "annotator": "anna", "note": "x" * 300_000}
    assert write("/annotation", said)[0] == 413


def test_others_opinions_are_folded_until_one_has_an_own(ask, library):
    entry = library.browser.entry(1)
    library.notes.put(Annotation(entry.id, "bela", "bad", written=1.0))
    assert '<details class="others">' in ask("/record/1")[2]
    library.notes.put(Annotation(entry.id, "anna", "bad", written=1.0))
    assert '<details class="others" open>' in ask("/record/1")[2]
