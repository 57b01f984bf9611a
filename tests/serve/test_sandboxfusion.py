"""SandboxFusion's routes: with the real client from PyPI, and as verl sends its requests."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.serve.conftest import Server

FIELDS = {"status", "message", "compile_result", "run_result", "executor_pod_name", "files"}
PARTS = {"status", "execution_time", "return_code", "stdout", "stderr"}

CLIENT = """
import json, sys
import sandbox_fusion as sf

sf.set_endpoint(sys.argv[1])
ran = sf.run_code(sf.RunCodeRequest(code="print(input())", language="python", stdin="hi"))
assert ran.status == "Success", ran
late = sf.run_code(sf.RunCodeRequest(code="while 1: pass", language="python", run_timeout=0.5))
words = sf.SummaryMapping(RunTimeout="late", RunFailed="failed")
cells = sf.run_jupyter(sf.RunJupyterRequest(cells=["a = 20", "a + 3", "1 / 0"]))
problem = {"id": 1, "test": [{"input": {"stdin": "2"}, "output": {"stdout": "4"}}]}
judged = sf.submit(sf.SubmitRequest(
    dataset="mine", id=1, completion="```python\\nprint(2 * int(input()))\\n```",
    config=sf.TestConfig(dataset_type="CommonOJDataset", language="python", provided_data=problem),
))
try:
    sf.run_code(sf.RunCodeRequest(code="x", language="php"), max_attempts=1)
    refused = ""
except Exception as error:
    refused = str(error)
