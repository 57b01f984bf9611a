"""What flows: Seed → Problem → Case → Attempt → Verdict → Example. Frozen, with a JSON round trip.

A record is made from the last one, never changed. `to_json` gives plain JSON values and
`from_json` takes them back, refusing unknown keys and wrong types with a `UsageError` that names
the field. Identity is content: `content_id` hashes the canonical JSON form.

Not here: how a record is stored (`codegen.journal`) or exported (`codegen.export`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, TypeVar

from codegen.errors import UsageError

Json = Any  # None | bool | int | float | str | list[Json] | dict[str, Json]


class Stage(StrEnum):
    """Where a verification stopped, in the order in which the stages are taken."""

    PARSE = "parse"
    COMPILE = "compile"
    LINT = "lint"
    RUN = "run"


class Outcome(StrEnum):
    """The closed set of verdicts."""

    PASSED = "passed"
    WRONG_ANSWER = "wrong_answer"
    COMPILE_ERROR = "compile_error"
    LINT_ERROR = "lint_error"
    RUNTIME_ERROR = "runtime_error"
    TIME_LIMIT = "time_limit"
    IDLE_LIMIT = "idle_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    TAMPERED = "tampered"
    FLAKY = "flaky"
    SKIPPED = "skipped"
    INFRASTRUCTURE_ERROR = "infrastructure_error"


class Severity(StrEnum):
    """`error` means broken code (syntax, undefined names, impossible types); `warning` the rest."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding of one tool. Lines and columns count from 1; 0 means unknown."""

    tool: str
    rule: str
    severity: Severity
    message: str
    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one verification. CPU first; wall time is wider, for programs that wait.

    `cpu_s`, `wall_s` bound the run of all cases or tests together; compilers and linters have the
    limits of their `language.toml`. `output_bytes` bounds standard output and error together.
    """

    cpu_s: float = 10.0
    wall_s: float = 30.0
    memory_bytes: int = 1 << 30
    output_bytes: int = 16 << 20
    disk_bytes: int = 64 << 20
    processes: int = 128


@dataclass(frozen=True, slots=True)
class Resources:
    """What a verification used. Seconds and bytes; `queue_s` is time waited for a slot."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_memory_bytes: int = 0
    queue_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a typed signature; `type` is written in the type language of `codegen.types`."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A language-neutral function signature, e.g. `find_runs(values: list[int], k: int) -> bool`.

    `name` is snake_case; every language spells it in its own convention (`FindRuns` in no language:
    Go uses lowerCamel `findRuns`, as solution and harness share a package).
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: str


@dataclass(frozen=True, slots=True)
class Case:
    """One typed case: arguments in parameter order and, where it is known, the expected value.

    `known_from` says why the expected value is believed: `specification`, `consensus`, `reference`;
    empty while it is not known. Values are plain JSON under the encoding of `codegen.types`.
    """

    id: str
    arguments: tuple[Json, ...]
    expected: Json = None
    known_from: Literal["", "specification", "consensus", "reference"] = ""


class Comparator(StrEnum):
    """How an answer is compared with the expected value."""

    EXACT = "exact"
    FLOAT = "float"
    UNORDERED = "unordered"
    SET = "set"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What one case or one native test came to. `name` is the case's id or the test's name."""

    name: str
    outcome: Outcome
    arguments: tuple[Json, ...] = ()
    expected: Json = None
    got: Json = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verifier's answer.

    `oracle` says how far to trust it: `call` (values compared outside the program's process),
    `unit` (a test framework inside it, attested over a private channel), `none` (compiled only).
    `executions` are the journal keys of what was run.
    """

    outcome: Outcome
    stage: Stage
    oracle: Literal["call", "unit", "none"] = "none"
    message: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    cases: tuple[CaseResult, ...] = ()
    resources: Resources = Resources()
    exit_code: int | None = None
    signal: int | None = None
    output_truncated: bool = False
    stdout: str = ""
    stderr: str = ""
    environment: str = ""
    executions: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the tests genuinely passed."""
        return self.outcome is Outcome.PASSED


@dataclass(frozen=True, slots=True)
class Seed:
    """What a problem was inspired by. `kind` is `code`, `taxonomy` or `problem`."""

    kind: Literal["code", "taxonomy", "problem"]
    text: str
    source: str = ""
    path: str = ""
    line: int = 0
    language: str = ""
    licence: str = ""
    topic: str = ""
    skill: str = ""
    sha256: str = ""


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


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of model calls."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Add two counts."""
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer of the model to one solution or repair prompt, with what became of it."""

    language: str
    kind: Literal["solution", "repair"]
    round: int
    code: str
    outcome: Outcome
    stage: Stage
    feedback: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    call: str = ""
    executions: tuple[str, ...] = ()


T = TypeVar("T")


def to_json(value: Any) -> Json:
    """Return the plain JSON form of a record, a mapping, a sequence or a scalar."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


def from_json(kind: type[T], value: Json, where: str = "") -> T:
    """Build a record of type `kind` from its JSON form.

    Raises:
        UsageError: an unknown key, a missing field or a value of the wrong type; names the field.
    """
    where = where or kind.__name__
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: expected an object, got {_shown(value)}")
    hints = typing.get_type_hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]  # every record is a dataclass
    unknown = sorted(set(value) - set(fields))
    if unknown:
        known = ", ".join(fields)
        raise UsageError(f"{where}: unknown key {unknown[0]!r} (known: {known})")
    required = [
        name
        for name, f in fields.items()
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    missing = [name for name in required if name not in value]
    if missing:
        raise UsageError(f"{where}: missing key {missing[0]!r}")
    return kind(
        **{name: _typed(hints[name], item, f"{where}.{name}") for name, item in value.items()}
    )


def _typed(hint: Any, value: Json, where: str) -> Any:  # noqa: PLR0911 - one return per kind of hint
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _typed(arguments[0], value, where)
    if origin is Literal:
        return _member(value, arguments, where)
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise UsageError(f"{where}: expected an array, got {_shown(value)}")
        return tuple(_typed(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(_member(value, tuple(str(m) for m in hint), where))
    if dataclasses.is_dataclass(hint):
        return from_json(typing.cast("type[Any]", hint), value, where)
    return _scalar(hint, value, where)


def _member(value: Json, allowed: tuple[Any, ...], where: str) -> Any:
    if value not in allowed:
        raise UsageError(f"{where}: expected one of {', '.join(map(repr, allowed))}, got {_shown(value)}")
    return value


def _scalar(hint: Any, value: Json, where: str) -> Any:
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise UsageError(f"{where}: expected {hint.__name__}, got {_shown(value)}")
    return value


def _shown(value: Json) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(
        to_json(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def content_id(value: Any) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of a value's canonical form."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()
