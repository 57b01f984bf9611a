"""What is to be solved: seeds, typed signatures, cases, problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from codegen.records.verdict import Limits
from codegen.wire import LATER, Json

_LIMITS = Limits()
Interface = Literal["function", "program", "class"]


@dataclass(frozen=True, slots=True)
class Traits:
    """What a problem was asked to be like; each is empty where that was left free.

    `natural_language` is an ISO 639-1 code; an `interface` that was left free is a function's. They
    say what was asked for, not what was measured.
    """

    difficulty: str = ""
    audience: str = ""
    format: str = ""
    length: str = ""
    register: str = ""
    natural_language: str = ""
    interface: str = field(default="", metadata=LATER)


_TRAITS = Traits()


@dataclass(frozen=True, slots=True)
class Retry:
    """The earlier life of a problem that is tried again: its round, run, number and rejection.

    `run` is the SHA-256 of the earlier run's configuration, `index` the problem's number in it.
    """

    round: int
    run: str
    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Seed:
    """What a problem was inspired by; of the kind `reverse`, the code that it was made for.

    `parents` are the ids or hashes of the problems that it was made from, `change` what an
    evolution was asked for. `retry` is there where the problem and its inputs are those of an
    earlier round.
    """

    kind: Literal["code", "reverse", "taxonomy", "problem", "self-instruct", "evolution"]
    text: str
    source: str = ""
    path: str = ""
    line: int = 0
    language: str = ""
    licence: str = ""
    topic: str = ""
    skill: str = ""
    sha256: str = ""
    traits: Traits = _TRAITS
    parents: tuple[str, ...] = ()
    change: str = ""
    retry: Retry | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `type` is written in the type language of `codegen.types`."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A language-neutral function signature, e.g. `find_runs(values: list[int], k: int) -> bool`.

    `name` is snake_case; every language spells it in its own convention (`FindRuns` in no language:
    Go uses lowerCamel `findRuns`, as solution and harness share a package).

    With `methods` it is the signature of a class: `parameters` are its constructor's and `returns`
    is empty. A method that returns nothing has an empty `returns`.
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: str = ""
    methods: tuple[Signature, ...] = field(default=(), metadata=LATER)

    @property
    def interface(self) -> Interface:
        """What a solution is: a function, a class, or a whole program."""
        if self.methods:
            return "class"
        return "program" if self == PROGRAM else "function"


PROGRAM = Signature("main", (Parameter("stdin", "str"),), "str")
"""The signature of whole programs: from the text of standard input to that of standard output.

A case of a program is a `Case` with the input as its only argument, so that votes, examples and
measurements are the same as for functions; the verifier is asked with `IoCase`s.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One typed case: arguments in parameter order and, where it is known, the expected value.

    A case of a class makes one object and asks it for a sequence of operations: its arguments are
    the constructor's and, as the last, the operations, `[["method", [arguments, …]], …]`; expected
    is the list of their results, null for what returns nothing.

    `known_from` says why the expected value is believed: `specification`, `consensus`, `reference`;
    empty while it is not known. Values are plain JSON under the encoding of `codegen.types`.
    """

    id: str
    arguments: tuple[Json, ...]
    expected: Json = None
    known_from: Literal["", "specification", "consensus", "reference"] = ""


@dataclass(frozen=True, slots=True)
class IoCase:
    """One case of a whole program: its standard input and, where it is known, its output.

    `expected` is None while it is not known; `known_from` as for a `Case`.
    """

    id: str
    stdin: str
    expected: str | None = None
    known_from: Literal["", "specification", "consensus", "reference"] = ""


class Comparator(StrEnum):
    """How an answer is compared with the expected value; see `codegen.verify.compare`."""

    EXACT = "exact"
    FLOAT = "float"
    UNORDERED = "unordered"
    SET = "set"
    CHECKER = "checker"


@dataclass(frozen=True, slots=True)
class Checker:
    """A program of the user's that decides whether an answer is right.

    It is run once for each answer, in a sandbox of its own. Its standard input is one JSON object:
    `arguments` (or `stdin`), `expected` (null where it is not known) and `got`. It prints one:
    `{"pass": true}` or `{"pass": false, "message": "why"}`.
    """

    language: str
    program: str
    limits: Limits = _LIMITS


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparator with what it needs: `float` its tolerances, `checker` the program."""

    name: Comparator = Comparator.EXACT
    relative: float = 1e-6
    absolute: float = 1e-9
    checker: Checker | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem statement with its typed signature and the examples that the statement gives."""

    id: str
    title: str
    statement: str
    signature: Signature
    examples: tuple[Case, ...]
    tags: tuple[str, ...] = ()
    comparator: Comparator = Comparator.EXACT
    constraints: str = ""
    traits: Traits = _TRAITS

    @property
    def interface(self) -> Interface:
        """What a solution is: a function, a class, or a whole program."""
        return self.signature.interface
