"""Piston's routes, and open-r1's packages: requests as open-r1 sends them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.serve.conftest import Server

PYTHON = {"language": "python", "version": "*"}
STAGE = {"stdout", "stderr", "output", "code", "signal", "message", "status"}
USED = {"cpu_time", "wall_time", "memory"}


def executed(server: Server, code: str, *others: Any, **fields: Any) -> Any:
    files = [{"name": "main.py", "content": code}, *others]
    asked = {"language": "python", "version": "*", "files": files, **fields}
    answer = server.ask("/api/v2/execute", asked)
    assert answer.status == 200, answer.body
    return answer.json


def test_a_program_with_input_arguments_and_files_beside_it(server: Server) -> None:
    code = "import sys, more\nprint(input(), sys.argv[1:], more.x, open('raw', 'rb').read())\n"
    told = executed(
        server,
        code,
        {"name": "more.py", "content": "x = 5"},
        {"name": "raw", "content": "00ff", "encoding": "hex"},
        stdin="in",
        args=["a", "b c"],
    )
    assert (told["language"], told["version"][:2]) == ("python", "3.")
    assert set(told["run"]) == set(told["compile"]) == STAGE | USED
    assert told["run"]["stdout"] == "in ['a', 'b c'] 5 b'\\x00\\xff'\n"
    assert (told["run"]["code"], told["run"]["signal"], told["run"]["status"]) == (0, None, None)
    assert told["compile"]["code"] == 0


def test_standard_input_ends_with_a_line_break(server: Server) -> None:
    told = executed(server, "import sys\nprint(ascii(sys.stdin.read()))")
    assert told["run"]["stdout"] == "'\\n'\n"


@pytest.mark.parametrize(
    ("code", "fields", "status", "ended"),
    [
        ("raise SystemExit(3)", {}, "RE", (3, None)),
        ("import os; os.kill(os.getpid(), 11)", {}, "SG", (None, "SIGSEGV")),
        ("while 1: pass", {"run_timeout": 500}, "TO", (None, "SIGKILL")),
        ("import time; time.sleep(9)", {"run_timeout": 500}, "TO", (None, "SIGKILL")),
        ("while 1: pass", {"run_cpu_time": 500}, "TO", (None, "SIGKILL")),
        ("while 1: print('x' * 999)", {"run_timeout": 60000}, "OL", (None, "SIGKILL")),
    ],
)
def test_every_end_has_its_status(
    server: Server, code: str, fields: Any, status: str, ended: tuple[Any, Any]
) -> None:
    run = executed(server, code, **fields)["run"]
    assert (run["status"], (run["code"], run["signal"])) == (status, ended)
    assert run["message"]


def test_the_runtimes_and_the_versions_that_they_satisfy(server: Server) -> None:
    found = {one["language"]: one for one in server.ask("/api/v2/runtimes").json}
    version = found["python"]["version"]
    assert "py" in found["python"]["aliases"]
    assert "cf_python3" in found
    for wanted in ("*", "3", "3.x", version, f"^{version}", f"~{version}", ">=3.0.0"):
        assert executed(server, "print(1)", version=wanted)["version"] == version
    for wanted in ("2.7.18", "^2", "4", "newest"):
        asked = {"language": "python", "version": wanted, "files": [{"content": "1"}]}
        answer = server.ask("/api/v2/execute", asked)
        assert (answer.status, answer.json["message"]) == (
            400,
            f"python-{wanted} runtime is unknown",
        )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "language: missing"),
        ({"language": "python"}, "version: missing"),
        (PYTHON, "files is required"),
        ({**PYTHON, "files": [{}]}, "files[0].content: missing"),
        ({"language": "brainfuck", "version": "*", "files": [{"content": "+"}]}, "python"),
        (
            {"language": "python", "version": "*", "files": [{"content": "zz", "encoding": "hex"}]},
            "hex",
        ),
    ],
)
def test_what_is_wrong_is_in_the_message(server: Server, asked: Any, said: str) -> None:
    answer = server.ask("/api/v2/execute", asked)
    assert answer.status == 400
    assert said in answer.json["message"]


def test_what_is_not_json_is_415(server: Server) -> None:
    answer = server.ask("/api/v2/execute", b"x", headers={"Content-Type": "text/plain"})
    assert answer.status == 415


@pytest.mark.slow
def test_bodies_of_a_hundred_megabytes(server: Server) -> None:
    raw = base64.b64encode(bytes(75 << 20)).decode()
    big = {"name": "big", "content": raw, "encoding": "base64"}
    size = "import os\nprint(os.path.getsize('big'))"
    told = executed(server, size, big, run_timeout=30000)
    assert told["run"]["stdout"] == f"{75 << 20}\n"
    count = "import sys\nprint(len(sys.stdin.read()))"
    told = executed(server, count, stdin="x" * (100 << 20), run_timeout=30000)
    assert told["run"]["stdout"] == f"{(100 << 20) + 1}\n"


def contest(code: str, *others: Any, **fields: Any) -> Any:
    """What open-r1's `score_single_test_case` posts."""
    config = {"TIME_LIMIT": 1.0, "MEMORY_LIMIT": 256.0, "INPUT_MODE": "stdio", **fields}
    return {
        "files": [
            {"name": "main.py", "content": code},
            *others,
            {"name": "input.txt", "content": "1 2\n"},
            {"name": "correct_output.txt", "content": "3\n"},
            {
                "name": "grader_config",
                "content": "\n".join(f"{key}={value}" for key, value in config.items()),
            },
        ],
        "run_timeout": 4000,
        "language": "cf_python3",
        "version": "*",
    }


