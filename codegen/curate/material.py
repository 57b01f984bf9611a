"""The texts of one example that passes compare and look through, without building its record.

A million examples are looked through, and these fields are a small part of each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from codegen import language as languages
from codegen.journal import codec
from codegen.records import Json

if TYPE_CHECKING:
    import tree_sitter

FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)


@dataclass(frozen=True)
class Material:
    """The texts of an example; empty where it has none.

    `instruction` is what comes before the first turn that is to be learned, `answer` all turns that
    are; `worse` the other side of a preference. `function` is the name in the signature.
    """

    kind: str
    language: str
    statement: str
    constraints: str
    function: str
    code: str
    text: str
    instruction: str
    answer: str
    worse: str = ""

    @cached_property
    def tree(self) -> tree_sitter.Node:
        """The syntax tree of the code."""
        from codegen import syntax  # noqa: PLC0415 - most examples are never parsed

        found = languages.get(self.language)
        return syntax.parse(found, self.code.encode("utf-8", "surrogatepass")).root_node

    @cached_property
    def whole(self) -> str:
        """All texts at once, for a look at whether something is in any of them."""
        return f"{self.statement}\n{self.code}\n{self.text}\n{self.answer}"

    @cached_property
    def answer_prose(self) -> str:
        """The answer without its fenced blocks."""
        return prose(self.answer)

    @property
    def is_text_code(self) -> bool:
        """Whether the text is a program, as native tests are."""
        return self.kind == "tests"


def material_of(data: bytes) -> Material:
    """Return the texts of an example as a dataset holds it (`Row.data`)."""
    return material_from(codec.unpack(data))


def material_from(form: Json) -> Material:
    """Return the texts of an example's JSON form."""
    problem, messages = form["problem"], form["messages"]
    first = next((n for n, one in enumerate(messages) if one["train"]), len(messages))
    return Material(
        kind=form["kind"],
        language=form["language"],
        statement=problem["statement"],
        constraints=problem["constraints"],
        function=problem["signature"]["name"],
        code=form["code"],
        text=form["text"],
        instruction="\n\n".join(one["content"] for one in messages[:first]),
        answer="\n\n".join(one["content"] for one in messages if one["train"]),
        worse=(form["alternative"] or {}).get("content", ""),
    )


def prose(text: str) -> str:
    """Return a text without its fenced blocks."""
    if "```" not in text and "~~~" not in text:
        return text
    kept, inside = [], False
    for line in text.split("\n"):
        if FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)
