"""A program run as it is, without a verdict: what it printed, how it ended, what it left.

Nothing is judged here, and nothing that is returned is evidence: the program wrote all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from codegen import language as languages
from codegen.errors import SandboxError, ToolchainError, UsageError
from codegen.records import Json, Limits, from_json
from codegen.sandbox.contract import Execution, Job, Status, StepResult
from codegen.verify import program, steps
from codegen.verify.files import checked_files, checked_path
from codegen.verify.program import Input, Program
from codegen.verify.request import checked_deadline, checked_limits
from codegen.verify.text import program as checked_program
from codegen.verify.text import text
from codegen.wire import bytes_from_json


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run of a program. `files` are there from the start, read-only; `fetch` is to come back.

    `compile_limits` are the language's where they are not given. After `deadline_s` seconds, those
    in the queue included, the run is given up.
    """

    language: str
    code: str
    stdin: bytes | str = b""
    args: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    fetch: tuple[str, ...] = ()
    limits: Limits = Limits()
    compile_limits: Limits | None = None
    deadline_s: float | None = None


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """How a process ended, and what it printed.

    `exit_code` is there where it left by itself, `signal` where it was killed by one, neither where
    it went over a limit. `truncated` says that its output went over its limit and was cut.
    """

    status: Status
    exit_code: int | None = None
    signal: int | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    truncated: bool = False
    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class RunResult:
    """What became of a run. No verdict: nothing was compared with anything.

    `compile` is None where the language needs none, `run` is None where compiling failed. `files`
    holds those of `fetch` that are regular files; links are not followed.
    """

    compile: ProcessResult | None
    run: ProcessResult | None
    files: Mapping[str, bytes] = field(default_factory=dict)
    environment: str = ""
    queue_s: float = 0.0


def run_job(request: RunRequest) -> Job:
    """Return the job of a run.

    Raises:
        UsageError: names the field that cannot be used.
    """
    asked = check_run(request)
    form = program.form_of(asked.language, lean=True)
    found = program.sources(asked, form)
    bounds = request.compile_limits or asked.language.compile_limits
    built = steps.compiling(asked.language, form, found, checked_limits(bounds, "compile_limits"))
    fetch = tuple(checked_path(path, "fetch") for path in request.fetch)
    one = Input(bytes_from_json(request.stdin, "stdin"), asked.limits.output_bytes, fetch)
    running = program.running(asked, form, found, (one,), linted=False)
    return Job(asked.language.environment, (*built, *running))


def run_from_json(value: Json, where: str = "request") -> RunRequest:
    """Return the request of a JSON object.

    Raises:
        UsageError: an unknown key, one that is missing, a value of the wrong type.
    """
    return from_json(RunRequest, value, where)


def check_run(request: RunRequest) -> Program:
    """Return the program that is to be run.

    Raises:
        UsageError: names the field that cannot be used.
    """
    checked_deadline(request.deadline_s)
    args = tuple(text(word, "args") for word in request.args)
    if any("\0" in word for word in args):
        raise UsageError("args: a null byte")
    return Program(
        language=languages.get(text(request.language, "language")),
        code=checked_program(request.code, "code"),
        limits=checked_limits(request.limits, "limits"),
        files=checked_files(request.files, "files"),
        args=args,
    )


def run_result(job: Job, execution: Execution, environment: str) -> RunResult:
    """Return what came of the job of a run.

    Raises:
        SandboxError: the execution does not fit the job.
        ToolchainError: a compiler is missing.
    """
    compiled = len(job.steps) - 1
    *built, last = execution.steps
    if len(execution.steps) == len(job.steps):
        if last.status is Status.NOT_STARTED:
            raise SandboxError("the program that was built did not start")
        run: StepResult | None = last
    else:
        built, run = list(execution.steps), None
    if any(step.status is Status.NOT_STARTED for step in built):
        raise ToolchainError(
            f"the {job.environment} toolchain lacks a compiler; see codegen doctor"
        )
    return RunResult(
        compile=_process(built) if compiled else None,
        run=None if run is None else _process([run]),
        files={} if run is None else run.files,
        environment=environment,
        queue_s=round(execution.queue_s, 6),
    )


def _process(steps_run: list[StepResult]) -> ProcessResult:
    """Return commands as one: how the last of them ended, what all of them said."""
    last = steps_run[-1]
    return ProcessResult(
        status=last.status,
        exit_code=last.code if last.status is Status.EXITED else None,
        signal=last.code if last.status is Status.SIGNALED else None,
        stdout=b"".join(step.stdout for step in steps_run),
        stderr=b"".join(step.stderr for step in steps_run),
        truncated=any(step.truncated for step in steps_run),
        cpu_s=sum(step.cpu_s for step in steps_run),
        wall_s=sum(step.wall_s for step in steps_run),
        peak_memory_bytes=max(step.peak_memory_bytes for step in steps_run),
    )
