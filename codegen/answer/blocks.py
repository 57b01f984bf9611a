"""The shape of an answer: the thinking before it and the fenced blocks within it.

Fences are those of CommonMark, read generously: any indentation, behind a list marker, of three or
more backticks or tildes, never closed at all. Fences inside a block (in a docstring, say) belong
to it when it is only complete with them; the caller's `is_complete` decides that.

Not here: what a block means (`codegen.answer.code`, `codegen.answer.values`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_THINKING = re.compile(r"\s*<(think|thinking|thought|reasoning)>")
_END_OF_THINKING = re.compile(
    r"^.*?</(?:think|thinking|thought|reasoning)>[ \t]*$", re.MULTILINE | re.DOTALL
)
_FENCE = re.compile(
    r"^(?P<indent>[ \t]*(?:(?:[-*+]|\d+[.)]|>)[ \t]+)?)"
    r"(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$"
)
_MOST_ENDS = 8
_MOST_FENCES = 80


class AnswerError(ValueError):
    """An answer from which nothing can be taken; the message is fit to be shown to the model.

    The model's failure, not ours: it is no `CodegenError`, and becomes a verdict or a rejection.
    """


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its tag in lower case and its text, less the indentation of its fence."""

    tag: str
    text: str


@dataclass(frozen=True, slots=True)
class _Fence:
    line: int
    indent: int
    mark: str
    tag: str

    def is_closed_by(self, other: _Fence) -> bool:
        return not other.tag and other.mark.startswith(self.mark)


def without_thinking(text: str) -> str:
    """Return an answer with plain newlines and without the thinking that goes before it.

    Raises:
        AnswerError: the answer is empty, or ends while the model is still thinking.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    opened = _THINKING.match(text)
    if opened:
        end = text.find(f"</{opened[1]}>")
        if end < 0:
            raise AnswerError("the answer ends inside its thinking; answer after fewer words")
        text = text[end + len(opened[1]) + 3 :]
    elif "</" in text:
        # chat templates that open the thinking themselves leave only its end in the answer
        text = _END_OF_THINKING.sub("", text, count=1)
    if not text.strip():
        raise AnswerError("the answer is empty")
    return text


def fenced(text: str, is_complete: Callable[[str], bool]) -> Iterator[Block]:
    """Yield the fenced blocks of an answer in order.

    A block ends at the first closing fence with which it is complete; where it is complete with
    none, at the first fence of all, and where there is none, with the answer.
    """
    lines = text.split("\n")
    fences = [fence for n, line in enumerate(lines) if (fence := _fence(n, line))]
    del fences[_MOST_FENCES:]
    at = 0
    while at < len(fences):
        opener = fences[at]
        ends = _ends(fences, at)
        chosen = next(
            (end for end in ends if is_complete(_content(lines, opener, _line(fences, end)))),
            ends[0],
        )
        yield Block(opener.tag, _content(lines, opener, _line(fences, chosen)))
        closed = chosen is not None and opener.is_closed_by(fences[chosen])
        at = len(fences) if chosen is None else chosen + closed


def outside_blocks(text: str) -> str:
    """Return what stands outside the fenced blocks of an answer, its thinking left out.

    Raises:
        AnswerError: the answer is empty, or ends while the model is still thinking.
    """
    kept: list[str] = []
    opener: _Fence | None = None
    for number, line in enumerate(without_thinking(text).split("\n")):
        fence = _fence(number, line)
        if opener is not None:
            opener = None if fence and opener.is_closed_by(fence) else opener
        elif fence is not None:
            opener = fence
        else:
            kept.append(line)
    return "\n".join(kept).strip()


def _fence(number: int, line: str) -> _Fence | None:
    match = _FENCE.match(line)
    if match is None:
        return None
    words = match["info"].strip().strip("{}").lower().split()
    return _Fence(
        number, len(match["indent"]), match["mark"], words[0].lstrip(".") if words else ""
    )


def _ends(fences: list[_Fence], at: int) -> list[int | None]:
    later = range(at + 1, min(len(fences), at + 1 + _MOST_ENDS))
    closing = [i for i in later if fences[at].is_closed_by(fences[i])]
    others = [i for i in later if i not in closing and fences[i].mark[0] == fences[at].mark[0]]
    ends: list[int | None] = [*closing, *others]
    if closing and others and others[0] < closing[0]:
        # an unclosed block before a tagged one: complete with neither, it still ends there
        ends = [*closing, others[0]] if len(closing) > 1 else [others[0], *closing]
    return ends or [None]


def _line(fences: list[_Fence], index: int | None) -> int | None:
    return None if index is None else fences[index].line


def _content(lines: list[str], opener: _Fence, end: int | None) -> str:
    within = lines[opener.line + 1 : end]
    if opener.indent:
        within = [_outdented(line, opener.indent) for line in within]
    return "\n".join(within)


def _outdented(line: str, columns: int) -> str:
    blank = len(line) - len(line.lstrip(" \t"))
    return line[min(blank, columns) :]
