"""What the verifier is given as bounds, what it finds, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from codegen.wire import Json


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
    """What a verification used. Seconds and bytes.

    `run_cpu_s` is the part of `cpu_s` that running took, without compilers and linters. `queue_s`
    is time waited: for a slot, and for the looks before the one that counts.
    """

    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_memory_bytes: int = 0
    queue_s: float = 0.0
    run_cpu_s: float = 0.0


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

    `oracle` says how far to trust it: `io` (its standard output, compared outside), `call` (values
    compared outside the program's process), `unit` (a test framework inside it, attested over a
    private channel), `none` (compiled only).
    `executions` are the journal keys of what was run; a quiet look that only confirms what was
    found before is not among them.
    """

    outcome: Outcome
    stage: Stage
    oracle: Literal["io", "call", "unit", "none"] = "none"
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
