"""What a text may hold, told by the kinds of its characters alone: digits, letters, marks.

Each question is answered by a translation of the bytes and a look for a few of them. That takes a
fraction of what a pattern takes, and most texts are done with it. A yes is no more than a hint; a
no is certain.

Not here: the patterns themselves (`codegen.compliance.personal`).
"""

from __future__ import annotations

import re
import string

_DIGITS = string.digits.encode()
_UPPER = string.ascii_uppercase.encode()
_CARD_DIGITS = 13
_PHONE_DIGITS = 7
_IBAN = re.compile(r"[A-Z][A-Z]\d\d")


def _table(**kinds: bytes) -> bytes:
    """Return a table in which each of some bytes is the letter of its kind; others stay."""
    table = bytearray(range(256))
    for letter, members in kinds.items():
        for member in members:
            table[member] = ord(letter)
    return bytes(table)


_NUMBERS = _table(n=_DIGITS)
_HEXADECIMAL = _table(h=string.hexdigits.encode())
_ACCOUNT = _table(n=_DIGITS, U=_UPPER)
_MAIL = _table(w=string.ascii_letters.encode() + _DIGITS + b"_.+%-")


def may_hold_email(text: str) -> bool:
    """Whether something stands right before and behind an `@`."""
    return "@" in text and b"w@w" in _bytes(text).translate(_MAIL)


def may_hold_phone(text: str) -> bool:
    """Whether digits follow a plus, whatever stands between them."""
    squeezed = _bytes(text).translate(_NUMBERS, b" ()./-") if "+" in text else b""
    return b"+" + b"n" * _PHONE_DIGITS in squeezed


def may_hold_iban(text: str) -> bool:
    """Whether two capitals stand before two digits."""
    if not text.isascii():  # other scripts have digits of their own
        return _IBAN.search(text) is not None
    return b"UUnn" in _bytes(text).translate(_ACCOUNT)


def may_hold_card(text: str) -> bool:
    """Whether there are so many digits in a row, with spaces and hyphens between them."""
    return b"n" * _CARD_DIGITS in _bytes(text).translate(_NUMBERS, b" -")


def may_hold_address(text: str) -> bool:
    """Whether three dots stand between digits, or a colon between hexadecimal ones."""
    data = _bytes(text)
    if b"h:h" in data.translate(_HEXADECIMAL):
        return True
    return b"..." in data.translate(None, _DIGITS) and b"n.n" in data.translate(_NUMBERS)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
