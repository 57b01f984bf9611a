"""What is seen in a text that should not be there: which check saw it, where, and what it was.

What was seen is held to take it out, and shown nowhere: its form for people is a place and a short
hash, enough to tell two things apart and too little to find one of them.

Not here: the checks themselves.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

Check = Literal["secret", "email", "phone", "iban", "card", "ip", "term"]
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that a check saw in a text. `kind` says more of it, such as `GitHub Token`."""

    check: Check
    kind: str
    text: str = field(repr=False)

    @property
    def mark(self) -> str:
        """What takes its place in a text."""
        return f"[{self.check.upper()}]"

    @property
    def digest(self) -> str:
        """The first eight hexadecimal digits of its SHA-256."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:_SHOWN]
