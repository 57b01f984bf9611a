"""What is done about what must not be in a dataset: a policy for each check.

    off      it is not looked for
    record   it is noted, and nothing else happens
    redact   a mark takes its place in texts and comments; where a program that was executed would
             change, the example is dropped instead, as its verification would no longer be true
    drop     the example is dropped

Not here: the checks (`codegen.compliance`), the pass (`codegen.curate.compliance`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codegen.compliance.allowed import PERMISSIVE

Policy = Literal["off", "record", "redact", "drop"]


@dataclass(frozen=True, slots=True)
class Compliance:
    """The policies. `denied_terms` is a file with one term a line.

    A licence cannot be redacted: `licence` and `unknown_licence` (none is known, or it is no SPDX
    expression) are `off`, `record` or `drop`. Only examples whose seed is somebody's code or text
    have one that counts.
    """

    secret: Policy = "drop"  # noqa: S105 - a policy
    email: Policy = "redact"
    phone: Policy = "redact"
    iban: Policy = "redact"
    card: Policy = "redact"
    ip: Policy = "record"
    term: Policy = "drop"
    denied_terms: str = ""
    licence: Policy = "drop"
    unknown_licence: Policy = "record"
    allowed_licences: tuple[str, ...] = PERMISSIVE

    def complaints(self) -> Iterator[str]:
        """Yield what is wrong with it that its types do not say."""
        for key in ("licence", "unknown_licence"):
            if getattr(self, key) == "redact":
                yield f"compliance.{key} cannot be redacted; say off, record or drop"
        if not self.allowed_licences and self.licence == "drop":
            yield "compliance.allowed_licences is empty; name some, or set licence to off"
