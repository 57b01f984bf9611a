"""Asks Rust's native tests what must not hold, so that a type whose values are all equal shows.

`assert_eq!(f(1), Out(2))` comes to say as well that the left side is not `Out(7)`: every literal of
the right side is another one, or of what a variable of it was given. Where there is none, the
harness makes another value of a side's type, if the other side is of a type of the program's own.
The sides are evaluated once; lines stay where they are.

Not here: how a value is changed, and what a type is (`languages/rust/codec/claim.rs`).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen.syntax import text, walk
from codegen.verify.scaffold import others
from codegen.verify.scaffold.unit import Edit, seal

if TYPE_CHECKING:
    import tree_sitter

_SIDES = 2
_NEAREST = 5
_SURE = ("(", ")", "[", "]", "{", "}", ",", ":", "::", ".", "!", "&", "-")
_LOGIC = (
    "&&",
    "||",
    "|",
    "=>",
    ";",
    "if",
    "match",
    "let",
    "loop",
    "while",
    "for",
    "unsafe",
    "move",
)
_SCOPES = ("for_expression", "closure_expression", "match_arm", "if_expression", "while_expression")
_OPERAND = (".", "::", "identifier", "self", "super", "crate", "token_tree", "?", "!")
_SAID = ("is_ok", "is_err", "is_some", "is_none")
_MACROS = ("vec", "format")
_LIT = ("integer_literal", "float_literal", "string_literal", "char_literal", "boolean_literal")
_ASKED = (
    "match (&({left}), &({right})) {{ (codegen_left, codegen_right) => {{ {before}{assertion}; "
    "::{codec}::unit::differs({asked}); }} }}"
)
_ASK = "::{codec}::unit::asked(&|| {one} == {other})"
# the first line settles the types of both, on which it depends what is asked
_SIDED = (
    "{{ use ::{codec}::claim::{{Left as _, Right as _}}; "
    "let _ = || *codegen_left == *codegen_right; "
    "let codegen_sides = &::{codec}::claim::Sides(codegen_left, codegen_right, {by}); "
    "codegen_sides.right(|codegen_other| *codegen_left == *codegen_other) "
    "|| codegen_sides.left(|codegen_other| *codegen_other == *codegen_right) }}"
)
_NEGATED = (
    "match {operand} {{ codegen_one => {{ "
    "::{codec}::claim::truth(&codegen_one); assert!(!codegen_one{message}); }} }}"
)
_NEAR = (
    "match ({one}, {other}) {{ (codegen_one, codegen_other) => {{ "
    "::{codec}::claim::apart(&codegen_one, &codegen_other); "
    "assert!((codegen_one - codegen_other){rest}{message}); }} }}"
)


def asked(root: tree_sitter.Node, nonce: str, codec: str) -> Iterator[Edit]:
    """Yield an edit of every assertion that can be asked for more than it says.

    `codec` is the name of the harness's crate.
    """
    dice = random.Random(seal(nonce, "", "claims"))  # noqa: S311 - seeded with a secret
    for node in walk(root):
        name = node.child_by_field_name("macro") if node.type == "macro_invocation" else None
        tokens = node.children[-1] if name is not None else None
        if name is None or tokens is None or tokens.type != "token_tree" or root.has_error:
            continue
        parts = _split(tokens.children[1:-1], ",")
        if text(name) == "assert_eq" and len(parts) >= _SIDES:
            message = _message(parts[2:], "")
            assertion = f"assert_eq!(*codegen_left, *codegen_right{message})"
            made = _rewritten(parts[0], parts[1], assertion, dice, codec)
        elif text(name) == "assert" and parts[0]:
            made = _asserted(parts, dice, codec)
        else:
            continue
        if made is not None:
            yield Edit(node.start_byte, node.end_byte, _level(node, made))


def _level(node: tree_sitter.Node, made: str) -> bytes:
    """Keep the lines that follow where they are."""
    missing = text(node).count("\n") - made.count("\n")
    return (made[:-1] + "\n" * max(missing, 0) + made[-1]).encode()


def _split(tokens: list[tree_sitter.Node], at: str) -> list[list[tree_sitter.Node]]:
    parts: list[list[tree_sitter.Node]] = [[]]
    for token in tokens:
        if token.type == at:
            parts.append([])
        elif token.type not in ("line_comment", "block_comment"):
            parts[-1].append(token)
    return parts


def _source(tokens: list[tree_sitter.Node]) -> str:
    first, last = tokens[0], tokens[-1]
    whole = first.parent.text if first.parent is not None else b""
    start = first.parent.start_byte if first.parent is not None else 0
    return (whole or b"")[first.start_byte - start : last.end_byte - start].decode()


def _message(parts: list[list[tree_sitter.Node]], otherwise: str) -> str:
    said = [_source(part) for part in parts if part]
    return ", " + ", ".join(said) if said else otherwise


def _asserted(parts: list[list[tree_sitter.Node]], dice: random.Random, codec: str) -> str | None:
    sides = _split(parts[0], "==")
    told = json.dumps(f"assertion failed: {_source(parts[0])}", ensure_ascii=False)
    message = _message(parts[1:], f', "{{}}", {told}')
    if len(sides) == _SIDES:
        assertion = f"assert!(*codegen_left == *codegen_right{message})"
        return _rewritten(sides[0], sides[1], assertion, dice, codec)
    near = _near(parts[0], message, codec)
    if near is not None:
        return near
    negated = parts[0][0].type == "!"
    operand = parts[0][negated:]
    if not operand or any(token.type not in _OPERAND for token in operand):
        return None
    said = _said(operand, codec)
    if said is not None:
        return f"assert!({'!' if negated else ''}{said}{message})"
    if not negated:
        return None
    return _NEGATED.format(codec=codec, operand=_source(operand), message=message)


def _near(tokens: list[tree_sitter.Node], message: str, codec: str) -> str | None:
    """Return `(a - b).abs() < most` with a look at what is taken from what."""
    if [text(one) for one in tokens[1:4]] != [".", "abs", "()"] or tokens[0].type != "token_tree":
        return None
    if len(tokens) <= _NEAREST or tokens[_NEAREST - 1].type not in ("<", "<="):
        return None
    inner = tokens[0].children[1:-1]
    ends = ("identifier", "token_tree", *_LIT)
    at = [i for i, one in enumerate(inner) if one.type == "-" and i and inner[i - 1].type in ends]
    if not at or at[-1] + 1 == len(inner) or any(one.type in _LOGIC for one in inner):
        return None
    one, other = _source(inner[: at[-1]]), _source(inner[at[-1] + 1 :])
    rest = _source(tokens[1:])
    return _NEAR.format(codec=codec, one=one, other=other, rest=rest, message=message)


def _said(tokens: list[tree_sitter.Node], codec: str) -> str | None:
    """Return `f(1).is_ok()` with a look at what a function returned, that says so of itself."""
    words = [text(one) for one in tokens]
    receiver, path = tokens[:-3], words[:-4]
    plain = bool(path) and all(one == "::" or one[0].islower() or one[0] == "_" for one in path)
    if not plain or receiver[-1].type != "token_tree" or words[-3] != "." or words[-1] != "()":
        return None
    if words[-2] not in _SAID:
        return None
    return f"::{codec}::claim::told(&{_source(receiver)}).{words[-2]}()"


def _rewritten(
    left: list[tree_sitter.Node],
    right: list[tree_sitter.Node],
    assertion: str,
    dice: random.Random,
    codec: str,
) -> str | None:
    if not _is_side(left) or not _is_side(right):
        return None
    ask = ""
    for find in (_other, _given):
        for place, tokens in (("right", right), ("left", left)):
            other = None if ask else find(tokens, dice)
            if other is not None:
                one, another = "*codegen_left", f"({other})"
                if place == "left":
                    one, another = another, "*codegen_right"
                ask = _ASK.format(codec=codec, one=one, other=another)
    ask = ask or _SIDED.format(codec=codec, by=dice.randint(1, 99))
    # asked first or last, so that what agrees only once does not know when
    first = dice.random() < 0.5  # noqa: PLR2004 - a coin
    return _ASKED.format(
        codec=codec,
        left=_source(left),
        right=_source(right),
        before=f"let codegen_asked = {ask}; " if first else "",
        assertion=assertion,
        asked="codegen_asked" if first else ask,
    )


def _is_side(tokens: list[tree_sitter.Node]) -> bool:
    """Whether it is one operand of `==` as it stands: no comma within types cuts it in two."""
    brackets = "".join(token.type for token in tokens if set(token.type) <= {"<", ">"})
    whole = brackets.count("<") == brackets.count(">")
    return bool(tokens) and whole and not any(token.type in _LOGIC for token in tokens)


def _given(tokens: list[tree_sitter.Node], dice: random.Random) -> str | None:
    """Return another value than the one that a variable was given once and for all."""
    *before, name = tokens
    if name.type != "identifier" or [one.type for one in before] not in ([], ["&"]):
        return None
    declared = _declaration(name)
    value = None if declared is None else declared.child_by_field_name("value")
    other = None if value is None else _other([value], dice)
    if declared is None or other is None:
        return None
    kind = declared.child_by_field_name("type")
    if kind is not None:
        other = f"{{ let codegen_given: {text(kind)} = {other}; codegen_given }}"
    return f"&({other})" if before else other


def _declaration(name: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the `let` of a function's own block that binds a name; None where that is not sure."""
    node: tree_sitter.Node | None = name
    word = text(name)
    while node is not None and node.type != "function_item":
        before = node.prev_named_sibling if node.type != "token_tree" else None
        while before is not None:
            pattern = before.child_by_field_name("pattern")
            if before.type == "let_declaration" and pattern is not None:
                if text(pattern) == word:
                    sure = not any(one.type == "mutable_specifier" for one in before.children)
                    return before if sure else None
                if word in text(pattern):
                    return None
            before = before.prev_named_sibling
        node = node.parent
        if node is not None and node.type in _SCOPES and word in text(node).partition("{")[0]:
            return None
    return None


