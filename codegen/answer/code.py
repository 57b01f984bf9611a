"""The solution out of a model's answer.

The block is chosen by what it defines, its tag, whether it parses, and its place; text without any
fence is searched for the lines that are code. With a prompt (an unfinished function) an answer that
repeats the function replaces it, and any other completes it. What parses decides.

Not here: fences (`codegen.answer.blocks`), what is then removed and added (`codegen.answer.tidy`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from codegen.answer.blocks import AnswerError, fenced, without_thinking
from codegen.answer.grammar import Kind
from codegen.answer.grammars import grammar_of
from codegen.answer.outline import Outline, is_clean, outline
from codegen.answer.prose import clean_head, looks_like_prose, without_prose
from codegen.answer.tidy import tidied
from codegen.language import Language

_NOTHING = Outline(b"", clean=True, items=())
NO_CODE = "there is no code in the answer; give the whole file in one fenced block"


@dataclass(frozen=True, slots=True)
class Frame:
    """A prompt: its text, the unfinished function at its end, and all that it has besides."""

    text: str
    entry: str
    rest: Outline


@dataclass(frozen=True, slots=True)
class Candidate:
    """One block of an answer. `trust`: 2 for a tag of the language, 1 for none, 0 for another."""

    text: str
    trust: int
    outline: Outline


def extract_code(
    language: Language, text: str, *, prompt: str | None = None, entry_point: str | None = None
) -> str:
    """Return the program that an answer means, ending in one line break.

    Args:
        language: what the answer is written in.
        text: the model's whole reply.
        prompt: an unfinished function that the answer repeats or completes.
        entry_point: the function that is wanted; by default the last of the prompt.

    Raises:
        AnswerError: there is no code in the answer.
    """
    text = without_thinking(text)
    frame = _frame(language, prompt) if prompt else None
    entry = entry_point or (frame.entry if frame else "")
    found = list(candidates(language, text))
    chosen = _best(found, entry) if found else _unfenced(language, text, frame, entry)
    others = [one.outline for one in found if one is not chosen and one.trust and one.outline.clean]
    program = _program(language, chosen, frame, entry)
    return tidied(language, program, entry, [frame.rest if frame else _NOTHING, *others])


def _frame(language: Language, prompt: str) -> Frame:
    prompt = prompt.replace("\r\n", "\n").rstrip() + "\n"
    closed = (outline(language, prompt + end) for end in grammar_of(language).endings)
    found = next((one for one in closed if one.clean and one.functions), None)
    found = found or outline(language, prompt)
    entry = found.functions[-1].names[0] if found.functions else ""
    rest = tuple(item for item in found.items if entry not in item.names)
    return Frame(prompt, entry, replace(found, items=rest))


def candidates(language: Language, text: str) -> Iterator[Candidate]:
    """Yield the blocks of an answer in which something stands."""
    for block in fenced(text, lambda content: is_clean(language, content)):
        if block.text.strip():
            trust = 2 if block.tag in language.fences else int(not block.tag)
            code = _dedented(language, block.text)
            yield Candidate(code, trust, outline(language, code))


def _dedented(language: Language, text: str) -> str:
    """Move a file that is indented as a whole to the margin; a body alone stays as it is."""
    if not text.lstrip("\n").startswith((" ", "\t")):
        return text
    moved = textwrap.dedent(text)
    return moved if moved != text and outline(language, moved).functions else text


def _best(found: Sequence[Candidate], entry: str) -> Candidate:
    def rank(one: Candidate) -> tuple[int, int, bool]:
        return (_worth(one.outline, entry), one.trust, one.outline.clean)

    return last_of_equals(found, rank)


def last_of_equals(
    found: Sequence[Candidate], rank: Callable[[Candidate], tuple[int, int, bool]]
) -> Candidate:
    """Return the block of the highest rank; of several the last that does not repeat a part."""
    top = max(map(rank, found))
    equal = [one for one in found if rank(one) == top]
    longest = max(len(one.text) for one in equal)
    return [one for one in equal if 2 * len(one.text) >= longest][-1]


def _worth(found: Outline, entry: str) -> int:
    """Return how much a block defines: what is wanted or, where that is not known, a function."""
    if entry:
        return int(found.defines(entry))
    kinds = {item.kind for item in found.items if item.names}
    if kinds & {Kind.FUNCTION, Kind.TYPE, Kind.BROKEN}:
        return 2
    return int(Kind.VALUE in kinds)


def _unfenced(language: Language, text: str, frame: Frame | None, entry: str) -> Candidate:
    """Find the code in an answer without fences.

    Raises:
        AnswerError: there is none.
    """
    whole = Candidate(text, 0, outline(language, text))
    if whole.outline.clean and (whole.outline.definitions or _completed(language, text, frame)):
        return whole
    stripped = _dedented(language, without_prose(language, text))
    found = Candidate(stripped, 0, outline(language, stripped))
    if found.outline.definitions and (not entry or found.outline.defines(entry)):
        return found
    if frame and (_completed(language, text, frame) or not looks_like_prose(text)):
        return whole
    start = without_prose(language, text, only_before=True)
    if not start.strip():
        raise AnswerError(NO_CODE)
    return Candidate(start, 0, outline(language, start))


def _program(language: Language, chosen: Candidate, frame: Frame | None, entry: str) -> str:
    if frame and not chosen.outline.defines(entry) and not _is_file(chosen.outline):
        completed = _completed(language, chosen.text, frame)
        return completed or frame.text + chosen.text.strip("\n") + "\n"
    if chosen.outline.clean:
        return chosen.text
    whole = _without_cut_end(language, chosen.text, entry)
    if whole:
        return whole
    cleaned = without_prose(language, chosen.text)
    file = outline(language, cleaned)
    missing = _dropped_lines(chosen.text, cleaned)
    if file.clean and file.definitions and all(map(looks_like_prose, missing)):
        return cleaned
    return chosen.text


def _without_cut_end(language: Language, text: str, entry: str) -> str:
    """Leave out a `main` or a test that an answer's end cut in two; empty if there is none."""
    before, behind = clean_head(language, text)
    head = outline(language, before)
    wanted = head.defines(entry) if entry else bool(head.definitions)
    opening = next((n for n, line in enumerate(behind) if line.endswith(("{", ":"))), None)
    if not wanted or opening is None:
        return ""
    begun = "\n".join(behind[: opening + 1])
    closed = (outline(language, begun + end) for end in grammar_of(language).endings)
    cut = next((one for one in closed if one.clean), None)
    kinds = {item.kind for item in cut.items} if cut else set()
    return before if kinds and kinds <= {Kind.MAIN, Kind.TEST, Kind.COMMENT} else ""


