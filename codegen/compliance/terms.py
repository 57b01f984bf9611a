"""Terms that a user does not want in a dataset: a file, one term a line; `#` starts a comment.

A term is found as whole words, whatever its case and spacing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen.compliance.sightings import Sighting
from codegen.errors import UsageError
from codegen.given import decoded


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms as one pattern; None without any."""

    pattern: re.Pattern[str] | None = None

    def __call__(self, text: str) -> Iterator[Sighting]:
        """Yield the terms in a text."""
        if self.pattern is not None:
            for found in self.pattern.finditer(text):
                yield Sighting("term", "denied term", found[0])


def terms_of(lines: Iterator[str] | list[str]) -> Terms:
    """Return the terms of lines."""
    found = {" ".join(line.split("#", 1)[0].split()) for line in lines} - {""}
    if not found:
        return Terms()
    # the longest first: one may be the beginning of another
    ordered = sorted(found, key=lambda term: (-len(term), term))
    written = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in ordered)
    return Terms(re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.IGNORECASE))


def read_terms(path: Path) -> Terms:
    """Read the terms of a file.

    Raises:
        UsageError: it cannot be read, or holds none.
    """
    try:
        found = terms_of(decoded(path.read_bytes(), str(path)).splitlines())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if found.pattern is None:
        raise UsageError(f"{path} holds no term; it needs one a line")
    return found
