"""The examples in a program's documentation, as native tests that run them.

A language whose tools find the examples by themselves has a file of tests for all programs. In one
whose documentation comments are Markdown, the blocks of code in them are taken out, by the rules of
the language's own tool, and each becomes a test.

Not here: running them (`codegen.synthesis.derivation.explanation`); which marks and rules a
language has (`[documentation]` of its `language.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codegen.language import fill
from codegen.synthesis.derivation.comments import comments_of

if TYPE_CHECKING:
    from codegen.language import Language
    from codegen.schema_native import Blocks

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`]*)")
_BETWEEN_TAGS = re.compile(r"[,\s]+")


class UncheckedError(Exception):
    """The documentation shows an example that nothing here can execute."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code in documentation: the words at its head, and its lines."""

    tags: tuple[str, ...]
    lines: tuple[str, ...]


def example_tests(language: Language, code: str) -> str:
    """Return native tests of the examples in a program's documentation; empty where it has none.

    Raises:
        UncheckedError: one of them cannot be executed, or claims nothing.
    """
    documentation = language.documentation
    if documentation is None or documentation.marker not in code:
        return ""
    blocks = documentation.blocks
    if blocks is None:
        return documentation.tests
    said = comments_of(language, code)
    found = list(blocks_in(blocks, said))
    if _fences(said) != _fences("\n".join(_documentation(blocks, said))):
        raise UncheckedError  # a comment of another form has a block as well
    examples = [one for one in found if _is_example(blocks, one)]
    return "\n".join(_test(blocks, number, one) for number, one in enumerate(examples, 1))


def blocks_in(blocks: Blocks, comments: str) -> Iterator[Block]:
    """Yield the blocks in the documentation comments among a program's comments."""
    fence = ""
    tags: tuple[str, ...] = ()
    lines: list[str] = []
    for line in _documentation(blocks, comments):
        match = _FENCE.fullmatch(line.rstrip())
        if not fence:
            if match:
                fence, tags, lines = match[1], _tags(match[2]), []
        elif match and match[1].startswith(fence) and not match[2].strip():
            yield Block(tags, tuple(lines))
            fence = ""
        else:
            lines.append(line)
    if fence:
        yield Block(tags, tuple(lines))  # Markdown closes it where the text ends


def _tags(head: str) -> tuple[str, ...]:
    return tuple(filter(None, _BETWEEN_TAGS.split(head)))


def _documentation(blocks: Blocks, comments: str) -> Iterator[str]:
    """Yield the text of each line of documentation."""
    for line in comments.split("\n"):
        bare = line.strip()
        mark = next(filter(bare.startswith, blocks.comments), None)
        if mark is not None:
            yield bare[len(mark) :].removeprefix(" ")


def _fences(text: str) -> int:
    return len(re.findall(r"`{3,}|~{3,}", text))


def _is_example(blocks: Blocks, block: Block) -> bool:
    """Whether a block is to be executed; one in another language is none.

    Raises:
        UncheckedError: it is an example, and is not to be executed or claims nothing.
    """
    if not set(block.tags) <= {*blocks.tags, *blocks.unchecked, blocks.failing}:
        return False
    text = "\n".join(block.lines)
    claims = blocks.failing in block.tags or blocks.claim in text
    if set(block.tags) & set(blocks.unchecked) or blocks.entry in text or not claims:
        raise UncheckedError
    return True


def _test(blocks: Blocks, number: int, block: Block) -> str:
    template = blocks.failing_test if blocks.failing in block.tags else blocks.test
    code = "\n".join(_unhidden(blocks.hidden, line) for line in block.lines)
    return fill(template, {"number": str(number), "code": code})


def _unhidden(mark: str, line: str) -> str:
    """Return a line as it is compiled: readers see none that begin with the mark and a space."""
    bare = line.lstrip()
    if bare == mark or bare.startswith(f"{mark} "):
        return bare[len(mark) :].lstrip()
    return bare.removeprefix(mark) if bare.startswith(mark * 2) else line
