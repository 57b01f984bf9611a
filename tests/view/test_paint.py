"""Whatever a text is, it is shown as text, and nothing in it hides itself."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.view import paint
from codegen.view.difference import difference

OURS = {"span", "ol", "li", "code", "div", "em"}


class Reader(HTMLParser):
    """Collects tags, their attributes and text."""

    def __init__(self, markup):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.open = set(), set(), [], []
        self.unnamed = []
        self.feed(str(markup))
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.open.append((tag, dict(attributes).get("class")))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        self.text.append(data)
        if ("span", "hidden-character") not in self.open:
            self.unnamed.append(data)


def read(markup, *, names=True):
    """Return the text of our HTML, with the names of hidden characters or without."""
    found = Reader(markup)
    assert found.tags <= OURS and found.attributes <= {"class", "tabindex"}
    assert not found.open
    return "".join(found.text if names else found.unnamed)


@given(st.text(max_size=200), st.sampled_from(["python", "rust", "go", "html", "unheard-of"]))
def test_a_program_is_shown_whole_and_can_do_nothing(text, language):
    lines = paint.painted(text, language)
    assert len(lines) == text.count("\n") + 1
    shown = "\n".join(read(line, names=False) for line in lines)
    assert shown == paint.HIDDEN.sub("", text)
    for markup in (paint.code(text, language), paint.prose(text), paint.shown(text)):
        read(markup)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred", "ESC[31mred"),
        ("a\u202eb", "aU+202Eb"),
        ("a\u200bb\ufeff", "aU+200BbU+FEFF"),
        ("half \ud800", "half U+D800"),
        ("line\r\n", "lineCR\n"),
        ("\U000e0041tag", "U+E0041tag"),
    ],
)
def test_what_hides_itself_is_named(text, seen):
    assert read(paint.shown(text)) == seen
    assert paint.HIDDEN.search(paint.plain(text)) is None


def test_a_long_text_ends_early_and_says_by_how_much():
    shown = read(paint.shown("x" * 50 + "\n" + "y" * 100_000))
    assert len(shown) < 45_000
    assert re.search(r"… [\d,]+ characters more in the JSON$", shown)
    assert "more in the JSON" not in read(paint.shown("short"))
    assert read(paint.code("a\n" * 5000, "python")).count("a\n") == paint.MOST_LINES


def test_code_in_a_message_is_code():
    markup = paint.prose("Before <b>\n```python\nx = '<i>'\n```\nafter")
    assert '<ol class="code"' in markup and "t-" in markup
    assert read(markup) == "Before <b>x = '<i>'\nafter"


lines = st.lists(st.sampled_from(["a", "b", "  c()", "<d>", ""]), max_size=12).map("\n".join)


@given(lines, lines)
def test_a_difference_leads_from_one_text_to_the_other(before, after):
    before, after = before.rstrip("\n"), after.rstrip("\n")
    found = difference(before, after)
    assert bool(found) == (before != after)
    olds, news = before.split("\n"), after.split("\n")
    for line in found:
        text = read(line.html)
        assert line.before is None or olds[line.before - 1] == text
        assert line.after is None or news[line.after - 1] == text
    if found and all(line.kind != "gap" for line in found) and found[0].before in (1, None):
        removed = {line.before for line in found if line.kind == "removed"}
        added = {line.after for line in found if line.kind == "added"}
        rest = [text for number, text in enumerate(olds, 1) if number not in removed]
        assert rest == [text for number, text in enumerate(news, 1) if number not in added]


def test_changed_lines_show_what_changed_and_endless_texts_are_not_compared():
    removed, added = difference("total = 18\n", "total = 17\n")
    assert str(removed.html) == "total = 1<em>8</em>"
    assert str(added.html) == "total = 1<em>7</em>"
    assert difference("a\n" * 4000, "b") is None
    assert str(difference("", "<")[1].html) == "<em>&lt;</em>"
