"""Whole programs: standard input in, standard output compared outside."""

from __future__ import annotations

from typing import Any

import pytest

from codegen import language as languages
from codegen.errors import CheckerError
from codegen.records import Outcome, Stage
from codegen.verify.verifier import Verifier, VerifyRequest

pytestmark = pytest.mark.slow

TWICE = {
    "python": "print(int(input()) * 2)\n",
    "rust": (
        "use std::io;\n\nfn main() {\n    let mut line = String::new();\n"
        "    io::stdin().read_line(&mut line).unwrap();\n"
        '    println!("{}", line.trim().parse::<i64>().unwrap() * 2);\n}\n'
    ),
    "go": (
        'package main\n\nimport "fmt"\n\nfunc main() {\n\tvar x int\n\tfmt.Scan(&x)\n'
        "\tfmt.Println(x * 2)\n}\n"
    ),
    "javascript": (
        "const text = require('fs').readFileSync(0, 'utf8');\nconsole.log(Number(text) * 2);\n"
    ),
    "typescript": (
        "import { readFileSync } from 'node:fs';\n"
        "console.log(Number(readFileSync(0, 'utf8')) * 2);\n"
    ),
    "java": (
        "import java.util.Scanner;\n\npublic class Main {\n"
        "    public static void main(String[] args) {\n"
        "        System.out.println(new Scanner(System.in).nextLong() * 2);\n    }\n}\n"
    ),
    "cpp": (
        "#include <iostream>\n\nint main() {\n    long long x = 0;\n    std::cin >> x;\n"
        "    std::cout << x * 2 << std::endl;\n}\n"
    ),
}
NAMES = languages.names()


def fed(verifier: Verifier, program: str, *cases: Any, **more: Any) -> Any:
    asked = [{"stdin": case} if isinstance(case, str) else case for case in cases]
    return verifier.verify("python", program, **{"cases": asked, "lint": "off", **more})


def test_there_is_a_program_for_every_language() -> None:
    assert set(NAMES) <= set(TWICE)


@pytest.mark.parametrize("name", NAMES)
def test_each_input_has_a_verdict_of_its_own(verifier: Verifier, name: str) -> None:
    cases = [
        {"id": "right", "stdin": "2\n", "expected": "4"},
        {"id": "wrong", "stdin": "3\n", "expected": "7\n"},
        {"id": "open", "stdin": "-5"},
    ]
    verdict = verifier.verify(name, TWICE[name], cases=cases)
    assert (verdict.outcome, verdict.stage, verdict.oracle) == ("wrong_answer", Stage.RUN, "io")
    assert [(c.name, c.outcome.value, c.got.strip(), c.answered) for c in verdict.cases] == [
        ("right", "passed", "4", True),
        ("wrong", "wrong_answer", "6", True),
        ("open", "skipped", "-10", True),
    ]
    assert verifier.verify(name, TWICE[name], cases=cases[:1], lint="off").passed


@pytest.mark.parametrize("name", NAMES)
def test_a_program_that_does_not_compile_is_not_run(local: Verifier, name: str) -> None:
    verdict = local.verify(name, "fn }{ func (\n", cases=[{"stdin": "", "expected": ""}])
    assert (verdict.outcome, verdict.oracle) == (Outcome.COMPILE_ERROR, "none")


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        ("import sys\nprint(4)\nsys.exit(3)\n", "runtime_error"),
        ("import os\nprint(4, flush=True)\nos.kill(os.getpid(), 9)\n", "runtime_error"),
        ("raise SystemExit(137)\n", "runtime_error"),
        ("import os\nos._exit(0)\n", "wrong_answer"),
        ("import os\nos.closerange(0, 3)\nos._exit(0)\n", "wrong_answer"),
        ("import time\nprint(4, flush=True)\ntime.sleep(9)\n", "idle_limit"),
        ("while True: pass\n", "time_limit"),
        ("while True: print('x' * 65536)\n", "output_limit"),
        ("a = []\nwhile True: a.append(bytearray(1 << 24))\n", "memory_limit"),
        ("print(4)\nprint('PASSED')\n", "wrong_answer"),
        ("import sys\nsys.stdout.buffer.write(b'\\xff4')\n", "wrong_answer"),
        ("print('4   ')\nprint()\nprint()\n", "passed"),
        ("import sys\nsys.stderr.write('x' * (4 << 20))\nprint(4)\n", "passed"),
        (
            (
                "import os, time\nprint(4, flush=True)\nif not os.fork():\n"
                "    os.setsid()\n    time.sleep(99)\n"
            ),
            "passed",
        ),
    ],
)
def test_how_a_program_ends_counts_and_what_it_prints(
    local: Verifier, program: str, outcome: str
) -> None:
    limits = {"cpu_s": 1.0, "wall_s": 5.0, "memory_bytes": 256 << 20}
    verdict = fed(local, program, {"stdin": "", "expected": "4"}, limits=limits)
    assert verdict.outcome == outcome, verdict


def test_an_input_that_nobody_reads_does_not_hold_up(local: Verifier) -> None:
    assert fed(local, "print(1)\n", {"stdin": "x" * (32 << 20), "expected": "1"}).passed