def _other(tokens: list[tree_sitter.Node], dice: random.Random) -> str | None:
    """Return an expression of the same type with other literals; None where that is not sure."""
    if not tokens:
        return None
    leaves = [leaf for token in tokens for leaf in _leaves(token)]
    if not all(_is_plain(leaf, leaves, at) for at, leaf in enumerate(leaves)):
        return None
    start, source = tokens[0].start_byte, _source(tokens).encode()
    changed = False
    for leaf in reversed(leaves):
        new = _literal(text(leaf), leaf.type, dice) if leaf.type in _LIT else None
        if new is not None:
            changed = True
            at = leaf.start_byte - start
            source = source[:at] + new.encode() + source[at + len(leaf.text or b"") :]
    return source.decode() if changed and b"\n" not in source else None


def _leaves(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    if node.type in _LIT or not node.children:
        yield node
    else:
        for child in node.children:
            yield from _leaves(child)


def _is_plain(leaf: tree_sitter.Node, leaves: list[tree_sitter.Node], at: int) -> bool:
    """Whether a token may stand twice, and changed: no variable, length, index or arithmetic."""
    before = leaves[at - 1].type if at else ""
    after = leaves[at + 1].type if at + 1 < len(leaves) else ""
    if leaf.type in _LIT:
        return before != "."
    word = text(leaf)
    if leaf.type in _SURE:
        operand = before in (")", "]", "}") or before in _LIT or before == "identifier"
        return not (operand and leaf.type in ("[", "-", "&"))
    if not leaf.is_named and not word.isidentifier():
        return False
    if word in _MACROS:
        return after == "!"
    return word[:1].isupper() or after in (":", "::") or before in (".", "::")


def _literal(word: str, kind: str, dice: random.Random) -> str | None:
    if kind == "boolean_literal":
        return "false" if word == "true" else "true"
    if kind == "integer_literal":
        return others.whole(word, dice)
    if kind == "float_literal":
        return others.fraction(word, dice)
    if kind == "char_literal":
        return others.character(word)
    return others.quoted(word, dice) if word.startswith('"') else None
