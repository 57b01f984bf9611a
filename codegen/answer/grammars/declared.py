"""A grammar out of a language's folder: the table `[answer]` and the query `answer.scm`.

The query's captures say what an item of the top level is (`@function`, `@type`, …) and which names
it binds (`@name` in the same match); the first pattern in the file that matches an item decides its
kind. A `@test` or `@main` deeper down is a part of its item that only shows it off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from codegen.answer.grammar import Grammar, Kind
from codegen.errors import UsageError
from codegen.syntax import Captures, matches, text

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

_CUT = (Kind.TEST, Kind.MAIN)


def declared(language: Language) -> Grammar:
    """Return the grammar that a language declares.

    Raises:
        UsageError: it declares none, or its query is not one.
    """
    path = language.folder / "answer.scm"
    if language.answer is None or not path.is_file():
        where = f"languages/{language.name}: [answer] in language.toml, and answer.scm"
        raise UsageError(f"answers in {language.title} cannot be read; declare {where}")
    query, table = path.read_text("utf-8"), language.answer

    def kind(node: tree_sitter.Node, _attributes: Sequence[str]) -> Kind:
        about = [(number, found) for number, found, _ in _about(language, query, node)]
        return min(about, default=(0, Kind.STATEMENT))[1]

    def names(node: tree_sitter.Node) -> tuple[str, ...]:
        found = (
            text(name)
            for _, _, captures in _about(language, query, node)
            for name in captures.get("name", ())
        )
        return tuple(dict.fromkeys(found))

    def shown(node: tree_sitter.Node) -> tuple[tree_sitter.Node, ...]:
        found = matches(language, query, node)
        inner = (n for _, captures in found for kind in _CUT for n in captures.get(kind, ()))
        return tuple(one for one in inner if one != node)

    return Grammar(
        kind,
        names,
        frozenset(table.functions),
        starts=table.starts,
        endings=table.endings,
        braces=table.braces,
        shown=shown,
        unique_names=table.unique_names,
        loose_statements=table.loose_statements,
    )


def _about(
    language: Language, query: str, node: tree_sitter.Node
) -> Iterator[tuple[int, Kind, Captures]]:
    """Yield (number of the pattern, kind, captures) of the matches that are about a node itself."""
    for number, captures in matches(language, query, node):
        for kind in Kind:
            if node in captures.get(kind, ()):
                yield number, kind, captures
