"""Mutants: programs that differ from a right one in one small thing, made from its syntax tree.

What can be changed where is data of the language: the queries of `[mutation]` in its
`language.toml`. No comment, import or type is touched. Every mutant parses, none is the program
itself and none comes twice. The same arguments give the same mutants.

Not here: what is put in a place (`codegen.verify.edits`); running mutants
(`codegen.verify.strength`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from random import Random
from typing import TYPE_CHECKING

from codegen import syntax
from codegen.declaration import method_name
from codegen.errors import UsageError
from codegen.language import Language
from codegen.records import Mutant, Signature
from codegen.schema import Mutation, Places
from codegen.types import Type, parse
from codegen.verify import edits

if TYPE_CHECKING:
    import tree_sitter

_CHARACTERS = ("char_literal", "character_literal", "rune_literal")


@dataclass(frozen=True, slots=True)
class _Change:
    """Bytes `start` to `end` of the source get a new text."""

    start: int
    end: int
    operator: str
    text: str


def mutants_of(
    language: Language, code: str, *, signature: Signature, limit: int, seed: int = 0
) -> tuple[tuple[Mutant, str], ...]:
    """Return at most `limit` (mutant, code), in the order of their places.

    Where there are more, half of them change boundaries, as far as there are so many, and the
    others are spread over operators and lines; `seed` decides which. The
    signature's function is the one whose returned values are exchanged for others of their type; of
    a class they are its methods, and a whole program returns nothing.

    Raises:
        UsageError: the language says nothing about mutants, or one of its queries is none.
    """
    source = code.encode("utf-8", "replace")
    changes = _changes(_Program(language, source, signature))
    taken: dict[bytes, _Change] = {}
    for change in _spread(source, changes, seed, limit // 2):
        if len(taken) == limit:
            break
        changed = _applied(source, change)
        if changed != source and changed not in taken and _parses(language, changed):
            taken[changed] = change
    ordered = sorted(taken.items(), key=lambda one: (one[1].start, one[1].end, one[0]))
    return tuple((_mutant(source, change), changed.decode()) for changed, change in ordered)


def _applied(source: bytes, change: _Change) -> bytes:
    return source[: change.start] + change.text.encode() + source[change.end :]


def _parses(language: Language, source: bytes) -> bool:
    return not syntax.parse(language, source).root_node.has_error


def _mutant(source: bytes, change: _Change) -> Mutant:
    start = source.rfind(b"\n", 0, change.start) + 1
    end = source.find(b"\n", change.end)
    end = len(source) if end < 0 else end
    before = source[start:end]
    after = source[start : change.start] + change.text.encode() + source[change.end : end]
    line = source.count(b"\n", 0, change.start) + 1
    return Mutant(change.operator, line, before.decode().strip(), after.decode().strip())


def _spread(source: bytes, changes: list[_Change], seed: int, bounds: int) -> Iterator[_Change]:
    """Yield changes, each from an operator and a line that have given least so far.

    The first `bounds` are of boundaries, as far as there are so many: what is wrong by one at the
    end of a range is what cases overlook most.
    """
    waiting = sorted(changes, key=lambda one: (one.start, one.end, one.operator, one.text))
    Random(seed).shuffle(waiting)  # noqa: S311 - no secret
    lines = {one: source.count(b"\n", 0, one.start) for one in waiting}
    operators: Counter[str] = Counter()
    places: Counter[int] = Counter()
    while waiting:
        first = operators["boundary"] < bounds
        best = min(
            waiting,
            key=lambda one: (
                not (first and one.operator == "boundary"),
                operators[one.operator],
                places[lines[one]],
            ),
        )
        waiting.remove(best)
        operators[best.operator] += 1
        places[lines[best]] += 1
        yield best


class _Program:
    """A program's tree with the places that its language names."""

    def __init__(self, language: Language, source: bytes, signature: Signature) -> None:
        if language.mutation is None:
            raise UsageError(f"{language.name}/language.toml: the table [mutation] is missing")
        self.language = language
        self.mutation: Mutation = language.mutation
        self.root = syntax.parse(language, source).root_node
        self._source = source
        self._returns = _returns(language, signature)
        self._skipped = _merged(self._captured(self.mutation.skipped, "skip"))
        places = self.mutation.places
        self.places = {
            one.name: {
                node.id: node
                for node in self._captured(getattr(places, one.name), "edit")
                if not self._is_skipped(node)
            }
            for one in fields(Places)
        }

    def returned_type(self, node: tree_sitter.Node) -> Type | None:
        """Return the type that is returned there, from what is called and no function within."""
        inner = node.parent
        while inner is not None and inner.type not in self.mutation.functions:
            inner = inner.parent
        return None if inner is None else self._returns.get(_name(inner))

    def _captured(self, query: str, name: str) -> list[tree_sitter.Node]:
        if not query:
            return []
        found = syntax.matches(self.language, query, self.root)
        nodes = (node for _, captures in found for node in captures.get(name, ()))
        return list({(one.start_byte, one.end_byte, one.type): one for one in nodes}.values())

    def _is_skipped(self, node: tree_sitter.Node) -> bool:
        before = bisect_right(self._skipped, (node.start_byte, len(self._source)))
        return before > 0 and node.end_byte <= self._skipped[before - 1][1]


