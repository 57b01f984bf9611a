"""The vocabulary of a `language.toml`: what its tables are made of. See `codegen.language`.

Everything is data and the vocabulary is closed: a parser of findings or a scaffold is chosen from a
list, never named as code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from codegen.records import Limits

DiagnosticParser = Literal[
    "python",
    "ruff",
    "server",
    "rustc",
    "go",
    "go-compiler",
    "diff",
    "staticcheck",
    "lines",
]
Scaffold = Literal["declared", "python", "rust", "go"]


@dataclass(frozen=True, slots=True)
class Tool:
    """One command over a program: a linter or a compiler.

    `parser` reads its findings from standard output or error; `lines` does so with `pattern`, a
    regular expression whose groups are `file`, `line`, `column`, `rule`, `message` and `error`
    (matched: broken code). `errors` are the rules that mean broken code, as glob patterns;
    `ignored` are not findings at all. An `optional` tool that is not there is no failure. A
    `preloaded` one is a Python script that the warm interpreter runs, a `resident` one a request to
    the environment's resident tool or language server of the name `argv[0]`. One that only `checks`
    makes nothing that the run needs. What one `consumes` earlier ones have made, and it is gone
    after it; such a one reads no source.
    """

    name: str
    argv: tuple[str, ...]
    parser: DiagnosticParser
    errors: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    optional: bool = False
    preloaded: bool = False
    resident: bool = False
    checks: bool = False
    consumes: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One way of building and running a program.

    `files` are names in `harness/`, put beside the program as they are; `templates` are paths in
    the working folder with the name in `harness/` of what is filled in to make them, `late` such
    that come only with the last command that compiles. `compile` are the commands that make the
    program, one after another; `run` starts it, with the memory limit in bytes for `$memory`. A
    `bare` run finds only what the compile commands have made: no source, no test.
    """

    run: tuple[str, ...]
    files: tuple[str, ...] = ()
    compile: tuple[Tool, ...] = ()
    preloaded: bool = False
    bare: bool = False
    templates: Mapping[str, str] = field(default_factory=dict)
    late: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitForm(Form):
    """A form that native tests come in, and for a declared scaffold how it is recognised.

    `when` and `unless` are queries over the tests. `tests` finds them, each by its capture `@name`,
    or `@quoted` for a literal whose inside is the name as it is written;
    the `@name` of a match of `groups` whose `@body` encloses one goes before it. A `script` is one
    test, called `main`, which the whole of the tests is, if `script_query` finds something there.
    `each` makes the line of a test in `$calls`. Where the seals are `sealed` into the program
    through templates, the harness is not told what they are made from. Where they are `framed` the
    tests' text comes in the harness's frame, as `source`, and lies on no disk.
    """

    when: str = ""
    unless: str = ""
    tests: str = ""
    groups: str = ""
    separator: str = "::"
    script: bool = False
    script_query: str = ""
    sealed: bool = False
    framed: bool = False
    each: str = ""


Text = Literal["solution", "tests"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A text drawn from the syntax tree: `each` filled with the captures, a line for each match.

    Where `where` is `function` only those matches count whose capture `@function` is the name of
    the function that is wanted, as far as that is known.
    """

    of: Text
    query: str
    each: str = "$name"
    first: bool = False
    where: Literal["", "function"] = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the solution or of the tests at every node that `query` captures as `@edit`."""

    of: Text
    query: str
    text: str
    place: Literal["replace", "before", "after"] = "replace"


@dataclass(frozen=True, slots=True)
class Counter:
    """How comparisons of the tests with literals are asked a second time, with other literals.

    `within` captures as `@within` what an assertion says, `pairs` the two sides of a comparison in
    it, `@left` and the literal `@right`. Around the left one `before` and `after` are put, which
    says `$one` and `$other`, the literal and another in any order; where there is `@near` it is
    `near`. A literal is made of the node types of `literals`, each a `number`, `text`, `character`
    or `truth`; those that are `plain` may be around them, those that are `kept` stay as they are;
    `makers` is the pattern of functions whose result tells their arguments apart.
    """

    within: str
    pairs: str
    before: str
    after: str
    near: str
    literals: Mapping[str, Literal["number", "text", "character", "truth"]]
    plain: tuple[str, ...]
    kept: tuple[str, ...] = ()
    makers: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """How answers are read, beside the query `answer.scm`: see `codegen.answer.grammar`."""

    functions: tuple[str, ...]
    starts: tuple[str, ...]
    endings: tuple[str, ...]
    braces: bool
    unique_names: bool = True
    loose_statements: bool = False


@dataclass(frozen=True, slots=True)
class Seeds:
    """The node types of functions, and those of branches, in code that problems are drawn from."""

    functions: tuple[str, ...]
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Where a program can be changed: for each kind of place a query that captures it as `@edit`.

    `operator` captures the token of a binary operator, an assignment or a step, `unary` that of one
    that can be left out; `jump` captures a whole `continue` or `break`, `condition` a whole truth
    value, `integer`, `float`, `boolean` and `string` a literal, `returned` what a function returns,
    `statement` what can be dropped. What is put there is the business of `codegen.verify.edits`.
    """

    operator: str = ""
    jump: str = ""
    unary: str = ""
    condition: str = ""
    integer: str = ""
    float: str = ""
    boolean: str = ""
    string: str = ""
    returned: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Mutation:
    """How mutants are made of a program.

    Inside of what the query `skipped` captures as `@skip` nothing is changed. `functions` are the
    node types of functions, closures among them; `negated` is `$text` negated, `nothing` what a
    dropped statement leaves.
    """

    places: Places
    functions: tuple[str, ...]
    negated: str
    skipped: str
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Stubs:
    """Solutions that solve nothing: one returns a default value, the other fails at every call.

    `$declaration` is as `Naming` writes it, `$value` the default value of the declared type;
    `values` has a template for each type's, in which `$type` is the type as it is spelled and `$1`,
    `$2`, … are the default values of a tuple's elements. Of whole programs, one is `silent` and one
    `broken`: it ends with an error.
    """

    default: str
    failing: str
    values: Mapping[str, tuple[str, ...]]
    silent: str = ""
    broken: str = ""


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


@dataclass(frozen=True, slots=True)
class Traits:
    """How a language behaves where others behave differently; a sentence each, without a stop."""

    integers: str
    division: str
    text: str
    maps: str
    errors: str
    floats: str
    sorting: str
