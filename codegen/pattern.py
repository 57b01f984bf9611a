"""Regular expressions that are looked for in many texts and found in few.

What every match of a pattern must contain is read off the pattern once: one of a few literal texts,
and a run of so many letters, digits and marks such as `_`. Both are looked for in a text before
the pattern is, which takes a hundredth of the time. Nothing is lost by it: of what a pattern needs
only that counts which is certain, and a pattern of which nothing is known is always looked for.

Not here: the patterns, and what is read off them (`codegen.pattern_parts`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from codegen.pattern_parts import RUN, part_of

# all bytes of characters beyond ASCII count, since some of them are letters or digits
_RUNS = bytes(ord("w") if one in RUN or one >= 1 << 7 else ord(" ") for one in range(256))
_OTHER_CASES = re.compile("[\u0130\u0131\u017f\u212a]")  # what else is an i, an s or a k
_BYTES = 4  # of a character, at most
_LEAST_RUN = 8  # shorter ones are in every text


class RarePattern:
    """A pattern that is looked for only where a match is possible."""

    def __init__(
        self, pattern: re.Pattern[str], *, when: Callable[[str], bool] = lambda _: True
    ) -> None:
        """Find out what it needs; `when` says of a text whether a match is possible, too."""
        self.pattern = pattern
        self._when = when
        found = part_of(pattern)
        self._folded = bool(pattern.flags & re.IGNORECASE)
        self._literals = () if "" in found.needed else tuple(sorted(found.needed, key=len))
        self._run = found.run if found.run >= _LEAST_RUN else 0

    @property
    def run(self) -> int:
        """The length of a run that stands in every match; 0 where none has to."""
        return self._run

    def possible(self, text: str) -> bool:
        """Whether a text can hold a match. Where it says no there is none."""
        if self._run and not _view(text).has_run(self._run):
            return False
        return self.worded(text)

    def worded(self, text: str) -> bool:
        """Whether a text can hold a match, whatever its runs."""
        if self._literals and not _view(text).has_one(self._literals, folded=self._folded):
            return False
        return self._when(text)

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match."""
        return self.pattern.search(text) if self.possible(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches."""
        return self.pattern.finditer(text) if self.possible(text) else iter(())


class RarePatterns:
    """Several patterns that are looked for together: most are ruled out at once."""

    def __init__(self, patterns: Iterable[RarePattern]) -> None:
        """Put them into the order of their runs."""
        levels: dict[int, list[tuple[int, RarePattern]]] = {}
        for place, one in enumerate(patterns):
            levels.setdefault(one.run, []).append((place, one))
        self._levels = sorted(levels.items())

    def possible(self, text: str) -> list[int]:
        """Return the places, from 0, of those that can have a match in a text."""
        found = []
        view = _view(text)
        for run, level in self._levels:
            if run and not view.has_run(run):
                break  # nor is there a longer one
            found += [place for place, one in level if one.worded(text)]
        return sorted(found)


class _View:
    """A text as it is looked at by many patterns, one after another."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._runs: bytes | None = None
        self._lower: str | None = None
        self._odd = False
        self._present, self._absent = 0, _BYTES * len(text) + 1

    def has_run(self, length: int) -> bool:
        if self._present < length < self._absent:
            if self._runs is None:
                self._runs = self._text.encode("utf-8", "surrogatepass").translate(_RUNS)
            if b"w" * length in self._runs:
                self._present = length
            else:
                self._absent = length
        return length <= self._present

    def has_one(self, literals: Iterable[str], *, folded: bool) -> bool:
        text = self._text
        if folded:
            if self._lower is None:
                self._odd = not text.isascii() and _OTHER_CASES.search(text) is not None
                self._lower = text.lower()
            if self._odd:
                return True
            text = self._lower
        for one in literals:  # noqa: SIM110 - `any` takes twice as long
            if one in text:
                return True
        return False


@lru_cache(maxsize=4)
def _view(text: str) -> _View:
    return _View(text)
