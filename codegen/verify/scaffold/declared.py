"""Any language whose scaffold is declared: queries over its syntax tree, edits and templates.

What is declared is in `codegen.schema`: the forms of native tests (`UnitForm`), marks and edits.

Not here: what needs more than a query can say (the modules beside this one).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.language import fill
from codegen.syntax import Captures, matches, parse, text
from codegen.verify.scaffold.counters import counters
from codegen.verify.scaffold.unit import Edit, Unit, edited, seal

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language
    from codegen.schema import Mark, Text, UnitForm

SCRIPT = "main"


def sources(language: Language, solution: str) -> Mapping[str, bytes]:
    """Return the solution with the language's edits."""
    return {language.source: _edited(language, "solution", solution)}


def marks(language: Language, solution: str, tests: str = "", function: str = "") -> dict[str, str]:
    """Return what templates and commands may name: the edited texts and the language's marks."""
    drawn = {
        name: _drawn(language, mark, solution if mark.of == "solution" else tests, function)
        for name, mark in language.marks.items()
    }
    return {
        **drawn,
        "solution": _edited(language, "solution", solution).decode(),
        "tests": _edited(language, "tests", tests).decode(),
        "function": function,
    }


def unit(language: Language, solution: str, tests: str, entry: str, nonce: str) -> Unit:
    """Return the program of a solution and its native tests."""
    root = parse(language, tests.encode()).root_node
    form, names = _form(language, root)
    dice = random.Random(seal(nonce, "", "counter"))  # noqa: S311 - not known to the program
    counted = counters(language, root, dice)
    values = {
        **marks(language, solution, tests, entry),
        "tests": _edited(language, "tests", tests, counted).decode(),
        "calls": "\n".join(_call(language.unit[form], nonce, i, n) for i, n in enumerate(names)),
        "end": _numbers(nonce, "", "end"),
        "room": seal(nonce, "", "room").hex(),
        "count": str(len(names)),
    }
    framed = language.unit[form].framed
    late = {} if framed else {fill(language.tests, values): values["tests"].encode()}
    return Unit(
        form=form,
        tests=names,
        files={
            **sources(language, solution),
            **made(language, language.unit[form].templates, values),
        },
        late={**late, **made(language, language.unit[form].late, values)},
        marks=values,
        sealed=language.unit[form].sealed,
        told={"source": values["tests"]} if framed else {},
    )


def made(
    language: Language, templates: Mapping[str, str], values: Mapping[str, str]
) -> dict[str, bytes]:
    """Return the files that templates make."""
    return {
        fill(path, values): fill(language.harness(name).decode(), values).encode()
        for path, name in templates.items()
    }


def _edited(language: Language, of: Text, source: str, more: Iterable[Edit] = ()) -> bytes:
    data = source.encode()
    wanted = [edit for edit in language.edits if edit.of == of]
    edits = {(edit.start, edit.end): edit for edit in more}
    if not wanted:
        return edited(data, edits.values())
    root = parse(language, data).root_node
    for edit in wanted:
        for _, captures in matches(language, edit.query, root):
            for node in captures.get("edit", ()):
                start = node.end_byte if edit.place == "after" else node.start_byte
                end = node.start_byte if edit.place == "before" else node.end_byte
                edits[start, end] = Edit(start, end, edit.text.encode())
    return edited(data, edits.values())


def _drawn(language: Language, mark: Mark, source: str, function: str) -> str:
    root = parse(language, source.encode()).root_node
    lines = []
    for _, captures in matches(language, mark.query, root):
        words = {name: text(nodes[0]) for name, nodes in captures.items()}
        if mark.where == "function" and function and words.get("function") != function:
            continue
        lines.append(fill(mark.each, words))
    kept = dict.fromkeys(lines[:1] if mark.first else lines)
    return "\n".join(kept)


def _form(language: Language, root: tree_sitter.Node) -> tuple[str, tuple[str, ...]]:
    """Return the first form that the tests have, and the names of the tests.

    Raises:
        UsageError: there is none.
    """
    for name, form in language.unit.items():
        if form.when and not matches(language, form.when, root):
            continue
        if form.unless and matches(language, form.unless, root):
            continue
        found = _tests(language, form, root)
        if found:
            return name, found
    known = ", ".join(language.unit)
    raise UsageError(f"tests: no test in them that {language.title} is known to have ({known})")


def _tests(language: Language, form: UnitForm, root: tree_sitter.Node) -> tuple[str, ...]:
    if form.script:
        wanted = not form.script_query or matches(language, form.script_query, root)
        return (SCRIPT,) if wanted and root.named_child_count else ()
    groups = _groups(language, form, root)
    found = dict.fromkeys(_named(matches(language, form.tests, root)))
    return tuple(_distinct(_within(groups, at, name, form.separator) for at, name in found))


def _named(found: list[tuple[int, Captures]]) -> Iterator[tuple[int, str]]:
    for _, captures in found:
        for node in captures.get("name", ()):
            yield node.start_byte, text(node)
        for node in captures.get("quoted", ()):
            yield node.start_byte, text(node)[1:-1]


def _groups(
    language: Language, form: UnitForm, root: tree_sitter.Node
) -> list[tuple[int, int, str]]:
    found = matches(language, form.groups, root) if form.groups else []
    return sorted(
        (captures["body"][0].start_byte, captures["body"][0].end_byte, text(captures["name"][0]))
        for _, captures in found
    )


def _within(groups: list[tuple[int, int, str]], at: int, name: str, separator: str) -> str:
    around = [group for start, end, group in groups if start <= at < end]
    return separator.join([*around, name])


def _distinct(names: Iterator[str]) -> Iterator[str]:
    """Yield names; the second of a name is called `name (2)`."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _call(form: UnitForm, nonce: str, index: int, name: str) -> str:
    values = {
        "name": name,
        "quoted": json.dumps(name),
        "index": str(index),
        "passed": _numbers(nonce, name, "passed"),
        "skipped": _numbers(nonce, name, "skipped"),
    }
    return fill(form.each, values)


def _numbers(nonce: str, name: str, outcome: str) -> str:
    return ", ".join(map(str, seal(nonce, name, outcome)))
