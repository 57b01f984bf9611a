"""Text and code as safe HTML: escaped, highlighted, and with nothing in it that hides itself.

What is shown was written by models and programs. Control characters, direction marks and halves of
surrogate pairs are shown by name, since the eye would miss them or be misled; long texts end early
and say so.

Not here: differences between texts (`codegen.view.difference`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from codegen.records import Json, canonical

MOST_TEXT = 40_000
MOST_LINES = 1_500
MOST_LINE = 2_000
MOST_VALUE = 2_000
_MOST_HIGHLIGHTED = 60_000
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NAMES: Mapping[str, str] = {"\x1b": "ESC", "\0": "NUL", "\r": "CR", "\x07": "BEL", "\b": "BS"}
_FORMATTER = HtmlFormatter(nowrap=True, classprefix="t-")


def visible(markup: str) -> Markup:
    """Return escaped HTML with the characters in it that nobody sees put by name."""
    return Markup(HIDDEN.sub(_named, markup))  # noqa: S704 - the caller has escaped it


def _named(match: re.Match[str]) -> str:
    return f'<span class="hidden-character">{_name(match[0])}</span>'


def _name(character: str) -> str:
    return _NAMES.get(character) or f"U+{ord(character):04X}"


def shown(text: object, most: int = MOST_TEXT) -> Markup:
    """Return a text as HTML, as it is but for what hides itself; of a long one the beginning."""
    whole = str(text)
    part, left_out = shortened(whole, most)
    return visible(html.escape(part)) + _left_out(left_out)


def shortened(text: str, most: int = MOST_TEXT) -> tuple[str, int]:
    """Return a text's beginning, within bounds for its lines as well, and how much is left out."""
    lines = text[:most].split("\n")[:MOST_LINES]
    cut = "\n".join(line if len(line) <= MOST_LINE else line[:MOST_LINE] + " …" for line in lines)
    kept = sum(min(len(line), MOST_LINE) + 1 for line in lines) - 1
    return cut, max(0, len(text) - kept)


def _left_out(count: int) -> Markup:
    if not count:
        return Markup()
    return Markup('<span class="left-out">… {:,} characters more in the JSON</span>').format(count)


def value(one: Json, most: int = MOST_VALUE) -> Markup:
    """Return a JSON value as HTML on one line."""
    return shown(canonical(one), most)


def code(text: str, language: str) -> Markup:
    """Return a program as HTML lines, highlighted where its language is known and it is not huge.

    Each line is a list item with its number, so that one can be linked to.
    """
    part, left_out = shortened(text.rstrip("\n"))
    lines = painted(part, language)
    items = Markup().join(Markup("<li><code>{}\n</code></li>").format(line) for line in lines)
    return Markup('<ol class="code" tabindex="0">{}</ol>{}').format(items, _left_out(left_out))


def painted(text: str, language: str) -> list[Markup]:
    """Return each line of a program as HTML."""
    # what a lexer would take away or turn into a line's end has to be seen
    plain = len(text) > _MOST_HIGHLIGHTED or "\r" in text or text.startswith("\ufeff")
    lexer = None if plain else _lexer(language)
    made = html.escape(text) if lexer is None else highlight(text, lexer, _FORMATTER)
    return [visible(line) for line in made.split("\n")][: text.count("\n") + 1]


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


_FENCE = re.compile(
    r"^(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL
)


def prose(text: str) -> Markup:
    """Return a message as HTML: its fenced blocks as code, the rest as it is."""
    part, left_out = shortened(text)
    made, at = Markup(), 0
    for block in _FENCE.finditer(part):
        made += _paragraph(part[at : block.start()]) + code(block[3], block[2] or "text")
        at = block.end()
    return made + _paragraph(part[at:]) + _left_out(left_out)


def _paragraph(text: str) -> Markup:
    text = text.strip("\n")
    if not text.strip():
        return Markup()
    return Markup('<div class="prose">{}</div>').format(visible(html.escape(text)))


def plain(one: object) -> object:
    """Return what a template prints by itself: the characters that hide themselves by name."""
    if isinstance(one, str) and not isinstance(one, Markup):
        return HIDDEN.sub(lambda match: f"⟨{_name(match[0])}⟩", one)
    return one
