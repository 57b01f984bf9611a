"""The top level of a program as a list of items: what each one is, which names it binds and uses.

Attributes and the comments directly above or beside an item belong to it.

Not here: which items stay (`codegen.answer.tidy`), what nodes mean (`codegen.answer.grammars`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codegen import syntax
from codegen.answer.blocks import AnswerError
from codegen.answer.grammar import Grammar, Kind
from codegen.answer.grammars import grammar_of

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

_NAMES = frozenset(
    {
        *("identifier", "type_identifier", "package_identifier", "namespace_identifier"),
        *("shorthand_field_identifier", "shorthand_property_identifier"),
    }
)
# of an attribute or a keyword argument only one side mentions a name in scope
_MENTIONS = {"attribute": "object", "keyword_argument": "value", "member_expression": "object"}


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a file: bytes `start` to `end`, the names that it binds and those it uses."""

    kind: Kind
    names: tuple[str, ...]
    uses: frozenset[str]
    start: int
    end: int
    imports: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A file's items in order. `clean` says that the grammar found no error in it."""

    source: bytes
    clean: bool
    items: tuple[Item, ...]

    def text(self, item: Item) -> str:
        """Return the source of an item."""
        return self.source[item.start : item.end].decode("utf-8", "surrogatepass").rstrip()

    def defines(self, name: str) -> bool:
        """Whether a function, type or value of that name is defined (also in a broken part)."""
        return any(name in item.names for item in self.items if item.kind is not Kind.IMPORT)

    @property
    def functions(self) -> tuple[Item, ...]:
        """The functions, tests and `main` included."""
        return tuple(
            item for item in self.items if item.kind in (Kind.FUNCTION, Kind.TEST, Kind.MAIN)
        )

    @property
    def definitions(self) -> tuple[Item, ...]:
        """What a program consists of: functions, types and values."""
        return tuple(
            item for item in self.items if item.kind in (Kind.FUNCTION, Kind.TYPE, Kind.VALUE)
        )


def outline(language: Language, text: str) -> Outline:
    """Return the outline of a program; what cannot be parsed is `broken`.

    Raises:
        AnswerError: the grammar does not get through it.
    """
    source = text.encode("utf-8", "surrogatepass")
    try:
        root = syntax.parse(language, source).root_node
    except syntax.TangledError as error:
        raise AnswerError(f"{error}; write it plainly") from error
    return Outline(source, not root.has_error, tuple(_items(grammar_of(language), root)))


def is_clean(language: Language, text: str) -> bool:
    """Whether the grammar accepts a program that is not empty."""
    if not text.strip():
        return False
    source = text.encode("utf-8", "surrogatepass")
    try:
        return not syntax.parse(language, source).root_node.has_error
    except syntax.TangledError:
        return False


def _items(grammar: Grammar, root: tree_sitter.Node) -> Iterator[Item]:
    last: Item | None = None
    row = -1
    for attached, node in _grouped(root.children):
        if syntax.is_comment(node) and last is not None and node.start_point.row == row:
            last = replace(last, end=node.end_byte)
            continue
        if last is not None:
            yield last
        last = _item(grammar, attached, node)
        row = _end_row(node)
    if last is not None:
        yield last


def _grouped(
    nodes: Iterable[tree_sitter.Node],
) -> Iterator[tuple[list[tree_sitter.Node], tree_sitter.Node]]:
    """Pair every item with the attributes and comments right above it."""
    waiting: list[tree_sitter.Node] = []
    row = -1
    for node in nodes:
        if not node.is_named:
            continue
        beside, row = node.start_point.row == row, _end_row(node)
        if beside and syntax.is_comment(node):
            yield [], node
            continue
        while waiting and not _attaches(waiting[-1], node):
            yield from (([], one) for one in waiting)
            waiting = []
        if syntax.is_comment(node) or node.type == "attribute_item":
            waiting.append(node)
        else:
            yield waiting, node
            waiting = []
    yield from (([], one) for one in waiting)


def _attaches(above: tree_sitter.Node, node: tree_sitter.Node) -> bool:
    return above.type == "attribute_item" or _end_row(above) + 1 == node.start_point.row


def _item(grammar: Grammar, attached: list[tree_sitter.Node], node: tree_sitter.Node) -> Item:
    start = attached[0].start_byte if attached else node.start_byte
    attributes = [syntax.text(one) for one in attached if one.type == "attribute_item"]
    if syntax.is_comment(node):
        # shebangs and Rust's inner documentation only work in front
        is_first = syntax.text(node).startswith(("#!", "//!"))
        kind = Kind.HEADER if is_first else Kind.COMMENT
        return Item(kind, (), frozenset(), start, node.end_byte)
    if node.is_error or node.has_error:
        names = tuple(_functions_below(grammar, node))
        return Item(Kind.BROKEN, names, _uses(grammar, node), start, node.end_byte)
    kind = grammar.kind(node, attributes)
    imports = grammar.imports(node) if kind is Kind.IMPORT else ()
    return Item(kind, grammar.names(node), _uses(grammar, node), start, _end(node), imports)


def _functions_below(grammar: Grammar, node: tree_sitter.Node) -> Iterator[str]:
    for found in syntax.walk(node):
        if found.type in grammar.functions:
            yield from grammar.names(found)


def _uses(grammar: Grammar, node: tree_sitter.Node) -> frozenset[str]:
    """Return the names that a node mentions, less attributes, keywords and its own locals."""
    waiting = [node]
    found: list[str] = []
    while waiting:
        one = waiting.pop()
        only = _MENTIONS.get(one.type)
        if only is not None:
            child = one.child_by_field_name(only)
            waiting += [] if child is None else [child]
        else:
            waiting += one.children
            if one.type in _NAMES:
                found.append(syntax.text(one))
    return frozenset(found) - grammar.locals(node)


def _end(node: tree_sitter.Node) -> int:
    # C++'s semicolon behind a class stands beside it in the tree
    behind = node.next_sibling
    return behind.end_byte if behind is not None and behind.type == ";" else node.end_byte


def _end_row(node: tree_sitter.Node) -> int:
    # Rust's documentation comments include their line break
    return node.end_point.row - (node.end_point.column == 0 and node.end_point > node.start_point)
