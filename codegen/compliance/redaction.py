"""Texts of a record in its JSON form: looked through, and with marks for what must not be there.

Programs that were executed, and the values of cases, are evidence: nothing in them changes but
comments. Identifiers, hashes and names of models are no texts.

Not here: what is looked for (`codegen.compliance`), what is done then (`codegen.curate`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from codegen import language as languages
from codegen import syntax
from codegen.compliance.sightings import Sighting
from codegen.errors import UsageError
from codegen.records import Json

NO_TEXT = frozenset((
    "id", "sha256", "calls", "call", "executions", "prompts", "environment", "sandbox", "parents",
    "parent", "run", "kind", "language", "model", "revision", "level", "agreeing_languages", "type",
))  # fmt: skip
_EVIDENCE = frozenset(("cases", "examples", "signature"))
_CODE = "code"
Path = tuple[str | int, ...]


def texts(form: Json, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the texts of a record with their places, in order."""
    if isinstance(form, str):
        if form:
            yield path, form
    elif isinstance(form, dict):
        for key, value in form.items():
            if key not in NO_TEXT:
                yield from texts(value, (*path, key))
    elif isinstance(form, list):
        for number, value in enumerate(form):
            yield from texts(value, (*path, number))


def distinct(form: Json) -> set[str]:
    """Return the texts of a record, each once."""
    found: set[str] = set()
    waiting: list[Any] = [[form]]
    for value in waiting:
        inside = value
        if isinstance(value, dict):
            inside = [held for key, held in value.items() if key not in NO_TEXT]
        found.update([one for one in inside if type(one) is str])
        waiting += [one for one in inside if type(one) is dict or type(one) is list]
    found.discard("")
    return found


def shown(path: Path) -> str:
    """Return a place as people write it: `messages[1].content`."""
    parts = (f"[{one}]" if isinstance(one, int) else f".{one}" for one in path)
    return "".join(parts).removeprefix(".")


def is_evidence(form: Json, path: Path, sighting: Sighting) -> bool:
    """Whether something at a place is part of what was executed: a case, or code but comments."""
    if not _EVIDENCE.isdisjoint(path):
        return True
    text = _at(form, path)
    if not _is_program(form, path):
        return False
    return sighting.text in _without_comments(_language(form, path), text)


def redacted(form: Json, sightings: Iterable[Sighting]) -> Json:
    """Return a record with a mark in the place of everything that was seen."""
    marks = sorted({(one.text, one.mark) for one in sightings}, key=lambda one: -len(one[0]))
    return _replaced(form, lambda text: _marked(text, marks))


def _marked(text: str, marks: Sequence[tuple[str, str]]) -> str:
    for found, mark in marks:
        text = text.replace(found, mark)
    return text


def _replaced(form: Json, change: Callable[[str], str]) -> Json:
    if isinstance(form, str):
        return change(form)
    if isinstance(form, dict):
        return {k: v if k in NO_TEXT else _replaced(v, change) for k, v in form.items()}
    return [_replaced(one, change) for one in form] if isinstance(form, list) else form


def _at(form: Json, path: Path) -> Any:
    for key in path:
        form = form[key]
    return form


def _is_program(form: Json, path: Path) -> bool:
    """Whether a place holds source that was executed: code, and the text of native tests."""
    if path[-1] == _CODE:
        return True
    return path == ("text",) and form.get("kind") == "tests"


def _language(form: Json, path: Path) -> str:
    """Return the language of a program: that of the innermost record that says one."""
    for length in range(len(path) - 1, -1, -1):
        inside = _at(form, path[:length])
        if isinstance(inside, dict) and inside.get("language"):
            return str(inside["language"])
    return ""


def _without_comments(name: str, code: str) -> str:
    try:
        language = languages.get(name)
    except UsageError:
        return code
    source = code.encode("utf-8", "surrogatepass")
    kept, at = [], 0
    for node in syntax.walk(syntax.parse(language, source).root_node):
        if syntax.is_comment(node) and node.start_byte >= at:
            kept.append(source[at : node.start_byte])
            at = node.end_byte
    return b"\n".join([*kept, source[at:]]).decode("utf-8", "replace")