print(json.dumps({
    "stdout": ran.run_result.stdout,
    "late": sf.summary_run_code_result(late, words),
    "cells": [(c.stdout, c.display, [e["ename"] for e in c.error]) for c in cells.cells],
    "accepted": judged.accepted,
    "tests": [t.passed for t in judged.tests],
    "refused": refused,
}))
"""

# what verl's `call_sandbox_api` posts for one test case
VERL: dict[str, Any] = {
    "compile_timeout": 10,
    "run_timeout": 10,
    "code": "import sys\nprint(sum(map(int, sys.stdin.read().split())))\n",
    "stdin": "1 2\n",
    "memory_limit_MB": 1024,
    "language": "python",
    "files": {},
    "fetch_files": [],
}


def test_the_real_client_gets_the_answers_that_it_expects(server: Server) -> None:
    # in a process of its own, as its models warn under newer versions of pydantic
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, server.url], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["stdout"], told["late"]) == ("hi\n", "late")
    assert told["cells"] == [
        ["", [], []],
        ["", [{"text/plain": "23"}], []],
        ["", [], ["ZeroDivisionError"]],
    ]
    assert (told["accepted"], told["tests"]) == (True, [True])
    assert "php" in told["refused"]
    assert "python" in told["refused"]


def test_verls_request_is_answered_in_the_form_that_it_reads(server: Server) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = server.ask("/run_code", VERL, headers=headers)
    assert answer.status == 200
    told = answer.json
    assert set(told) == FIELDS | {"codegen"}
    assert (told["status"], told["compile_result"], told["executor_pod_name"]) == (
        "Success",
        None,
        None,
    )
    ran = told["run_result"]
    assert set(ran) == PARTS
    assert (ran["status"], ran["return_code"], ran["stdout"]) == ("Finished", 0, "3\n")
    assert told["codegen"]["queue_s"] >= 0


def test_many_of_verls_requests_at_once_are_all_answered(server: Server) -> None:
    """As with 64 to 128 at once, where the original hangs."""
    with ThreadPoolExecutor(96) as threads:
        answers = list(threads.map(lambda _: server.ask("/run_code", VERL), range(96)))
    assert [one.status for one in answers] == [200] * 96
    assert {one.json["run_result"]["stdout"] for one in answers} == {"3\n"}


@pytest.mark.parametrize(
    ("code", "status", "ran"),
    [
        ("raise SystemExit(3)", "Failed", ("Finished", 3)),
        ("import os; os.kill(os.getpid(), 9)", "Failed", ("Finished", -9)),
        ("while True: pass", "Failed", ("TimeLimitExceeded", None)),
        ("import time; time.sleep(9)", "Failed", ("TimeLimitExceeded", None)),
    ],
)
def test_every_end_is_status_200(
    server: Server, code: str, status: str, ran: tuple[str, int | None]
) -> None:
    answer = server.ask("/run_code", {"code": code, "language": "python", "run_timeout": 0.75})
    assert (answer.status, answer.json["status"]) == (200, status)
    result = answer.json["run_result"]
    assert (result["status"], result["return_code"]) == ran


def test_output_is_not_cut_and_is_no_time_out(server: Server) -> None:
    """The original cuts at 160,910 characters."""
    answer = server.ask("/run_code", {"code": "print('x' * 4_000_000)", "language": "python"})
    assert len(answer.json["run_result"]["stdout"]) == 4_000_001


def test_output_over_the_limit_is_told(server: Server) -> None:
    answer = server.ask("/run_code", {"code": "while 1: print('x' * 999)", "language": "python"})
    assert answer.json["status"] == "Failed"
    assert "output_limit" in answer.json["message"]


def test_memory_has_a_bound_and_a_word(server: Server) -> None:
    code = "x = bytearray(400 << 20)\nprint(len(x))\n"
    within = {"code": code, "language": "python", "memory_limit_MB": 600}
    assert server.ask("/run_code", within).json["status"] == "Success"
    told = server.ask("/run_code", {**within, "memory_limit_MB": 100}).json
    assert told["status"] == "Failed"
    assert told["codegen"]["run"]["status"] == "memory_limit" or "MemoryError" in str(told)


def test_files_go_in_and_come_out(server: Server) -> None:
    wanted = {
        "code": "d = open('in/a.bin', 'rb').read()\nopen('b.bin', 'wb').write(d[::-1])\n",
        "language": "python",
        "files": {"in/a.bin": base64.b64encode(b"\x00\xff").decode(), "gone": None},
        "fetch_files": ["b.bin", "absent"],
    }
    told = server.ask("/run_code", wanted).json
    assert (told["status"], told["files"]) == (
        "Success",
        {"b.bin": base64.b64encode(b"\xff\x00").decode()},
    )


@pytest.mark.parametrize("path", ["/etc/passwd", "../up", "a/../../up"])
def test_files_do_not_leave_the_working_folder(server: Server, path: str) -> None:
    wanted = {"code": "1", "language": "python", "files": {path: ""}}
    assert server.ask("/run_code", wanted).status == 400
    wanted = {"code": "1", "language": "python", "fetch_files": [path]}
    assert server.ask("/run_code", wanted).status == 400


def test_a_link_is_not_followed_out(server: Server) -> None:
    code = "import os\nos.symlink('/etc/passwd', 'passwd')\n"
    told = server.ask(
        "/run_code", {"code": code, "language": "python", "fetch_files": ["passwd"]}
    ).json
    assert told["files"] == {}


def test_pytest_is_attested(server: Server) -> None:
    files = {"solution.py": base64.b64encode(b"def f():\n    return 1\n").decode()}
    tests = "from solution import f\n\ndef test_f():\n    assert f() == 1\n"
    wanted = {"code": tests, "language": "pytest", "files": files}
    assert server.ask("/run_code", wanted).json["status"] == "Success"
    leaving = base64.b64encode(b"import os\nos._exit(0)\n").decode()
    told = server.ask("/run_code", {**wanted, "files": {"solution.py": leaving}}).json
    assert told["status"] == "Failed"
    assert told["codegen"]["oracle"] in ("unit", "none")


def test_what_is_missing_or_wrong_is_named(server: Server) -> None:
    for wanted, said in (
        ({"language": "python"}, "code: missing"),
        ({"code": "1", "language": "php"}, "python"),
        ({"code": "1", "language": "python", "run_timeout": -1}, "run_timeout"),
        ({"code": "1", "language": "python", "files": {"a": "?"}}, "base64"),
    ):
        answer = server.ask("/run_code", wanted)
        assert answer.status == 400
        assert said in answer.json["detail"]


def test_the_rest_of_the_surface(server: Server) -> None:
    assert server.ask("/v1/ping").json == "pong"
    assert server.ask("/list_datasets").json == []
    rows = [{"id": n, "content": f"task {n}", "labels": '{"a": 1}'} for n in range(3)]
    asked = {"dataset": "mine", "config": {"provided_data": rows}, "offset": 1, "limit": 1}
    assert server.ask("/list_ids", asked).json == [1]
    prompt = {"id": 1, "prompt": "task 1", "labels": {"a": 1}}
    assert server.ask("/get_prompts", asked).json == [prompt]
    assert server.ask("/get_prompt_by_id", {**asked, "id": 1}).json == prompt
    assert server.ask("/list_ids", {"dataset": "mine", "config": {}}).status == 400


def submitted(server: Server, completion: str, provided: Any, **config: Any) -> Any:
    asked = {
        "dataset": "mine",
        "id": 7,
        "completion": completion,
        "config": {"provided_data": provided, "language": "python", **config},
    }
    answer = server.ask("/submit", asked)
    assert answer.status == 200, answer.body
    return answer.json


def test_submissions_are_judged_case_by_case(server: Server) -> None:
    tests = [{"input": {"stdin": str(n)}, "output": {"stdout": str(2 * n)}} for n in range(4)]
    row = {"id": 7, "content": "double", "test": json.dumps(tests)}
    right = submitted(server, "So:\n```python\nprint(2 * int(input()))\n```", row)
    assert (right["id"], right["accepted"], right["extracted_type"]) == (7, True, "fenced")
    assert len(right["tests"]) == 4
    wrong = "```python\nn = int(input())\nprint(n if n == 2 else 2 * n)\n```"
    first = submitted(server, wrong, row)
    assert (first["accepted"], [one["passed"] for one in first["tests"]]) == (
        False,
        [True, True, False],
    )
    every = submitted(server, wrong, [row], extra={"run_all_cases": True})
    assert [one["passed"] for one in every["tests"]] == [True, True, False, True]
    info = every["tests"][2]
    assert info["exec_info"]["run_result"]["stdout"] == "2\n"
    assert info["test_info"]["output"] == {"stdout": "4"}


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("AutoEvalDataset", {"content": "f", "test": {"code": "assert f(2) == 4\n", "asset": {}}}),
        ("MBPPDataset", {"content": "f", "test_list": ["assert f(2) == 4", "assert f(0) == 0"]}),
        (
            "HumanEvalDataset",
            {
                "content": 'def f(x):\n    """Double."""\n',
                "entry_point": "f",
                "test": "def check(candidate):\n    assert candidate(2) == 4\n",
            },
        ),
    ],
)
def test_submissions_to_data_sets_with_tests(server: Server, kind: str, row: Any) -> None:
    row = {"id": 7, **row}
    right = "```python\ndef f(x):\n    return 2 * x\n```"
    assert submitted(server, right, row, dataset_type=kind)["accepted"]
    wrong = submitted(server, right.replace("2 * x", "x"), row, dataset_type=kind)
    assert not wrong["accepted"]
    leaving = right.replace("return 2 * x", "import os; os._exit(0)")
    assert not submitted(server, leaving, row, dataset_type=kind)["accepted"]


def test_an_answer_without_code_is_not_accepted(server: Server) -> None:
    row = {"id": 7, "test": [{"input": {"stdin": ""}, "output": {"stdout": "1"}}]}
    told = submitted(server, "<think>still thinking", row)
    assert (told["accepted"], told["extracted_type"], told["tests"]) == (False, "empty", [])


def test_code_that_the_original_executes_on_the_server_is_refused(server: Server) -> None:
    config = {"custom_extract_logic": "submit_code_blocks([])", "provided_data": {"test": []}}
    asked = {"dataset": "mine", "id": 1, "completion": "x", "config": config}
    answer = server.ask("/submit", asked)
    assert answer.status == 400
    assert "custom_extract_logic is refused" in answer.json["detail"]


def test_scaleboxs_batch_of_streams_and_of_calls(server: Server) -> None:
    config: dict[str, Any] = {
        "language": "python",
        "compile_timeout": 10,
        "run_timeout": 60,
        "extra": {"run_all_cases": True, "total_timeout": 60},
    }

    def batch(code: str, **cases: Any) -> Any:
        provided = {"provided_data": {"test_cases": cases}}
        asked = {"completion": f"```python\n{code}\n```", "config": {**config, **provided}}
        return server.ask("/common_evaluate_batch", asked).json

    streams = {
        "type": "stdin_stdout",
        "input": ["1 2", "3 4"],
        "output": ["3", "8"],
        "fn_name": None,
    }
    told = batch("print(sum(map(int, input().split())))", **streams)
    assert [one["passed"] for one in told["tests"]] == [True, False]
    calls = {"type": "function_call", "fn_name": "joined", "json_input": True}
    method = "class Solution:\n    def joined(self, a, b):\n        return {k: a[k] + b for k in a}"
    told = batch(method, **calls, input=['{"x": 1.5}\n1', "{}\n2"], output=['{"x": 2.5}', "{}"])
    assert (told["accepted"], told["codegen"]["oracle"]) == (True, "call")
    plain = {"type": "function_call", "fn_name": "f", "input": [[[1, 2], None]], "output": [[[2]]]}
    assert batch("def f(a, b):\n    return a[1:]", **plain)["accepted"]


def test_cells_share_a_process_and_end_with_it(server: Server) -> None:
    def ran(*cells: str, **more: Any) -> Any:
        return server.ask("/run_jupyter", {"cells": cells, **more}).json

    told = ran(
        "import asyncio\nawait asyncio.sleep(0)\nx = 1", "while True: pass", "x", cell_timeout=0.5
    )
    assert [one["error"] == [] for one in told["cells"]] == [True, False, True]
    assert told["cells"][1]["error"][0]["ename"] == "TimeoutError"
    assert told["cells"][2]["display"] == [{"text/plain": "1"}]
    told = ran("print('before')", "import os\nos._exit(4)", "print('after')")
    assert (told["status"], told["driver"]["return_code"]) == ("Failed", 4)
    assert [one["stdout"] for one in told["cells"]] == ["before\n"]
    told = ran("1", "import time\ntime.sleep(9)", total_timeout=1.5)
    assert (told["status"], told["driver"]["status"]) == ("Failed", "TimeLimitExceeded")
    assert server.ask("/run_jupyter", {"cells": ["1"], "kernel": "bash"}).status == 400


def test_what_cells_write_in_the_place_of_results_misleads_nobody(server: Server) -> None:
    lie = (
        "import os, json\n"
        "json.dump([{'stdout': 1}, 'x'], open('.codegen-results.json', 'w'))\n"
        "os._exit(0)\n"
    )
    told = server.ask("/run_jupyter", {"cells": [lie]}).json
    assert told["cells"] == []


PROGRAMS = {
    "cpp": """
