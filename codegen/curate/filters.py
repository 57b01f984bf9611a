"""What is looked for in one example by itself: each filter says what it sees, or nothing.

Shares of repeated lines and runs of words are after J. Rae et al., "Scaling language models:
methods, analysis and insights from training Gopher", 2021, appendix A.

Not here: traces of chats and of unfinished work (`codegen.curate.leftovers`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import get_args

from codegen.curate import leftovers
from codegen.curate.material import Material
from codegen.curate.settings import Bounds, Heuristics
from codegen.records import ExampleKind
from codegen.similarity import words

Filter = Callable[[Material, Heuristics], str]
RUN_OF_WORDS = 10
QUOTED_RUN = 8
_LEAST_LINES = 8
_LEAST_WORDS = 40
_LEAST_LINE = 8
_CACHED = 64  # a problem's examples share its statement, and come one after another
_WITH_TEXT = frozenset(("explanation", "documentation", "tests", "debugging", "review"))
assert set(get_args(ExampleKind)) >= _WITH_TEXT


def empty(material: Material, _: Heuristics) -> str:
    """A text that the example's kind needs is not there, or its code is comments alone."""
    needed = ("statement", "code", "instruction", "answer")
    for name in (*needed, "text") if material.kind in _WITH_TEXT else needed:
        if not getattr(material, name).strip():
            return f"no {name}"
    return "the code is comments alone" if leftovers.comments_alone(material) else ""


def too_short(material: Material, settings: Heuristics) -> str:
    """A text is shorter than its bounds say."""
    for name, text, bounds in _bounded(material, settings):
        for unit, count in _lengths(text, bounds):
            least = getattr(bounds, f"least_{unit}")
            if least and count < least:
                return f"{name}: {count:,} {unit}, at least {least:,} are wanted"
    return ""


def too_long(material: Material, settings: Heuristics) -> str:
    """A text is longer than its bounds say."""
    for name, text, bounds in _bounded(material, settings):
        for unit, count in _lengths(text, bounds):
            most = getattr(bounds, f"most_{unit}")
            if most and count > most:
                return f"{name}: {count:,} {unit}, at most {most:,} are wanted"
    return ""


def _bounded(material: Material, settings: Heuristics) -> Iterator[tuple[str, str, Bounds]]:
    for name in ("statement", "code", "text", "answer"):
        text = getattr(material, name)
        if text.strip():
            yield name, text, getattr(settings, name)


def _lengths(text: str, bounds: Bounds) -> Iterator[tuple[str, int]]:
    yield "characters", len(text)
    yield "lines", len(text.splitlines())
    if bounds.least_words or bounds.most_words:
        yield "words", len(words(text))


def repetitive(material: Material, settings: Heuristics) -> str:
    """Lines, or in prose runs of ten words, that have been there before."""
    code = material.text if material.is_text_code else ""
    for name, text in (("code", material.code), ("tests", code)):
        share = repeated_lines(text)
        if share > settings.repeated_code_lines:
            return f"{name}: {share:.0%} of the lines have been there before"
    for name, text in (("statement", material.statement), ("answer", material.answer_prose)):
        share = repeated_lines(text)
        if share > settings.repeated_lines:
            return f"{name}: {share:.0%} of the lines have been there before"
        share = repeated_runs(text)
        if share > settings.repeated_runs:
            return f"{name}: {share:.0%} of all runs of ten words have been there before"
    return ""


def repeated_lines(text: str) -> float:
    """Return the share of a text's longer lines that are like one before; 0 for a short text."""
    lines = [one for line in text.split("\n") if len(one := line.strip()) >= _LEAST_LINE]
    return 0.0 if len(lines) < _LEAST_LINES else 1 - len(set(lines)) / len(lines)


@lru_cache(maxsize=_CACHED)
def repeated_runs(text: str) -> float:
    """Return the share of a text's runs of ten words that came before; 0 for a short text."""
    found = words(text)
    if len(found) < _LEAST_WORDS:
        return 0.0
    runs = _runs(found, RUN_OF_WORDS)
    return 1 - len(set(runs)) / len(runs)


def _runs(parts: list[str], size: int) -> list[tuple[str, ...]]:
    """Return every run of `size` parts."""
    return list(zip(*(parts[at:] for at in range(size)), strict=False))


def repeats_instruction(material: Material, settings: Heuristics) -> str:
    """An answer's prose says what its instruction has said already."""
    runs = _runs(words(material.answer_prose), QUOTED_RUN)
    if len(runs) < _LEAST_WORDS - QUOTED_RUN:
        return ""
    asked = set(_runs(words(material.instruction), QUOTED_RUN))
    share = sum(run in asked for run in runs) / len(runs)
    if share <= settings.repeated_instruction:
        return ""
    return f"{share:.0%} of the answer's words stand in the instruction"


FILTERS: Mapping[str, Filter] = {
    "empty": empty,
    "too_short": too_short,
    "too_long": too_long,
    "repetitive": repetitive,
    "repeats_instruction": repeats_instruction,
    "chat_markup": leftovers.chat_markup,
    "stray_fence": leftovers.stray_fence,
    "trailing_space": leftovers.trailing_space,
    "stub": leftovers.stub,
}
"""The filters by name, in order: the first that sees something is the reason of a drop."""
