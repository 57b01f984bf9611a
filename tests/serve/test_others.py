"""The smaller services: open-r1's router, DataDesigner, NeMo-Skills, code-judge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from codegen.serve.compatible.inferred import encoded, signature
from codegen.serve.describe import CALLED
from codegen.types import mismatch, parse
from tests.serve.conftest import Server


def test_open_r1s_router_gives_the_value_of_the_last_expression(server: Server) -> None:
    asked = {
        "scripts": ["print('log')\n0.75", "1 / 0", "while 1: pass", "x = 1"],
        "languages": ["python"] * 4,
        "timeout": 1,
        "request_timeout": 60,
    }
    right, failed, late, silent = server.ask("/execute_batch", asked).json
    assert (right["execution"]["text"], right["exception_str"]) == ("0.75", None)
    assert right["execution"]["logs"]["stdout"] == ["log\n"]
    assert set(right["execution"]) == {"text", "results", "logs", "error", "execution_count"}
    assert failed["execution"]["error"]["name"] == "ZeroDivisionError"
    assert set(failed["execution"]["error"]) == {"name", "value", "traceback"}
    assert late["execution"] is None
    assert "too long" in late["exception_str"]
    assert silent["execution"]["text"] is None


def test_open_r1s_router_wants_a_language_for_each_script(server: Server) -> None:
    answer = server.ask("/execute_batch", {"scripts": ["1", "2"], "languages": ["python"]})
    assert (answer.status, "2 scripts" in answer.json["message"]) == (400, True)


def test_data_designers_rows_are_valid_or_not(server: Server) -> None:
    rows = [
        {"code": "def f():\n    return 1\n", "tests": "assert f() == 1\n"},
        {"code": "def f():\n    return 2\n", "tests": "assert f() == 1\n"},
        {"code": CALLED["solution"], **{k: json.dumps(CALLED[k]) for k in ("cases", "signature")}},
        {"code": "", "tests": "assert True\n"},
        {"code": "x = 1\n"},
    ]
    answer = server.ask("/datadesigner/validate?language=python&solution=code", {"data": rows})
    assert answer.status == 200
    found = answer.json["data"]
    assert [one["is_valid"] for one in found] == [True, False, True, False, False]
    assert found[1]["outcome"] == "wrong_answer"
    assert "solution" in found[3]["message"]


def test_nemo_skills_words_for_an_end(server: Server) -> None:
    def executed(code: str, **more: Any) -> Any:
        return server.ask("/execute", {"generated_code": code, "timeout": 1.0, **more}).json

    told = executed("print(input())", std_input="in", language="python")
    assert (told["process_status"], told["stdout"], told["stderr"]) == ("completed", "in\n", "")
    assert told["new_session_created"] is False
    failed = executed("1 / 0")
    assert failed["process_status"] == "error"
    assert "ZeroDivisionError" in failed["stderr"]
    assert executed("while 1: pass")["process_status"] == "timeout"
    cut = executed("print('x' * 5000)", max_output_characters=10)["stdout"]
    assert cut == "x" * 10 + "<output cut>"


def test_code_judges_submissions(server: Server) -> None:
    right = {
        "type": "python",
        "solution": "print(input())",
        "input": "a",
        "expected_output": "a",
        "sub_id": "7",
    }
    told = server.ask("/judge", right).json
    assert set(told) == {
        "sub_id",
        "success",
        "run_success",
        "cost",
        "stdout",
        "stderr",
        "reason",
    }
    assert (told["sub_id"], told["success"], told["run_success"]) == ("7", True, True)
    wrong = server.ask("/judge", {**right, "expected_output": "b"}).json
    assert (wrong["success"], wrong["run_success"]) == (False, True)
    ran = server.ask("/run", {**right, "solution": "1 / 0"}).json
    assert (ran["success"], "ZeroDivisionError" in ran["stderr"]) == (False, True)
    asked = {"type": "batch", "sub_id": "b", "submissions": [right, {**right, "input": "c"}]}
    batch = server.ask("/judge/batch", asked).json
    assert batch["sub_id"] == "b"
    assert [one["success"] for one in batch["results"]] == [True, False]
    assert [one["success"] for one in server.ask("/run/batch", asked).json["results"]] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "int"),
        ([1, 2.5], "float"),
        ([True], "bool"),
        (["a", None], "optional[str]"),
        ([[], [1]], "list[int]"),
        ([[[]], [["a"]]], "list[list[str]]"),
        ([[1, "a"]], "tuple[int, str]"),
        ([{"a": 1}, {}], "map[str, int]"),
        ([[None, 1]], "list[optional[int]]"),
        ([None], "optional[int]"),
        ([[[1, "a"], [2, "b"]]], "list[tuple[int, str]]"),
    ],
)
def test_types_are_inferred_from_values(values: list[Any], kind: str) -> None:
    made = signature("f", [[one] for one in values], values)
    assert (made.parameters[0].type, made.returns) == (kind, kind)
    assert [mismatch(encoded(one), parse(kind)) for one in values] == [""] * len(values)


@pytest.mark.parametrize("values", [[1, "a"], [[1], {"a": 1}], [[1, "a", 2, "b", 3]], [True, 1]])
def test_values_without_a_type_in_common_are_told(values: list[Any]) -> None:
    with pytest.raises(Exception, match="no type in common"):
        signature("f", [[one] for one in values], [1] * len(values))
