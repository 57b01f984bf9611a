"""A plain run: what the program printed and left, and no verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest

from codegen.errors import DeadlineError, UsageError
from codegen.records import Limits, from_json, to_json
from codegen.sandbox.contract import Status
from codegen.verify.run import RunRequest, RunResult, run_from_json
from codegen.verify.verifier import Verifier

pytestmark = pytest.mark.slow


def ran(verifier: Verifier, code: str, **more: Any) -> Any:
    result = verifier.run(RunRequest("python", code, **more))
    assert result.run is not None
    return result


def test_input_arguments_and_files_go_in_and_files_come_out(verifier: Verifier) -> None:
    code = (
        "import os, sys\nprint(sys.argv[1:], sys.stdin.read(), open('d/in').read())\n"
        "open('out.bin', 'wb').write(bytes(range(256)))\nos.mkdir('made')\n"
        "os.symlink('/etc/passwd', 'link')\nos.symlink('d', 'way')\nsys.exit(4)\n"
    )
    fetch = ("out.bin", "link", "way/in", "made", "missing", "d/in")
    result = ran(
        verifier, code, stdin="ä", args=("-x", "$function"), files={"d/in": b"given"}, fetch=fetch
    )
    assert result.run.stdout.decode() == "['-x', '$function'] ä given\n"
    assert (result.run.status, result.run.exit_code) == (Status.EXITED, 4)
    assert result.files == {"out.bin": bytes(range(256)), "d/in": b"given"}
    assert result.compile is None
    assert from_json(RunResult, json.loads(json.dumps(to_json(result)))) == result


def test_compiling_and_running_are_told_apart(verifier: Verifier) -> None:
    good = verifier.run(RunRequest("go", "package main\n\nfunc main() { panic(1) }\n"))
    assert good.compile is not None and good.compile.exit_code == 0
    assert good.run is not None and good.run.exit_code == 2
    bad = verifier.run(RunRequest("rust", "fn main() { 1 + }\n"))
    assert bad.run is None
    assert bad.compile is not None and bad.compile.exit_code == 1
    assert b"expected expression" in bad.compile.stderr


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("while True: pass", Status.CPU_LIMIT),
        ("import time; time.sleep(9)", Status.WALL_LIMIT),
        ("while True: print('x' * 9999)", Status.OUTPUT_LIMIT),
    ],
)
def test_a_limit_has_its_status(local: Verifier, code: str, status: Status) -> None:
    limits = Limits(cpu_s=0.5, wall_s=4.0, output_bytes=1 << 20)
    run = ran(local, code, limits=limits).run
    assert (run.status, run.exit_code, run.signal) == (status, None, None)


def test_a_signal_is_no_exit_code(local: Verifier) -> None:
    run = ran(local, "import os; os.kill(os.getpid(), 11)").run
    assert (run.status, run.exit_code, run.signal) == (Status.SIGNALED, None, 11)


def test_output_comes_back_whole(local: Verifier) -> None:
    run = ran(local, "print('x' * (8 << 20), end='')").run
    assert (len(run.stdout), run.truncated) == (8 << 20, False)


def test_syntax_is_the_programs_own_affair(local: Verifier) -> None:
    run = ran(local, "def (:\n").run
    assert run.exit_code == 1
    assert b"SyntaxError" in run.stderr


def test_a_deadline_that_is_over_is_an_error(local: Verifier) -> None:
    with pytest.raises(DeadlineError, match=r"deadline of 0\.5 s"):
        ran(local, "import time; time.sleep(9)", deadline_s=0.5)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"language": "cobol"}, "unknown language"),
        ({"code": " "}, "code: empty"),
        ({"files": {"/etc/x": "a"}}, "'/etc/x' is not a relative path"),
        ({"files": {"a/../../x": "a"}}, "not a relative path"),
        ({"files": {"solution.py": "a"}}, "'solution.py' is the name of a file of the verifier"),
        ({"files": {"solution.py/x": "a"}}, "is the name of a file of the verifier"),
        ({"files": {"a": "x", "a/b": "y"}}, "'a' is a file, and a folder"),
        ({"fetch": ["../x"]}, "fetch: '../x' is not a relative path"),
        ({"files": {"a": {"base64": "%"}}}, "files.a: not valid"),
        ({"args": ["a\0b"]}, "args: a null byte"),
        ({"limits": {"cpu_s": -1}}, "limits.cpu_s: expected a positive number"),
        ({"deadline_s": 0}, "deadline_s: expected a positive number"),
        ({"lint": "off"}, "unknown key 'lint'"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(
    local: Verifier, change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint.replace("(", r"\(")):
        local.run(run_from_json({"language": "py", "code": "print(1)", **change}))
