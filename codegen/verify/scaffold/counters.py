"""Counter-claims as data: what tests say that something equals is asked a second time, of another.

A language's `counter` says where its assertions are, which comparisons in them are asked and how. A
value that equals the literal of the tests and another one as well is no value: its program has
an `==` that says yes to anything.

Not here: what is asked from outside (`claims`), and Rust's macros (`rust_claims`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen.language import fill
from codegen.syntax import matches, text
from codegen.verify.scaffold import others
from codegen.verify.scaffold.unit import Edit

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language
    from codegen.schema import Counter


def counters(language: Language, root: tree_sitter.Node, dice: random.Random) -> Iterator[Edit]:
    """Yield the edits of the tests by which their comparisons with literals are asked twice."""
    counter = language.counter
    if counter is None:
        return
    done: set[tuple[int, int]] = set()
    for _, around in matches(language, counter.within, root):
        for _, found in matches(language, counter.pairs, around["within"][0]):
            left, right = found["left"][0], found["right"][0]
            other = _other(counter, right, dice)
            place = (left.start_byte, left.end_byte)
            if other is None or place in done or left.has_error:
                continue
            done.add(place)
            # asked first or last, so that what agrees only once does not know when
            one, another = dice.sample((text(right), other), 2)
            kind = counter.near if "near" in found else counter.after
            words = {"one": one, "other": another}
            yield Edit(left.start_byte, left.start_byte, counter.before.encode())
            yield Edit(left.end_byte, left.end_byte, fill(kind, words).encode())


def _other(counter: Counter, node: tree_sitter.Node, dice: random.Random) -> str | None:
    """Return an expression of the same type with other literals; None where that is not sure."""
    source = node.text or b""
    if b"\n" in source or not _is_plain(counter, node):
        return None
    changed = False
    for leaf in reversed(list(_leaves(counter, node))):
        new = _literal(counter.literals[leaf.type], text(leaf), dice)
        if new is not None:
            changed = True
            start, end = leaf.start_byte - node.start_byte, leaf.end_byte - node.start_byte
            source = source[:start] + new.encode() + source[end:]
    return source.decode() if changed else None


def _is_plain(counter: Counter, node: tree_sitter.Node) -> bool:
    """Whether an expression is made of literals and of types that are known to keep them apart."""
    if node.type in counter.literals or node.type in counter.kept:
        return True
    made = node.child_by_field_name("function")
    if made is not None:
        inner = [child for child in node.named_children if child != made]
        known = re.fullmatch(counter.makers, text(made)) is not None
        return known and all(_is_plain(counter, child) for child in inner)
    return node.type in counter.plain and all(
        _is_plain(counter, child) for child in node.named_children
    )


def _leaves(counter: Counter, node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    if node.type in counter.literals:
        yield node
    elif node.type not in counter.kept:
        made = node.child_by_field_name("function")
        for child in node.named_children:
            if child != made:
                yield from _leaves(counter, child)


def _literal(kind: str, word: str, dice: random.Random) -> str | None:
    if kind == "truth":
        return "false" if word == "true" else "true"
    if kind == "character":
        return others.character(word) if word.startswith("'") else None
    if kind == "text":
        return others.quoted(word, dice) if word.startswith('"') else None
    return others.fraction(word, dice) if re.search("[.eE]", word) else others.whole(word, dice)
