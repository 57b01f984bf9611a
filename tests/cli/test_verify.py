"""The verify command: what it reads, what it writes, how it complains."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROWS: list[dict[str, Any]] = [
    {"id": "a", "language": "py", "solution": "def f(x):\n    return x\n", "tests": "assert f(1)"},
    {"language": "py", "solution": "def f(x):\n    return x\n", "tests": "assert f('ä') == 'ö'"},
    {
        "language": "py",
        "solution": "def f(x: int) -> int:\n    while True:\n        pass\n",
        "cases": [{"arguments": [1], "expected": 1}],
        "signature": {"name": "f", "parameters": [{"name": "x", "type": "int"}], "returns": "int"},
        "limits": {"cpu_s": 0.5},
    },
]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "codegen", "verify", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.mark.slow
def test_a_row_of_results_for_each_row_in_order(tmp_path: Path) -> None:
    file = written(tmp_path / "rows.jsonl", ROWS)
    done = run(file, "--sandbox", "local", "--lint", "off")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["id"], row["outcome"], row["passed"]) for row in rows] == [
        ("a", "passed", True),
        (2, "wrong_answer", False),
        (3, "time_limit", False),
    ]
    assert done.returncode == 1
    assert "3 verified" in done.stderr
    assert "1 time_limit" in done.stderr


@pytest.mark.slow
def test_one_solution_and_its_tests(tmp_path: Path) -> None:
    (tmp_path / "solution.py").write_text("def f(x):\n    return x\n")
    (tmp_path / "test_solution.py").write_text(
        "from solution import f\n\n\ndef test_f():\n    assert f(2) == 2\n"
    )
    out = tmp_path / "out.jsonl"
    done = run(
        "--lang", "py", tmp_path / "solution.py", tmp_path / "test_solution.py",
        "--sandbox", "local", "--cpu", "5", "--memory", "256", "--output", out,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    (row,) = map(json.loads, out.read_text("utf-8").splitlines())
    assert row["cases"][0]["name"] == "test_f"
    assert [path.name for path in tmp_path.glob("*.part")] == []


PROGRAM = "print(float(input()) + 1e-9)\n"


@pytest.mark.slow
def test_inputs_of_programs_and_options_for_all_rows(tmp_path: Path) -> None:
    case = {"stdin": "1", "expected": "1.0"}
    rows: list[dict[str, Any]] = [
        {"language": "py", "solution": PROGRAM, "cases": [case]},
        {"language": "py", "solution": PROGRAM, "cases": [case], "comparator": "exact"},
        {"language": "py", "solution": "print(list({'a', 'b', 'c', 'd'}))", "cases": [case]},
        {"language": "py", "solution": "while True: pass", "cases": [case], "deadline_s": 0.3},
    ]
    rows[2]["cases"] = [{"stdin": ""}]
    file = written(tmp_path / "rows.jsonl", rows)
    done = run(
        file, "--sandbox", "local", "--lint", "off", "--comparator", "float",
        "--relative", "1e-6", "--absolute", "0", "--reruns", "8", "--deadline", "60",
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["outcome"], row["oracle"]) for row in found] == [
        ("passed", "io"),
        ("wrong_answer", "io"),
        ("flaky", "io"),
        ("infrastructure_error", "none"),
    ]
    assert found[0]["cases"][0]["arguments"] == ["1"]
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "holds no row"),
        ("\n \n", "holds no row"),
        ('{"language": "py"\n', "rows.jsonl:1: is not JSON"),
        ("[" * 100_000, "rows.jsonl:1: is not usable JSON"),
        (json.dumps(ROWS[0]) + "\n\nnull\n", "rows.jsonl:3: expected an object, got NoneType"),
        ('{"language": "py"}\n', "rows.jsonl:1: missing key 'solution'"),
        (json.dumps({**ROWS[0], "test": 1}) + "\n", "rows.jsonl:1: unknown key 'test'"),
        (json.dumps({**ROWS[0], "language": "cobol"}), "rows.jsonl:1: unknown language 'cobol'"),
        (json.dumps({**ROWS[0], "solution": 3}), "rows.jsonl:1: solution: expected text"),
        (json.dumps({**ROWS[0], "tests": "x = 1"}), "rows.jsonl:1: tests: no test in them"),
        (json.dumps({**ROWS[0], "limits": {"cpu": 1}}), "rows.jsonl:1: limits: unknown key"),
        (json.dumps({**ROWS[0], "reruns": "2"}), "rows.jsonl:1: reruns: expected a number"),
        (json.dumps({**ROWS[0], "files": {"../a": ""}}), "'../a' is not a relative path"),
        (json.dumps({**ROWS[0], "comparator": {"name": "float", "abs": 1}}), "unknown key 'abs'"),
        (json.dumps({**ROWS[0], "comparator": "checker"}), "comparator: `checker` takes"),
    ],
)
def test_bad_rows_get_one_message_before_anything_runs(
    tmp_path: Path, text: str, complaint: str
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(text, "utf-8")
    done = run(file, "--sandbox", "local")
    assert done.returncode == 2
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["missing.jsonl"], "cannot read missing.jsonl: No such file"),
        (["a", "b"], "give one FILE.jsonl"),
        (["--lang", "py", "a"], "give two files"),
        (["--lang", "py", "a", "b"], "cannot read a: No such file"),
        (["--cpu", "0", "a"], "--cpu"),
        (["--relative", "0.1", "a"], "--relative goes with --comparator float"),
        ([], "FILES"),
    ],
)
def test_a_bad_command_line_gets_one_message(arguments: list[str], complaint: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_verified_is_not_written_over(tmp_path: Path) -> None:
    rows = written(tmp_path / "rows.jsonl", [{"language": "py", "solution": "", "tests": ""}])
    held = rows.read_bytes()
    link, part = tmp_path / "link.jsonl", tmp_path / "out.part"
    link.symlink_to(rows)
    part.hardlink_to(rows)
    for output in (rows, tmp_path / "x" / ".." / rows.name, link, tmp_path / "out"):
        (tmp_path / "x").mkdir(exist_ok=True)
        done = run(rows, "--output", output)
        assert (done.returncode, done.stdout) == (2, "") and "it is read as" in done.stderr
    done = run("--lang", "py", rows, link, "--output", rows)
    assert done.returncode == 2 and "would be lost" in done.stderr
    assert rows.read_bytes() == held == part.read_bytes()


def test_results_need_a_folder_that_is_there(tmp_path: Path) -> None:
    rows = written(tmp_path / "rows.jsonl", [{"language": "py", "solution": "", "tests": ""}])
    done = run(rows, "--output", tmp_path / "none" / "x")
    said = f"cannot write {tmp_path}/none/x: there is no folder {tmp_path}/none;"
    assert done.returncode == 2 and said in done.stderr
    done = run(rows, "--output", rows / "x")
    assert done.returncode == 2 and f"{rows} is no folder" in done.stderr
