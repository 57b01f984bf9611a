"""Asks Rust's native tests what must not hold, so that a type whose values are all equal shows.

`assert_eq!(f(1), Out(2))` comes to say as well that the left side is not `Out(7)`: every literal of
the right side is another one. The left side is evaluated once; lines stay where they are.

Not here: comparisons with what has no literal (a variant without a field), and other ways of
asserting than `assert_eq!` and `assert!` with `==`.
"""

from __future__ import annotations

import json
import random
import re
import string
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen.syntax import text, walk
from codegen.verify.scaffold.unit import Edit, seal

if TYPE_CHECKING:
    import tree_sitter

_SIDES = 2
_WHOLE = re.compile(r"([0-9][0-9_]*)((?:[iu](?:8|16|32|64|128|size))?)")
_SURE = ("(", ")", "[", "]", "{", "}", ",", ":", "::", ".", "!", "&", "-")
_LOGIC = ("&&", "||", "|", "=>")
_MACROS = ("vec", "format")
_LIT = ("integer_literal", "float_literal", "string_literal", "char_literal", "boolean_literal")
_ASKED = (
    "match (&({left}), &({right})) {{ (codegen_left, codegen_right) => {{ {before}{assertion}; "
    "::{codec}::unit::differs({asked}); }} }}"
)
_ASK = "::{codec}::unit::asked(|| {one} == {other})"


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
        if text(name) == "assert_eq" and len(parts) >= _SIDES and parts[1]:
            made = _rewritten(parts[0], parts[1], _message(parts[2:], ""), dice, codec)
        elif text(name) == "assert" and parts:
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
    if len(sides) != _SIDES or not all(sides) or any(t.type in _LOGIC for t in sides[0]):
        return None
    told = json.dumps(f"assertion failed: {_source(parts[0])}", ensure_ascii=False)
    message = _message(parts[1:], f', "{{}}", {told}')
    return _rewritten(sides[0], sides[1], message, dice, codec)


def _rewritten(
    left: list[tree_sitter.Node],
    right: list[tree_sitter.Node],
    message: str,
    dice: random.Random,
    codec: str,
) -> str | None:
    if not left:
        return None
    turned = False
    other = _other(right, dice)
    if other is None:
        # the literal may be on the left
        left, right, turned = right, left, True
        other = _other(right, dice)
    if other is None or not left:
        return None
    sides = ("*codegen_right", "*codegen_left") if turned else ("*codegen_left", "*codegen_right")
    one, another = (f"({other})", "*codegen_left") if turned else ("*codegen_left", f"({other})")
    ask = _ASK.format(codec=codec, one=one, other=another)
    # asked first or last, so that what agrees only once does not know when
    first = dice.random() < 0.5  # noqa: PLR2004 - a coin
    return _ASKED.format(
        codec=codec,
        left=_source(left),
        right=_source(right),
        before=f"let codegen_asked = {ask}; " if first else "",
        assertion=f"assert_eq!({', '.join(sides)}{message})",
        asked="codegen_asked" if first else ask,
    )


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
        return _whole(word, dice)
    if kind == "float_literal":
        return f"{dice.randint(1, 99)}{word}" if word[:1].isdigit() else None
    if kind == "char_literal":
        return "'k'" if word != "'k'" else "'q'"
    return _string(word, dice) if word.startswith('"') else None


def _whole(word: str, dice: random.Random) -> str | None:
    """Return another integer that every type has which has this one."""
    parts = _WHOLE.fullmatch(word)
    if parts is None:
        return None
    value = int(parts[1].replace("_", ""))
    low, high = (0, 127) if value <= 127 else (value // 2, value - 1)  # noqa: PLR2004 - of an i8
    made = dice.randint(low, high - 1)
    return str(made if made < value else made + (value <= high)) + parts[2]


def _string(word: str, dice: random.Random) -> str:
    inner = word[1:-1]
    if "\\" in inner or not any(one.isascii() and one.isalnum() for one in inner):
        return f'"k{dice.randint(10, 99)}{inner}"'
    digits = any(one in string.digits for one in inner)
    group = string.digits if digits else string.ascii_letters
    spots = [at for at, one in enumerate(inner) if one in group]
    at = dice.choice(spots)
    new = dice.choice([one for one in group if one != inner[at]])
    return f'"{inner[:at]}{new}{inner[at + 1 :]}"'
