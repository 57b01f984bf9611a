"""What a grammar has to say about a language for answers in it to be read.

Not here: the languages (`codegen.answer.grammars`), parsing (`codegen.syntax`), what is done with
the meanings (`codegen.answer.tidy`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from codegen import syntax

if TYPE_CHECKING:
    import tree_sitter


class Kind(StrEnum):
    """What a top-level item is. `header` must stay in front: a docstring, an inner attribute."""

    HEADER = "header"
    PACKAGE = "package"
    IMPORT = "import"
    FUNCTION = "function"
    TYPE = "type"
    VALUE = "value"
    STATEMENT = "statement"
    COMMENT = "comment"
    TEST = "test"
    MAIN = "main"
    BROKEN = "broken"


def _no_imports(_node: tree_sitter.Node) -> tuple[tuple[str, str], ...]:
    return ()


def _no_locals(_node: tree_sitter.Node) -> set[str]:
    return set()


def _nothing_shown(_node: tree_sitter.Node) -> tuple[tree_sitter.Node, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's words.

    `starts` are the first words of a line at which code may begin; `endings` complete an unfinished
    function; `braces` says that a body ends with one; `imports` are (alias, path) where several
    files' imports have to be merged; `locals` are the names that a node binds for itself alone;
    `shown` are the nodes inside an item that only show it off, such as a class's own `main`.
    `strict_imports`: an unused import does not compile. `unique_names`: a second function of the
    same name does not compile. `loose_statements`: a file may hold statements that just run.
    """

    kind: Callable[[tree_sitter.Node, Sequence[str]], Kind]
    names: Callable[[tree_sitter.Node], tuple[str, ...]]
    functions: frozenset[str]
    starts: tuple[str, ...]
    endings: tuple[str, ...]
    braces: bool
    imports: Callable[[tree_sitter.Node], tuple[tuple[str, str], ...]] = _no_imports
    locals: Callable[[tree_sitter.Node], set[str]] = _no_locals
    shown: Callable[[tree_sitter.Node], tuple[tree_sitter.Node, ...]] = _nothing_shown
    strict_imports: bool = False
    unique_names: bool = True
    loose_statements: bool = False


def field_text(node: tree_sitter.Node, name: str) -> str:
    """Return the text of a node's field, empty where it has none."""
    found = node.child_by_field_name(name)
    return "" if found is None else syntax.text(found)


def leaves(node: tree_sitter.Node, *types: str) -> Iterator[str]:
    """Yield the texts of the nodes of some types, the node itself included."""
    return (syntax.text(found) for found in syntax.walk(node) if found.type in types)