def test_after_an_endless_run_the_rest_is_not_reached(local: Verifier) -> None:
    program = "x = int(input())\nwhile x == 1:\n    pass\nprint(x)\n"
    cases = [{"stdin": str(i), "expected": str(i)} for i in range(3)]
    verdict = fed(local, program, *cases, limits={"cpu_s": 0.5})
    assert [case.outcome.value for case in verdict.cases] == ["passed", "time_limit", "skipped"]
    assert verdict.cases[2].message == "not reached"


def test_a_crash_does_not_hide_the_other_inputs(local: Verifier) -> None:
    cases = [{"stdin": str(i), "expected": str(4 // i if i else 0)} for i in range(3)]
    verdict = fed(local, "print(4 // int(input()))\n", *cases)
    assert [case.outcome.value for case in verdict.cases] == ["runtime_error", "passed", "passed"]
    assert verdict.exit_code == 1
    assert "ZeroDivisionError" in verdict.stderr


def test_files_lie_beside_the_program_and_cannot_be_changed(verifier: Verifier) -> None:
    program = (
        "from pathlib import Path\nprint(Path('data/in.txt').read_text())\n"
        "try:\n    Path('data/in.txt').write_text('mine')\nexcept OSError:\n    print('kept')\n"
    )
    files: dict[str, bytes | str] = {"data/in.txt": "yours", "b": b"\xff"}
    twice = [{"stdin": "", "expected": "yours\nkept"}] * 2
    cases = [{**case, "id": str(i)} for i, case in enumerate(twice)]
    verdict = verifier.verify("python", program, cases=cases, files=files, lint="off")
    assert verdict.passed, verdict


def test_files_stay_where_all_else_is_taken_away(local: Verifier) -> None:
    program = (
        'fn main() {\n    let here = std::fs::read_dir(".").unwrap();\n'
        "    let mut names: Vec<String> = here\n"
        "        .map(|one| one.unwrap().file_name().into_string().unwrap())\n"
        '        .collect();\n    names.sort();\n    println!("{}", names.join(" "));\n}\n'
    )
    cases = [{"id": name, "stdin": "", "expected": "in.txt program"} for name in "ab"]
    verdict = local.verify("rust", program, cases=cases, files={"in.txt": "x"}, lint="off")
    assert verdict.passed, verdict


CHECKER = (
    "import json, sys\nasked = json.load(sys.stdin)\n"
    "right = sorted(asked['got'].split()) == sorted(asked['stdin'].split())\n"
    "print(json.dumps({'pass': right, 'message': 'not those'}))\n"
)


def checked_by(program: str, **more: Any) -> dict[str, Any]:
    return {"name": "checker", "checker": {"language": "py", "program": program, **more}}


def test_a_checker_decides_on_what_was_printed(verifier: Verifier) -> None:
    program = "words = input().split()\nprint(*words[::-1] if len(words) < 3 else words[1:])\n"
    verdict = fed(verifier, program, "a b", "c d e", comparator=checked_by(CHECKER))
    assert [(c.outcome.value, c.message) for c in verdict.cases] == [
        ("passed", ""),
        ("wrong_answer", "not those"),
    ]
    assert verdict.outcome is Outcome.WRONG_ANSWER


def test_a_checker_decides_on_values(local: Verifier) -> None:
    signature = {"name": "f", "parameters": [{"name": "x", "type": "int"}], "returns": "list[int]"}
    cases = [{"arguments": [x], "expected": None if x else [0]} for x in (0, 12)]
    cases = [{k: v for k, v in case.items() if v is not None} for case in cases]
    checker = (
        "import json, math, sys\nasked = json.load(sys.stdin)\n"
        "right = math.prod(asked['got']) == asked['arguments'][0]\n"
        "print(json.dumps({'pass': right}))\n"
    )
    for body, passed in (("[x // 3, 3]", True), ("[x]", True), ("[x, x]", False)):
        verdict = local.verify(
            "py",
            f"def f(x):\n    return {body}\n",
            cases=cases,
            signature=signature,
            comparator=checked_by(checker),
            lint="off",
        )
        assert verdict.passed is passed, verdict


@pytest.mark.parametrize(
    ("checker", "complaint"),
    [
        ("import sys\nsys.exit(3)\n", "it failed: exited with code 3"),
        ("raise KeyError('no')\n", "KeyError"),
        ("print('yes')\n", "got 'yes"),
        ("print('{\"pass\": 1}')\n", 'expected {"pass": true or false}'),
        ("while True:\n    pass\n", "time limit"),
    ],
)
def test_a_checker_that_fails_says_so_and_passes_nothing(
    local: Verifier, checker: str, complaint: str
) -> None:
    how = checked_by(checker, limits={"cpu_s": 0.5})
    with pytest.raises(CheckerError, match=complaint):
        fed(local, "print(1)\n", "", comparator=how)
    request = VerifyRequest("py", "print(1)\n", cases=[{"stdin": ""}], comparator=how, lint="off")
    (verdict,) = local.verify_many([request])
    assert verdict.outcome is Outcome.INFRASTRUCTURE_ERROR
    assert complaint.rpartition(" ")[2] in verdict.message
