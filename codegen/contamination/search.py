"""Benchmarks looked for by words and by code, in several processes.

What is looked for travels to each process once and is made ready there.

Not here: the methods (`codegen.contamination.overlap`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codegen import language as languages
from codegen.contamination.overlap import Overlap, Programs, Texts
from codegen.contamination.policy import Decontamination
from codegen.contamination.questions import Question


@dataclass(frozen=True, slots=True)
class Entry:
    """What of a benchmark's row is looked for: its statement, and its reference in a language."""

    place: str
    text: str
    code: str
    language: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A problem that may be one of them: its statement, and its solutions with their languages."""

    statement: str
    solutions: tuple[tuple[str, str], ...]


class Search:
    """The statements and references of benchmarks, ready to be compared with."""

    def __init__(self, entries: tuple[Entry, ...], settings: Decontamination) -> None:
        """Make them ready."""
        self._given = entries, settings
        self._off = settings.off
        self._texts = Texts(settings.alike, settings.run_of_words)
        self._programs = Programs({False: settings.code, True: settings.renamed})
        for one in entries:
            self._texts.add(one.text, one.place)
            if one.code and one.language:
                self._programs.add(languages.get(one.language), one.code, one.place)

    def __reduce__(self) -> tuple[type[Search], tuple[tuple[Entry, ...], Decontamination]]:
        # hashes of texts differ from process to process
        return Search, self._given

    def __call__(self, chunk: list[Asked]) -> list[Overlap | None]:
        """Return what of a benchmark each problem is like; None where it is like nothing."""
        return [self._found(one) for one in chunk]

    def _found(self, asked: Asked) -> Overlap | None:
        found = self._texts.find(asked.statement, off=self._off)
        if found is not None:
            return found
        for name, code in asked.solutions:
            found = self._programs.find(languages.get(name), code, off=self._off)
            if found is not None:
                return found
        return None


def search_for(questions: Iterable[Question], settings: Decontamination) -> Search:
    """Return the search for a benchmark's questions."""
    entries = tuple(Entry(one.place, one.text, one.code, one.language) for one in questions)
    return Search(entries, settings)
