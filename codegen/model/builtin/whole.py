"""Whole programs of the builtin teacher: a family's function, and a `main` that reads and prints.

How a language reads and prints values of which types is data: `[program]` in its `teacher.toml`.
A family is played as a program in the languages that know all of its types.

Not here: the form of the texts (`codegen.model.builtin.lines`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from codegen.language import get
from codegen.model.builtin.program import fill
from codegen.records import Signature


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a program, what it imports, and the names of the helpers that it calls."""

    text: str
    imports: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rewriting:
    r"""A regular expression, and the text (with `\1`, `\2`, …) that takes the place of a match."""

    pattern: str
    text: str


@dataclass(frozen=True, slots=True)
class Whole:
    """How whole programs are written in a language.

    `read` has a piece for each type of a parameter, with `$name`, `print` for each type of a
    result, with `$call`; they stand in `main` for `$reading` and `$printing`. `head` begins the
    file, with `$imports`: all of them in order, `between` them. `imported` are the lines of the
    function's own imports, `item` what is one of them there. `changed` is what becomes of the rest.
    `gap` stands between the parts; `inside` says that all is in one class, whose last line is `}`.
    """

    main: Piece
    read: Mapping[str, Piece]
    print: Mapping[str, Piece]
    helpers: Mapping[str, Piece]
    head: str = ""
    between: str = "\n"
    imported: str = ""
    item: str = ""
    changed: tuple[Rewriting, ...] = ()
    gap: str = "\n\n"
    inside: bool = False

    def knows(self, signature: Signature) -> bool:
        """Return whether arguments and results of these types can be read and printed."""
        kinds = {one.type for one in signature.parameters}
        return kinds <= set(self.read) and signature.returns in self.print

    def made(self, code: str, signature: Signature, language: str) -> str:
        """Return the program around a function's file."""
        spoken = get(language)
        names = {one.name: spoken.identifier(one.name) for one in signature.parameters}
        call = f"{spoken.function_name(signature)}({', '.join(names.values())})"
        reading = [self.read[one.type] for one in signature.parameters]
        printing = self.print[signature.returns]
        texts = [
            fill(piece.text, {"name": names[one.name]})
            for piece, one in zip(reading, signature.parameters, strict=True)
        ]
        main = fill(
            self.main.text,
            {"reading": "\n".join(texts), "printing": fill(printing.text, {"call": call})},
        )
        helpers = self._helpers((self.main, *reading, printing))
        used = [self.main, *reading, printing, *helpers]
        return self._joined(code, [*(one.text for one in helpers), main], used)

    def _helpers(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Return what the pieces call, and what that calls, in the order of the helpers."""
        wanted: set[str] = set()
        waiting = [name for piece in pieces for name in piece.helpers]
        while waiting:
            name = waiting.pop()
            if name not in wanted:
                wanted.add(name)
                waiting += self.helpers[name].helpers
        return [piece for name, piece in self.helpers.items() if name in wanted]

    def _joined(self, code: str, parts: list[str], used: list[Piece]) -> str:
        imports = {one for piece in used for one in piece.imports}
        if self.imported:
            own = "".join(re.findall(self.imported, code, re.MULTILINE))
            imports |= set(re.findall(self.item, own, re.MULTILINE))
            code = re.sub(self.imported, "", code, flags=re.MULTILINE)
        for rule in self.changed:
            code = re.sub(rule.pattern, rule.text, code, flags=re.MULTILINE)
        ordered = sorted(imports, key=lambda line: (line.startswith("from "), line))
        head = [fill(self.head, {"imports": self.between.join(ordered)})] if self.head else []
        body = [code.strip("\n"), *(part.strip("\n") for part in parts)]
        if self.inside:
            inner = self.gap.join([body[0].removesuffix("}").rstrip(), *body[1:]])
            return self.gap.join([*(one.strip("\n") for one in head), f"{inner}\n}}\n"])
        return self.gap.join([*(one.strip("\n") for one in head), *body]) + "\n"
