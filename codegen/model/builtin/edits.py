"""Wrong variants of a right program: those of its family, and those that any program can have.

A variant is a realistic edit of the right program, so that comparing a program with the variants
tells which mistake it holds. Everything here is a function of the program's text.

Not here: how often which mistake is made (`codegen.model.builtin.mistakes`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from codegen.model.builtin.conversation import Task

_FAMILY_KINDS = {"boundary": "boundary", "crash": "crash", "endless": "endless_loop"}
_ASSIGNED = {
    "python": re.compile(r"^ +([a-z_]{3,})(?:: [^=]+)? = ", re.MULTILINE),
    "rust": re.compile(r"^ +let (?:mut )?([a-z_]{3,})(?:: [^=]+)? = ", re.MULTILINE),
    "go": re.compile(r"^\t+([a-zA-Z]{3,}) := ", re.MULTILINE),
}
_IMPORT = {
    "python": re.compile(r"^(?:from [\w.]+ )?import (.+)\n", re.MULTILINE),
    "rust": re.compile(r"^use [\w:]*?(\w+|\{.*\});\n", re.MULTILINE),
    "go": re.compile(r'^(?:import |\t)"([\w/]+)"\n', re.MULTILINE),
}
_COMMENT = {"python": "#", "rust": "//", "go": "//"}
_WRONG_TYPE = {"python": "[{}]", "rust": "vec![{}]", "go": "[]any{{{}}}"}
_UNUSED = {
    "python": "    attempts = 0",
    "rust": "    let attempts = 0;",
    "go": "\tattempts := 0",
}
_ENDLESS = {
    "python": "    # Halve the step until nothing is left of it.\n"
    "    step = 64\n    while step >= 0:\n        step //= 2",
    "rust": "    // Halve the step until nothing is left of it.\n"
    "    let mut step = 64;\n    while step >= 0 {\n        step /= 2;\n    }",
    "go": "\t// Halve the step until nothing is left of it.\n"
    "\tstep := 64\n\tfor step >= 0 {\n\t\tstep /= 2\n\t}",
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A program, the kind of its mistake (empty: none), and what a diagnostic of it would name."""

    kind: str
    code: str
    lines: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Program:
    """The lines of a program and where the body of its entry function lies: `lines[start:end]`."""

    language: str
    lines: tuple[str, ...]
    start: int
    end: int

    def replaced(self, index: int, *lines: str) -> str:
        return "\n".join((*self.lines[:index], *lines, *self.lines[index + 1 :])) + "\n"

    def inserted(self, line: str) -> str:
        return "\n".join((*self.lines[: self.start], line, *self.lines[self.start :])) + "\n"

    def body(self) -> Iterator[tuple[int, str]]:
        """Yield the body's lines of code with their indices, comments left out."""
        for index in range(self.start, self.end):
            line = self.lines[index]
            if line.strip() and not line.lstrip().startswith(_COMMENT[self.language]):
                yield index, line


@lru_cache(maxsize=512)
def variants(task: Task) -> tuple[Variant, ...]:
    """Return the right program first, then every wrong variant of it; all texts differ."""
    programs = task.family.programs(task.language, task.parameters, task.declaration)
    right = programs.pop("")
    found = {right: Variant("", right)}
    for label, code in programs.items():
        kind = _FAMILY_KINDS[label.rstrip("0123456789")]
        found.setdefault(code, Variant(kind, code, _changed(right, code)))
    names = [parameter.name for parameter in task.family.signature().parameters]
    for variant in _general(_located(right, task), right, names):
        found.setdefault(variant.code, variant)
    if not any(variant.kind == "endless_loop" for variant in found.values()):
        code = _located(right, task).inserted(_ENDLESS[task.language])
        found[code] = Variant("endless_loop", code, _changed(right, code))
    return tuple(found.values())