ADDED = "print(sum(map(int, input().split())))\n"
BY_FILE = (
    "a, b = open('input.txt').read().split()\nopen('output.txt', 'w').write(str(int(a) + int(b)))\n"
)
CHECKER = {
    "name": "checker.py",
    "content": "import sys\n"
    "given, wanted, got = (open(path).read().split() for path in sys.argv[1:4])\n"
    "print(int(given == ['1', '2'] and wanted == ['3'] and got == ['4']))\n",
}


@pytest.mark.parametrize(
    ("asked", "passes", "said"),
    [
        (contest(ADDED), True, "correct"),
        (contest("print(4)"), False, "isn't correct"),
        (contest("print(4)", CHECKER), True, ""),
        (contest(ADDED, CHECKER), False, ""),
        (contest(BY_FILE, INPUT_MODE="file"), True, "correct"),
        (contest("print(open('correct_output.txt').read())"), False, "Runtime error"),
        (contest("while 1: pass"), False, "Time limit exceeded"),
        (contest("print(1 / 0)"), False, "Runtime error"),
        (contest("print(1)"), False, "isn't correct"),
    ],
)
def test_a_contests_submission_is_judged_and_its_score_printed(
    server: Server, asked: Any, passes: bool, said: str
) -> None:
    told = server.ask("/api/v2/execute", asked).json
    assert told["compile"]["code"] == 0  # which open-r1 reads unasked
    run = told["run"]
    assert (run["code"] == 0 and run["stdout"].strip() == "1") is passes
    assert said in run["stderr"]


def test_a_checker_that_fails_is_no_score(server: Server) -> None:
    broken = {"name": "checker.py", "content": "raise ValueError('broken')"}
    answer = server.ask("/api/v2/execute", contest(ADDED, broken))
    assert (answer.status, "broken" in answer.json["message"]) == (422, True)


def test_a_package_without_a_contest_is_the_plain_language(server: Server) -> None:
    asked = {"language": "cf_python3", "version": "*", "files": [{"content": "print(7)"}]}
    assert server.ask("/api/v2/execute", asked).json["run"]["stdout"] == "7\n"


IOI: dict[str, Any] = {
    "language": "cms_ioi",
    "version": "*",
    "run_timeout": 5000,
    "run_memory_limit": 256 << 20,
    "files": [
        {
            "name": "graders/add.cpp",
            "content": '#include "add.h"\nint add(int a, int b) { return a + b; }\n',
        },
        {"name": "input.txt", "content": "1 2\n"},
        {"name": "correct_output.txt", "content": "3\n"},
        {"name": "graders/add.h", "content": "#pragma once\nint add(int a, int b);\n"},
        {
            "name": "graders/grader.cpp",
            "content": '#include "add.h"\n#include <cstdio>\n'
            'int main() { int a, b; std::scanf("%d %d", &a, &b); std::printf("%d", add(a, b)); }\n',
        },
    ],
}


@pytest.mark.slow
def test_an_ioi_task_is_built_with_its_grader(all_languages: Server) -> None:
    first, *others = IOI["files"]

    def scored(code: str, *more: Any) -> Any:
        files = [{**first, "content": code}, *others, *more]
        return all_languages.ask("/api/v2/execute", {**IOI, "files": files}).json

    assert scored(first["content"])["run"]["stdout"].strip() == "1"
    wrong = scored("int add(int a, int b) { return a - b; }\n")
    assert (wrong["run"]["stdout"], wrong["run"]["stderr"]) == ("0\n", "Output isn't correct")
    assert scored("int add(int a, int b) { return c; }\n")["compile"]["code"] != 0
    half = '#include <cstdio>\nint main() { std::printf("0.5"); std::fprintf(stderr, "half"); }\n'
    told = scored(first["content"], {"name": "checker.cpp", "content": half})["run"]
    assert (told["stdout"], told["stderr"]) == ("0.5\n", "half")
    manager = {"name": "graders/manager.cpp", "content": "int main() {}\n"}
    asked = {**IOI, "files": [*IOI["files"], manager]}
    assert all_languages.ask("/api/v2/execute", asked).status == 400


@pytest.mark.slow
def test_compiled_languages_compile_apart(all_languages: Server) -> None:
    asked = {"language": "rust", "version": "*", "files": [{"content": "fn main() { nothing(); }"}]}
    told = all_languages.ask("/api/v2/execute", {**asked, "compile_timeout": 30000}).json
    assert told["compile"]["code"] != 0
    assert told["compile"] == told["run"]
    right = [{"content": 'fn main() { println!("ok"); }'}]
    told = all_languages.ask("/api/v2/execute", {**asked, "files": right}).json
    assert (told["compile"]["code"], told["run"]["stdout"]) == (0, "ok\n")


@pytest.mark.parametrize(
    ("route", "fields", "named"),
    [
        ("/api/v2/execute", {"files": [{"content": "print(2)\ud800"}]}, "files[0].content"),
        ("/api/v2/execute", {"files": [{"content": "1"}], "stdin": "\udc00"}, "stdin"),
        ("/api/v2/execute", {"files": [{"content": "1"}], "args": ["\udc00"]}, "args[0]"),
        ("/run_code", {"code": "1", "stdin": "a\ud800"}, "stdin"),
    ],
)
def test_no_other_program_runs_than_the_one_that_was_sent(
    server: Server, route: str, fields: dict[str, Any], named: str
) -> None:
    answer = server.ask(route, {"language": "python", "version": "*", **fields})
    assert answer.status == 400
    assert named in str(answer.json) and "surrogate" in str(answer.json)
