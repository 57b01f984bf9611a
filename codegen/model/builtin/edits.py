"""Wrong variants of a right program: those of its family, and those that any program can have.

A variant is a realistic edit of the right program, so that comparing a program with the variants
tells which mistake it holds. Everything here is a function of the program's text.

Not here: how often which mistake is made (`codegen.model.builtin.mistakes`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from textwrap import indent

from codegen.declaration import method_name
from codegen.language import get
from codegen.model.builtin.conversation import Task
from codegen.model.builtin.dialect import Dialect, Omission, dialect
from codegen.model.builtin.program import fill

_FAMILY_KINDS = {"boundary": "boundary", "crash": "crash", "endless": "endless_loop"}
_RETURNED = re.compile(r"(\s*(?:return )?)(.*?)(;?)")


@dataclass(frozen=True, slots=True)
class Variant:
    """A program, the kind of its mistake (empty: none), and what a diagnostic of it would name."""

    kind: str
    code: str
    lines: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Program:
    """The lines of a program and where the body of its entry function lies: `lines[start:end]`.

    `indent` is how much deeper the body is than that of a function; a method is inside of a class.
    """

    dialect: Dialect
    lines: tuple[str, ...]
    start: int
    end: int
    indent: str = ""

    def replaced(self, index: int, *lines: str) -> str:
        return "\n".join((*self.lines[:index], *lines, *self.lines[index + 1 :])) + "\n"

    def without(self, index: int, ending: str) -> str:
        return self.replaced(index, self.lines[index].removesuffix(ending))

    def inserted(self, line: str) -> str:
        line = indent(line, self.indent)
        return "\n".join((*self.lines[: self.start], line, *self.lines[self.start :])) + "\n"

    def body(self) -> Iterator[tuple[int, str]]:
        """Yield the body's lines of code with their indices, comments left out."""
        for index in range(self.start, self.end):
            line = self.lines[index]
            if line.strip() and not line.lstrip().startswith(self.dialect.comment):
                yield index, line


@lru_cache(maxsize=512)
def variants(task: Task) -> tuple[Variant, ...]:
    """Return the right program first, then every wrong variant of it; all texts differ."""
    programs = task.programs()
    right = programs.pop("")
    found = {right: Variant("", right)}
    for label, code in programs.items():
        kind = _FAMILY_KINDS[label.rstrip("0123456789")]
        found.setdefault(code, Variant(kind, code, _changed(right, code)))
    names = [parameter.name for parameter in task.family.entry().parameters]
    for variant in _general(_located(right, task), right, names):
        found.setdefault(variant.code, variant)
    if not any(variant.kind == "endless_loop" for variant in found.values()):
        code = _located(right, task).inserted(dialect(task.language).endless)
        found[code] = Variant("endless_loop", code, _changed(right, code))
    return tuple(found.values())


def _located(code: str, task: Task) -> _Program:
    lines = tuple(code.rstrip("\n").split("\n"))
    speech = dialect(task.language)
    header = _header(code, lines, task)
    body, usual = (one[: -len(one.lstrip())] for one in (lines[header + 1], speech.unused))
    before = body[len(usual) :]
    after = range(header + 1, len(lines))
    end = next((i for i in after if _closes(lines[i], before, speech)), len(lines))
    while not lines[end - 1].strip():
        end -= 1
    return _Program(speech, lines, header + 1, end, before)


def _header(code: str, lines: tuple[str, ...], task: Task) -> int:
    """Return the index of the last line of the entry function's declaration."""
    if not task.family.signature().methods:
        return code[: code.index(task.declaration)].count("\n") + task.declaration.count("\n")
    name = method_name(get(task.language), task.family.entry())
    opening = re.compile(rf"\b{name}\(.*{re.escape(dialect(task.language).block)}$")
    return next(i for i, line in enumerate(lines) if opening.search(line))


def _closes(line: str, before: str, speech: Dialect) -> bool:
    if not line.startswith(before):
        return bool(line.strip())
    return re.match(speech.closing, line[len(before) :]) is not None


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
    yield Variant("unused", program.inserted(program.dialect.unused), (), ("attempts",))
    yield from _unused_import(program, right)
    code = _wrong_type(program)
    yield Variant("wrong_type", code, _changed(right, code))


def _syntax(program: _Program) -> Iterator[str]:
    """Yield programs that do not parse: each way of the language to leave a token out."""
    speech, header = program.dialect, program.start - 1
    omissions: dict[Omission, Callable[[], Iterator[str]]] = {
        "header": lambda: iter([program.without(header, speech.block)]),
        "closing": lambda: iter([program.replaced(program.end)]),
        "block": lambda: _without_opening(program),
        "bracket": lambda: _without_bracket(program),
    }
    for omission in speech.omissions:
        yield from omissions[omission]()


def _without_opening(program: _Program) -> Iterator[str]:
    """Yield the program without the opening of its first block that a condition has."""
    block = program.dialect.block
    for index, line in program.body():
        if line.endswith(block) and not line.lstrip().startswith("}"):
            yield program.without(index, block)
            break


def _without_bracket(program: _Program) -> Iterator[str]:
    """Yield the program without the bracket that closes its first call as a statement."""
    terminator = program.dialect.terminator
    for index, line in program.body():
        if line.endswith(")" + terminator) and line.count("(") == line.count(")"):
            yield program.replaced(index, line.removesuffix(")" + terminator) + terminator)
            break


def _without_import(program: _Program, right: str) -> tuple[str, ...]:
    match = program.dialect.import_in(right)
    if match is None:
        return ()
    names = re.findall(r"\w+", match[1].rsplit("/", 1)[-1])
    return (right[: match.start()] + right[match.end() :], *names)


def _misspelt(program: _Program, right: str, parameters: list[str]) -> tuple[str, ...]:
    """Return the program with the last use of a variable misspelt, and the wrong name."""
    for name in [*program.dialect.assigned_in(right), *parameters]:
        wrong = name + "s"
        if re.search(rf"\b{wrong}\b", right):
            continue
        uses = [
            index
            for index, line in program.body()
            if re.search(rf"\b{name}\b", line.split(program.dialect.comment)[0])
        ]
        if len(uses) > (name not in parameters):
            line = re.sub(rf"\b{name}\b", wrong, program.lines[uses[-1]], count=1)
            return program.replaced(uses[-1], line), wrong
    return ()


def _unused_import(program: _Program, right: str) -> Iterator[Variant]:
    """Yield the program with the first of the imports of no use that it does not have."""
    for new in program.dialect.unused_imports:
        if re.search(rf"\b{new.name}\b", right) or new.after not in right:
            continue
        before, after, rest = right.partition(new.after) if new.after else ("", "", right)
        found = program.dialect.import_in(rest)
        gap = "" if found and found.start() == 0 else new.gap
        yield Variant("unused", before + after + new.text + gap + rest, (), (new.name,))
        break


def _wrong_type(program: _Program) -> str:
    """Make of the value that is returned last what the signature never says."""
    index = program.end - 1
    match = _RETURNED.fullmatch(program.lines[index])
    assert match, program.lines[index]
    wrong = fill(program.dialect.wrong_type, {"value": match[2]})
    return program.replaced(index, match[1] + wrong + match[3])
