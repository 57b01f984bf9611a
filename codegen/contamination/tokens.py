"""Numbers and texts as tokens of source code: suffixes, prefixes and escapes of all languages.

Not here: what tokens are made into (`codegen.contamination.literals`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codegen import syntax

if TYPE_CHECKING:
    import tree_sitter

_NUMBER = re.compile(
    r"(?P<digits>[+-]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|[\d.]+(?:[eE][+-]?\d+)?))"
    r"(?:_?[iu](?:8|16|32|64|128|size)|_?f(?:32|64)|[fFdDlLuUn]*)?"
)
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})"
    r"|([0-7]{1,3})|(.))",
    re.DOTALL,
)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v"}


class NotALiteral(Exception):  # noqa: N818 - a value of the reader, not a failure of ours
    """A node is none of the literals that are known."""


def number(node: tree_sitter.Node) -> int | float:
    """Return the number of a token.

    Raises:
        NotALiteral: it is written in a way that is not known.
    """
    text = syntax.text(node).replace("_", "").replace("'", "")
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise NotALiteral(text)
    digits = found["digits"]
    try:
        if "x" in digits.lower() or digits.lstrip("+-")[:2].lower() == "0b":
            return int(digits, 0)
        if re.fullmatch(r"[+-]?\d+", digits) and not re.search(r"[fFdD]", text[len(digits) :]):
            return int(digits)
        return float(digits)
    except ValueError as error:
        raise NotALiteral(text) from error


def string(node: tree_sitter.Node) -> str:
    """Return the text of a token.

    Raises:
        NotALiteral: it is written in a way that is not known, or has something to compute in it.
    """
    text = syntax.text(node)
    if text.startswith("`") or any(one.type == "template_substitution" for one in node.children):
        if "${" in text:
            raise NotALiteral(text)
        return text[1:-1]
    found = re.fullmatch(r"(?:L|u8|u|U|b)?([\"'])(.*)\1", text, re.DOTALL)
    if found is None:
        return _raw(text)
    try:
        # two halves of a surrogate pair, as Java and JavaScript write them, are one character
        halves = _ESCAPE.sub(_escaped, found[2]).encode("utf-16-le", "surrogatepass")
        return halves.decode("utf-16-le")
    except (ValueError, OverflowError) as error:
        raise NotALiteral(text) from error


def _raw(text: str) -> str:
    found = re.fullmatch(r"r(#*)\"(.*)\"\1|R\"\((.*)\)\"", text, re.DOTALL)
    if found is None:
        raise NotALiteral(text)
    return found[2] if found[2] is not None else found[3]


def _escaped(found: re.Match[str]) -> str:
    *hexadecimal, octal, plain = found.groups()
    code = next((one for one in hexadecimal if one is not None), None)
    if code is not None:
        return chr(int(code, 16))
    return chr(int(octal, 8)) if octal is not None else _PLAIN.get(plain, plain)
