"""The packages that open-r1 adds to Piston: a submission is judged, and its score printed.

A request brings the submission, `input.txt`, `correct_output.txt`, perhaps a checker (`checker.py`,
`checker.cpp`), and `grader_config` with lines such as `TIME_LIMIT=2`. The answer looks like that of
a program which printed the score: `1` for right, `0` for wrong. The submission never meets the
expected output: it is compared outside, or by the checker in a run of its own. A score of the
checker's stays as it printed it. Without those files a package is the plain language.

Of `cms_ioi` the submission is `graders/<task>.cpp`, and is built as one source with the grader.
Not here: tasks with a manager that talks to the submission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from codegen.records import Comparison, Limits
from codegen.sandbox.contract import Status
from codegen.serve.calls import Call
from codegen.serve.compatible import programs
from codegen.serve.compatible.fields import Fields
from codegen.serve.compatible.programs import Program
from codegen.serve.failures import Refused
from codegen.verify.compare_text import same_text
from codegen.verify.run import ProcessResult, RunResult

PACKAGES = {"c++17": "cpp", "cf_python3": "python", "codeforces": "cpp", "cms_ioi": "cpp"}

_CHECKERS = {"checker.py": "python", "checker.cpp": "cpp", "checker/checker.cpp": "cpp"}
_OURS = ("input.txt", "correct_output.txt", "grader_config", "output.txt", *_CHECKERS)
_BUILDING_S = 60.0
_CHECKER = Limits(cpu_s=20.0, wall_s=40.0)


@dataclass(frozen=True, slots=True)
class _Task:
    """A submission and what it is judged by."""

    code: str
    files: dict[str, bytes]
    limits: Limits
    compile_s: float
    language: str
    by_file: bool


async def judged(
    call: Call, package: str, fields: Fields, files: Sequence[tuple[str, bytes]]
) -> RunResult:
    """Judge a submission; see the module. Its score stands where a program's output does."""
    task = _task(package, fields, files)
    given = {name: data for name, data in task.files.items() if name not in _OURS}
    stdin = task.files.get("input.txt", fields.text("stdin", "").encode())
    if task.by_file:
        given["input.txt"] = stdin
    program = Program(
        task.language,
        task.code,
        stdin=stdin,
        args=fields.texts("args"),
        files=given,
        fetch=("output.txt",) if task.by_file else (),
        compile_s=task.compile_s,
        limits=task.limits,
    )
    result = await programs.run(call, program)
    if "correct_output.txt" in task.files and result.run is not None:
        result = await _judged(call, task, stdin, result)
    return result


async def _judged(call: Call, task: _Task, stdin: bytes, result: RunResult) -> RunResult:
    """Return the result as if the program had printed its score."""
    run = result.run
    assert run is not None
    got = result.files.get("output.txt", b"") if task.by_file else run.stdout
    if run.status is not Status.EXITED or run.exit_code != 0 or run.truncated:
        score, said = b"0", _failure(run)
    elif checker := next((name for name in _CHECKERS if name in task.files), ""):
        score, said = await _checked(call, task, checker, stdin, got)
    else:
        right = same_text(got, task.files["correct_output.txt"], Comparison())
        score, said = (b"1", b"Output is correct") if right else (b"0", b"Output isn't correct")
    scored = replace(
        run, status=Status.EXITED, exit_code=0, signal=None, stdout=score + b"\n", stderr=said
    )
    return replace(result, run=scored, files={})


def _failure(run: ProcessResult) -> bytes:
    if run.status in programs.LIMITED:
        return b"Time limit exceeded"
    if run.status is Status.MEMORY_LIMIT:
        return b"Memory limit exceeded"
    if run.status is Status.OUTPUT_LIMIT or run.truncated:
        return b"Output limit exceeded"
    return b"Runtime error\n" + run.stderr


async def _checked(
    call: Call, task: _Task, name: str, stdin: bytes, got: bytes
) -> tuple[bytes, bytes]:
    """Run the checker, which the submission never meets."""
    checker = Program(
        programs.known(_CHECKERS[name], {}),
        programs.text(task.files[name]),
        args=("input.txt", "correct_output.txt", "solution_output.txt"),
        files={
            **{path: data for path, data in task.files.items() if path.endswith((".h", ".hpp"))},
            "input.txt": stdin,
            "correct_output.txt": task.files["correct_output.txt"],
            "solution_output.txt": got,
        },
        compile_s=_BUILDING_S,
        limits=_CHECKER,
    )
    run = (await programs.run(call, checker)).run
    if run is None or run.status is not Status.EXITED or not run.stdout.strip():
        said = programs.text(run.stderr)[-500:] if run else "it did not start"
        raise Refused(422, "checker", f"{name} failed: {said}")
    return run.stdout.strip(), run.stderr


def _task(package: str, fields: Fields, files: Sequence[tuple[str, bytes]]) -> _Task:
    (name, code), *others = files
    beside = dict(others)
    if name.startswith("graders/"):
        beside[name], code = code, _one_source(name, beside)
    config = _config(beside.get("grader_config", b""))
    hard_s = fields.seconds("run_timeout", 10.0, unit=0.001)
    cpu_s = min(hard_s, _number(config, "TIME_LIMIT", hard_s))
    memory = _number(config, "MEMORY_LIMIT", 0) * (1 << 20)
    return _Task(
        programs.text(code),
        beside,
        programs.within(hard_s, memory or fields.number("run_memory_limit", -1), cpu_s=cpu_s),
        fields.seconds("compile_timeout", _BUILDING_S, unit=0.001),
        programs.known(PACKAGES[package], {}),
        config.get("INPUT_MODE", "stdio").lower() not in ("stdio", "", "none"),
    )


def _one_source(submission: str, beside: dict[str, bytes]) -> bytes:
    """Return a source that includes the submission and its grader."""
    sources = [name for name in beside if name.startswith("graders/") and name.endswith(".cpp")]
    if any("manager" in name or "stub" in name for name in beside):
        raise Refused(400, "usage", "cms_ioi: tasks with a manager are not served")
    return "".join(f'#include "{name}"\n' for name in (submission, *sources)).encode()


def _config(text: bytes) -> dict[str, str]:
    lines = (line.partition("=") for line in programs.text(text).splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}


def _number(config: dict[str, str], key: str, default: float) -> float:
    try:
        value = float(config.get(key, default))
    except ValueError:
        raise Refused(400, "usage", f"grader_config: {key}: expected a number") from None
    if not 0 <= value < 1 << 20:
        raise Refused(400, "usage", f"grader_config: {key}: out of range")
    return value or default
