"""What flows: Seed → Problem → Case → Attempt → Verdict → Example. Frozen, with a JSON round trip.

A record is made from the last one, never changed. `to_json` gives plain JSON values and
`from_json` takes them back, refusing unknown keys and wrong types with a `UsageError` that names
the field. Identity is content: `content_id` hashes the canonical JSON form.

Not here: how a record is stored (`codegen.journal`) or exported (`codegen.export`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from codegen.wire import Json, canonical, content_id, from_json, to_json

__all__ = [
    "Attempt",
    "Case",
    "CaseResult",
    "ChatMessage",
    "Comparator",
    "Diagnostic",
    "Example",
    "Generation",
    "Json",
    "Limits",
    "Outcome",
    "Parameter",
    "Problem",
    "ProblemRecord",
    "Resources",
    "Seed",
    "Severity",
    "Signature",
    "Stage",
    "Usage",
    "Verdict",
    "Verification",
    "canonical",
    "content_id",
    "from_json",
    "to_json",
]


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
    """One parameter; `type` is written in the type language of `codegen.types`."""

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
    """What one case or one native test came to. `name` is the case's id or the test's name.

    `answered` says that the program gave a value for the case, which `got` holds: a case without an
    expected value is `skipped` and answered, one that was never reached is `skipped` and not.
    """

    name: str
    outcome: Outcome
    arguments: tuple[Json, ...] = ()
    expected: Json = None
    got: Json = None
    message: str = ""
    answered: bool = False


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
    """One answer of the model to one solution or repair prompt, with what became of it.

    `candidate` counts the independent solutions of a language; `round` the answers of one
    candidate.
    `feedback` is what the model was told before this answer.
    """

    language: str
    candidate: int
    kind: Literal["solution", "repair"]
    round: int
    code: str
    outcome: Outcome
    stage: Stage
    feedback: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    call: str = ""
    executions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """How an example was verified. Measured resources are in the journal, under `executions`.

    They differ from run to run, and a record does not: the same seed gives the same bytes.
    """

    level: str
    verdict: Outcome
    oracle: Literal["call", "unit", "none"]
    sandbox: str
    environment: str
    limits: Limits
    executions: tuple[str, ...]
    agreeing_solutions: int
    agreeing_languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """Which model wrote it, how it was asked, and what that cost."""

    model: str
    revision: str
    temperature: float
    top_p: float
    max_tokens: int
    prompts: Mapping[str, str]
    calls: tuple[str, ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of an example's conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Example:
    """One accepted solution in one language, with everything that led to it."""

    id: str
    kind: Literal["solution"]
    language: str
    messages: tuple[ChatMessage, ...]
    code: str
    problem: Problem
    seed: Seed
    cases: tuple[Case, ...]
    verification: Verification
    history: tuple[Attempt, ...]
    generation: Generation
    status: Literal["accepted", "rejected"] = "accepted"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProblemRecord:
    """The whole life of the problem with one index: what the journal keeps, accepted or rejected.

    `attempts` holds every attempt in every language, also those of rejected problems.
    """

    index: int
    status: Literal["accepted", "rejected"]
    reason: str
    seed: Seed
    problem: Problem | None
    cases: tuple[Case, ...]
    attempts: tuple[Attempt, ...]
    examples: tuple[Example, ...]
    usage: Usage
    detail: str = ""
