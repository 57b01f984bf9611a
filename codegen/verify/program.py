"""The job of a whole program: it is built once and run in a new process for each input.

Between the runs nothing is cleared away but processes: what a run leaves in the working folder is
there for the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.records import Limits
from codegen.sandbox.contract import Step
from codegen.verify import steps
from codegen.verify.scaffold import declared
from codegen.verify.steps import Sources

if TYPE_CHECKING:
    from codegen.language import Language
    from codegen.schema import Form


@dataclass(frozen=True, slots=True)
class Program:
    """A program, how it is built and run, and the user's files beside it.

    `args` are its arguments, `limits` those of each run.
    """

    language: Language
    code: str
    limits: Limits
    files: Mapping[str, bytes] = field(default_factory=dict)
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """One run: its standard input, how much of its output comes back, which files do."""

    stdin: bytes
    keep_bytes: int
    fetch: tuple[str, ...] = ()


def form_of(language: Language, *, lean: bool) -> Form:
    """Return how a language's programs are built and run.

    Raises:
        UsageError: the language runs functions only.
    """
    if language.program is None:
        raise UsageError(f"{language.title} cannot be run as a whole program here")
    return steps.leaner(language.program, lean)


def sources(program: Program, form: Form) -> Sources:
    """Return the files of a program, as it was written."""
    language, code = program.language, program.code
    marks = {**declared.marks(language, code), "solution": code}
    files = {language.source: code.encode(), **declared.made(language, form.templates, marks)}
    return Sources(files, declared.made(language, form.late, marks), marks, program.files)


def running(
    program: Program, form: Form, found: Sources, inputs: tuple[Input, ...], *, linted: bool
) -> Iterator[Step]:
    """Yield a step for each input. One that uses up its time is the last."""
    first = steps.run_files(program.language, form, found, linted=linted)
    for number, one in enumerate(inputs):
        yield Step(
            name=f"run:{number}",
            argv=(*steps.run_argv(form, found.marks, program.limits), *program.args),
            files={} if number else first,
            stdin=one.stdin,
            limits=program.limits,
            preloaded=form.preloaded,
            keep_going=True,
            gives_up=True,
            keep_bytes=one.keep_bytes,
            collect=one.fetch,
            bare=form.bare and not number,
        )