def _dropped_lines(text: str, cleaned: str) -> list[str]:
    kept = iter(cleaned.split("\n"))
    expected = next(kept, None)
    dropped = []
    for line in text.split("\n"):
        if line == expected:
            expected = next(kept, None)
        elif line.strip():
            dropped.append(line)
    return dropped


def _is_file(found: Outline) -> bool:
    """Whether a block is a file of its own, however it names its function."""
    first = next((item for item in found.items if item.kind is not Kind.COMMENT), None)
    return first is not None and first.kind in (Kind.PACKAGE, Kind.FUNCTION)


def _completed(language: Language, body: str, frame: Frame | None) -> str:
    """Join a prompt and a function's body; empty where no way of joining them parses."""
    if frame is None:
        return ""
    for joined in _joinings(language, body.strip("\n"), frame.text):
        text = joined if is_clean(language, joined) else without_prose(language, joined)
        file = outline(language, text)
        whole = next((item for item in file.items if frame.entry in item.names), None)
        if file.clean and whole is not None and _reaches(file, whole.end, frame, body):
            return text
    return ""


def _reaches(file: Outline, end: int, frame: Frame, body: str) -> bool:
    """Whether the function goes on behind the prompt, into the first line of the body."""
    first = next((line.strip() for line in body.split("\n") if line.strip()), "")
    return first in file.source[len(frame.text.encode()) - 1 : end].decode("utf-8", "replace")


def _joinings(language: Language, body: str, prompt: str) -> Iterator[str]:
    if grammar_of(language).braces:
        for head in (prompt, prompt.rstrip() + " {\n"):
            yield from (head + body + end for end in ("\n", "\n}\n"))
        return
    first, _, others = body.partition("\n")
    yield prompt + body + "\n"
    yield f"{prompt}    {first.strip()}\n{others}\n"
    yield prompt + textwrap.indent(body, "    ") + "\n"
