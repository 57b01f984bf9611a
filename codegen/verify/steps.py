"""The steps that every job begins with: the commands that compile, and the linters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from codegen.language import Language, fill
from codegen.records import Limits
from codegen.sandbox.contract import Step
from codegen.schema import Form, Tool
from codegen.verify.files import refuse_ours

Stages = tuple[tuple[Literal["compile", "lint"], Tool], ...]
F = TypeVar("F", bound=Form)


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a program: there from the start, and `late` ones for the last that compiles.

    `marks` fill in the commands; `given` are the user's files.
    """

    files: Mapping[str, bytes]
    late: Mapping[str, bytes]
    marks: Mapping[str, str]
    given: Mapping[str, bytes]


def leaner(form: F, lean: bool) -> F:
    """Return a form without the compile commands that only check, if it is to be `lean`."""
    kept = tuple(tool for tool in form.compile if not tool.checks)
    return replace(form, compile=kept) if lean else form


def argv(words: tuple[str, ...], marks: Mapping[str, str]) -> tuple[str, ...]:
    """Return a command with its marks filled in."""
    return tuple(fill(word, marks) for word in words)


def _optioned(words: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Put the words of the chosen options where a command says so."""
    if "$options" not in words:
        return words
    at = words.index("$options")
    return (*words[:at], *chosen, *words[at + 1 :])


def run_argv(form: Form, marks: Mapping[str, str], limits: Limits) -> tuple[str, ...]:
    """Return the command that runs a program; `$memory` in it is the limit in bytes."""
    return argv(form.run, {**marks, "memory": str(limits.memory_bytes)})


def compiling(language: Language, form: Form, sources: Sources, limits: Limits) -> tuple[Step, ...]:
    """Return the steps that compile, the first with the files."""
    first, late = start(language, form, sources), sources.late
    last = max((i for i, tool in enumerate(form.compile) if not tool.consumes), default=-1)
    return tuple(
        Step(
            name=f"compile:{tool.name}",
            argv=argv(_optioned(tool.argv, language.chosen), sources.marks),
            files={**(first if i == 0 else {}), **(late if i == last else {})},
            limits=limits,
            preloaded=tool.preloaded,
            resident=tool.resident,
            consumes=tool.consumes,
        )
        for i, tool in enumerate(form.compile)
    )


def start(language: Language, form: Form, sources: Sources) -> dict[str, bytes]:
    """Return the files that are there from the start.

    Raises:
        UsageError: the user gives a file that has the name of one of ours.
    """
    ours = {**{name: language.harness(name) for name in form.files}, **sources.files}
    refuse_ours(sources.given, {*ours, *sources.late, *language.lint.files})
    return {**sources.given, **ours}


def run_files(
    language: Language, form: Form, sources: Sources, *, linted: bool
) -> dict[str, bytes]:
    """Return the files that come with the run: all that came with no step before it."""
    if form.compile:
        return dict(sources.given) if form.bare else {}
    return {**({} if linted else start(language, form, sources)), **sources.late}


def linting(language: Language, form: Form, sources: Sources) -> tuple[Step, ...]:
    """Return the steps of a language's linters, the first with what they need."""
    mine = {name: language.harness(name) for name in language.lint.files}
    first = mine if form.compile else {**start(language, form, sources), **mine}
    return tuple(
        Step(
            name=f"lint:{tool.name}",
            argv=tool.argv,
            files={} if number else first,
            limits=language.lint.limits,
            keep_going=True,
            keep_bytes=1 << 20,
            preloaded=tool.preloaded,
            resident=tool.resident,
        )
        for number, tool in enumerate(language.lint.tools)
    )


def stages(form: Form, tools: tuple[Tool, ...]) -> Stages:
    """Return the stage of each step before the run, with its tool."""
    return (*(("compile", t) for t in form.compile), *(("lint", t) for t in tools))