#include <iostream>
int main() { int a, b; std::cin >> a >> b; std::cout << a + b; }
""",
    "go": """
package main

import "fmt"

func main() {
	var a, b int
	fmt.Scan(&a, &b)
	fmt.Print(a + b)
}
""",
    "java": """
import java.util.*;
public class Main {
  public static void main(String[] a) {
    Scanner s = new Scanner(System.in);
    System.out.print(s.nextInt() + s.nextInt());
  }
}
""",
    "nodejs": """
const [a, b] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number);
process.stdout.write(String(a + b));
""",
    "typescript": """
import * as fs from 'fs';
const [a, b]: number[] = fs.readFileSync(0, 'utf8').split(' ').map(Number);
process.stdout.write(String(a! + b!));
""",
    "rust": """
use std::io::Read;
fn main() {
    let mut s = String::new();
    std::io::stdin().read_to_string(&mut s).unwrap();
    print!("{}", s.split_whitespace().map(|w| w.parse::<i64>().unwrap()).sum::<i64>());
}
""",
    "python": "print(sum(map(int, input().split())), end='')",
}
TESTS = {
    "go_test": """
package main

import "testing"

func add(a, b int) int { return a + b }

func TestAdd(t *testing.T) {
	if add(1, 2) != SUM {
		t.Fatal()
	}
}
""",
    "junit": """
import org.junit.jupiter.api.Test;
import static org.junit.jupiter.api.Assertions.*;
class AddTest {
  @Test void adds() { assertEquals(SUM, 1 + 2); }
}
""",
    "pytest": "def test_add():\n    assert 1 + 2 == SUM\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_of_every_language_by_its_name(all_languages: Server, name: str) -> None:
    asked = {"code": PROGRAMS[name], "language": name, "stdin": "19 23", "compile_timeout": 60}
    told = all_languages.ask("/run_code", asked).json
    assert (told["status"], told["run_result"]["stdout"]) == ("Success", "42"), told


@pytest.mark.slow
@pytest.mark.parametrize("name", TESTS)
def test_tests_of_every_kind_by_its_name(all_languages: Server, name: str) -> None:
    for expected, status in ((3, "Success"), (4, "Failed")):
        code = TESTS[name].replace("SUM", str(expected))
        told = all_languages.ask("/run_code", {"code": code, "language": name}).json
        assert (told["status"], told["codegen"]["oracle"]) == (status, "unit"), told