def _located(code: str, task: Task) -> _Program:
    lines = tuple(code.rstrip("\n").split("\n"))
    header = code[: code.index(task.declaration)].count("\n") + task.declaration.count("\n")
    after = range(header + 1, len(lines))
    if task.language == "python":
        closing = (i for i in after if lines[i] and not lines[i].startswith(" "))
    else:
        closing = (i for i in after if lines[i] == "}")
    end = next(closing, len(lines))
    while not lines[end - 1].strip():
        end -= 1
    return _Program(task.language, lines, header + 1, end)


def _changed(right: str, wrong: str) -> tuple[int, ...]:
    """Return the lines (from 1) around which the wrong text departs from the right one."""
    pairs = zip(right.split("\n"), wrong.split("\n"), strict=False)
    first = next((i for i, (one, two) in enumerate(pairs, 1) if one != two), 1)
    return (first - 1, first, first + 1)


def _general(program: _Program, right: str, parameters: list[str]) -> Iterator[Variant]:
    for code in _syntax(program):
        yield Variant("syntax", code, _changed(right, code))
    undefined = _without_import(program, right) or _misspelt(program, right, parameters)
    if undefined:
        code, *names = undefined
        yield Variant("undefined", code, (), tuple(names))
    yield Variant("unused", program.inserted(_UNUSED[program.language]), (), ("attempts",))
    code, name = _unused_import(program, right)
    yield Variant("unused", code, (), (name,))
    code = _wrong_type(program)
    yield Variant("wrong_type", code, _changed(right, code))


def _syntax(program: _Program) -> Iterator[str]:
    """Yield programs that do not parse: a bracket, a colon or a semicolon left out."""
    if program.language == "python":
        header = program.start - 1
        yield program.replaced(header, program.lines[header].removesuffix(":"))
        ending, opening = ")", ":"
    else:
        yield program.replaced(program.end)
        ending, opening = ");", " {"
    for index, line in program.body():
        if line.endswith(opening) and not line.lstrip().startswith(("}", "match")):
            if program.language != "rust":
                yield program.replaced(index, line.removesuffix(opening))
            break
    for index, line in program.body():
        if line.endswith(ending) and line.count("(") == line.count(")"):
            yield program.replaced(index, line.removesuffix(ending) + ending[1:])
            break


def _without_import(program: _Program, right: str) -> tuple[str, ...]:
    match = _IMPORT[program.language].search(right)
    if match is None:
        return ()
    names = re.findall(r"\w+", match[1].rsplit("/", 1)[-1])
    return (right[: match.start()] + right[match.end() :], *names)


def _misspelt(program: _Program, right: str, parameters: list[str]) -> tuple[str, ...]:
    """Return the program with the last use of a variable misspelt, and the wrong name."""
    for name in [*_ASSIGNED[program.language].findall(right), *parameters]:
        wrong = name + "s"
        if re.search(rf"\b{wrong}\b", right):
            continue
        uses = [
            index
            for index, line in program.body()
            if re.search(rf"\b{name}\b", line.split(_COMMENT[program.language])[0])
        ]
        if len(uses) > (name not in parameters):
            line = re.sub(rf"\b{name}\b", wrong, program.lines[uses[-1]], count=1)
            return program.replaced(uses[-1], line), wrong
    return ()


def _unused_import(program: _Program, right: str) -> tuple[str, str]:
    if program.language == "go":
        name = "os" if '"os"' not in right else "bytes"
        return right.replace(
            "package solution\n", f'package solution\n\nimport "{name}"\n', 1
        ), name
    if program.language == "rust":
        name = "BTreeSet" if "BTreeSet" not in right else "BinaryHeap"
        return f"use std::collections::{name};\n\n{right}", name
    name = "string" if "import string" not in right else "operator"
    gap = "" if right.startswith(("from ", "import ")) else "\n\n"
    return f"import {name}\n{gap}{right}", name


def _wrong_type(program: _Program) -> str:
    """Wrap the value that is returned last in a list, which is never what the signature says."""
    index = program.end - 1
    line = program.lines[index]
    indent = line[: len(line) - len(line.lstrip())]
    keyword = "" if program.language == "rust" else "return "
    value = line.strip().removeprefix(keyword)
    return program.replaced(index, indent + keyword + _WRONG_TYPE[program.language].format(value))
