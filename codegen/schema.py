"""The vocabulary of a `language.toml`: what its tables are made of. See `codegen.language`.

Everything is data and the vocabulary is closed: a parser of findings or a scaffold is chosen from a
list, never named as code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codegen.records import Limits

DiagnosticParser = Literal[
    "python", "ruff", "pyrefly", "rustc", "go", "go-compiler", "diff", "staticcheck"
]
Scaffold = Literal["python", "rust", "go"]


@dataclass(frozen=True, slots=True)
class Tool:
    """One command over a program: a linter or a compiler.

    `parser` reads its findings from standard output or error. `errors` are the rules that mean
    broken code, as glob patterns; `ignored` are not findings at all. An `optional` tool that is not
    there is no failure. A `preloaded` one is a Python script that the warm interpreter runs.
    """

    name: str
    argv: tuple[str, ...]
    parser: DiagnosticParser
    errors: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    optional: bool = False
    preloaded: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One way of building and running a program.

    `files` are names in `harness/`, put beside the program as they are. `compile` are the commands
    that make it, one after another; `run` starts it. A `bare` run finds only what the compile
    commands have made: no source, no test.
    """

    files: tuple[str, ...]
    run: tuple[str, ...]
    compile: tuple[Tool, ...] = ()
    preloaded: bool = False
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """How typed cases are run.

    `glue` are files in `harness/` that are filled in. The marks in them and in `run` are
    `$function`, `$arguments` (a line for each, made from `argument` with `$index` and `$type`),
    `$names` (their uses, made from `name`), `$returns` and `$types` (the neutral types of the
    parameters and of the result, as a JSON array).
    """

    form: Form
    glue: tuple[str, ...] = ()
    argument: str = ""
    name: str = "argument$index"


@dataclass(frozen=True, slots=True)
class Lint:
    """The linters of a language, their files (in `harness/`) and their limits together."""

    tools: tuple[Tool, ...]
    files: tuple[str, ...] = ()
    limits: Limits = Limits(cpu_s=30.0, wall_s=60.0)


@dataclass(frozen=True, slots=True)
class Naming:
    """How the language writes names, types and declarations.

    In the templates `$1`, `$2`, … stand for the arguments of a type, `$name`, `$type`,
    `$parameters`, `$returns` for what they say. `tuple` holds a template for two, three, four.
    """

    case: Literal["snake", "lower_camel"]
    declaration: str
    parameter: str
    keywords: tuple[str, ...]