def _returns(language: Language, signature: Signature) -> dict[str, Type]:
    """Return the types of what is returned to the caller, by the names of the functions."""
    if signature.interface == "program":
        return {}
    if not signature.methods:
        return {language.function_name(signature): parse(signature.returns)}
    return {
        method_name(language, one): parse(one.returns) for one in signature.methods if one.returns
    }


def _merged(nodes: list[tree_sitter.Node]) -> list[tuple[int, int]]:
    """Return what nodes span, in order, without those that are inside of others."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((one.start_byte, -one.end_byte) for one in nodes):
        if not found or -end > found[-1][1]:
            found.append((start, -end))
    return found


def _name(function: tree_sitter.Node) -> str:
    """Return a function's name: its own, or that of what it is bound to."""
    node: tree_sitter.Node | None = function
    while node is not None:
        inner = node.child_by_field_name("name") or node.child_by_field_name("declarator")
        if inner is None:
            break
        node = inner
    if node is not None and node != function:
        return syntax.text(node)
    above = function.parent
    bound = above.child_by_field_name("name") if above is not None else None
    return syntax.text(bound) if bound is not None else ""


def _changes(program: _Program) -> list[_Change]:
    found = []
    for place, nodes in program.places.items():
        for node in nodes.values():
            for operator, text in _edits(program, place, node):
                found.append(_Change(node.start_byte, node.end_byte, operator, text))
    return found


def _edits(program: _Program, place: str, node: tree_sitter.Node) -> Iterator[edits.Edit]:
    text = syntax.text(node)
    match place:
        case "operator":
            found = _operators(node)
        case "jump":
            found = edits.jumps(text)
        case "unary":
            found = iter([("negation", "")])
        case "condition":
            found = _conditions(program, node)
        case "returned":
            found = _returned(program, node)
        case "statement":
            found = iter([("statement", program.mutation.nothing)])
        case _:
            found = edits.literals(place, text, character=node.type in _CHARACTERS)
    return found


def _conditions(program: _Program, node: tree_sitter.Node) -> Iterator[edits.Edit]:
    if not _is_changed_otherwise(program, node):
        yield "condition", edits.negated(program.language, syntax.text(node))


def _returned(program: _Program, node: tree_sitter.Node) -> Iterator[edits.Edit]:
    kind = program.returned_type(node)
    if kind is not None:
        yield from edits.returned(program.language, syntax.text(node), kind)


def _operators(node: tree_sitter.Node) -> Iterator[edits.Edit]:
    for operator, text in edits.operators(syntax.text(node)):
        if operator != "boundary" or not _keeps_an_extreme(node):
            yield operator, text


def _is_changed_otherwise(program: _Program, condition: tree_sitter.Node) -> bool:
    """Whether a condition is negated by a change of its operator or its value anyway."""
    places = program.places
    if condition.id in places["boolean"]:
        return True
    tokens = [one for one in condition.children if one.id in places["operator"]]
    compared = len(tokens) == 1 and edits.is_comparison(syntax.text(tokens[0]))
    return compared or any(one.id in places["unary"] for one in condition.children)


def _keeps_an_extreme(operator: tree_sitter.Node) -> bool:
    """Whether the comparison is that of `if a > b { b = a }`, where equal values change nothing."""
    comparison = operator.parent
    sides = comparison.named_children if comparison is not None else []
    if comparison is None or len(sides) != 2:  # noqa: PLR2004 - left and right
        return False
    above = comparison.parent
    if above is not None and "if" not in above.type:
        above = above.parent  # parentheses, a clause
    if above is None or "if" not in above.type:
        return False
    one, other = (re.escape(syntax.text(side)) for side in sides)
    body = above.child_by_field_name("consequence")
    assigned = rf"[\s{{]*(?:{one}\s*=\s*{other}|{other}\s*=\s*{one})[\s;}}]*"
    return body is not None and re.fullmatch(assigned, syntax.text(body)) is not None
