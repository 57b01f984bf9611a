"""Rows of a table as requests, and verdicts as scores; with the real verifier."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from codegen import (
    InfrastructureError,
    Outcome,
    Stage,
    UsageError,
    Verdict,
    Verifier,
    VerifyRequest,
)
from codegen.integrations.datasets import verify
from codegen.integrations.rows import Rows, judged, score
from codegen.integrations.trl import reward
from codegen.integrations.verl import compute_score
from codegen.records import CaseResult

TESTS = "def test_double():\n    assert double(4) == 8\n"
RIGHT = "def double(n: int) -> int:\n    return 2 * n\n"
WRONG = "def double(n: int) -> int:\n    return n * n\n"
SIGNATURE = {
    "name": "double",
    "parameters": [{"name": "n", "type": "int"}],
    "returns": "int",
}
CASES = [{"arguments": [4], "expected": 8}, {"arguments": [2], "expected": 4}]


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier("local", slots=1) as opened:
        yield opened


class Broken:
    """A verifier whose sandbox fails."""

    def verify_many(self, requests: Iterable[VerifyRequest]) -> Iterator[Verdict]:
        for _ in requests:
            yield Verdict(Outcome.INFRASTRUCTURE_ERROR, Stage.RUN, message="the slot died")

    def close(self) -> None:
        raise AssertionError("it was not opened here")


def test_rows_with_other_column_names_and_json_text(verifier: Verifier) -> None:
    rows = Rows(verifier, columns={"solution": "answer", "language": "lang"}, lint="off")
    table: list[dict[str, Any]] = [
        {"lang": "py", "answer": f"Sure:\n```python\n{RIGHT}```", "tests": TESTS, "id": 7},
        {"lang": "py", "answer": WRONG, "cases": json.dumps(CASES), "signature": SIGNATURE},
        {"lang": "py", "answer": RIGHT, "cases": CASES, "signature": json.dumps(SIGNATURE)},
        {"lang": "py", "answer": "I cannot do that.", "tests": TESTS, "cases": None},
    ]
    found = rows.verify(table)
    assert [one.outcome for one in found] == [
        Outcome.PASSED,
        Outcome.WRONG_ANSWER,
        Outcome.PASSED,
        Outcome.COMPILE_ERROR,
    ]
    assert [one.oracle for one in found] == ["unit", "call", "call", "none"]
    assert [score(one) for one in found] == [1.0, 0.0, 1.0, 0.0]
    assert score(found[1], partial=True) == 0.5


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"solution": RIGHT}, r"row 0: no language \(column 'language'\)"),
        ({"language": "py", "tests": TESTS}, r"row 0: no solution"),
        ({"language": "py", "solution": RIGHT}, r"row 0: give either tests"),
        ({"language": "py", "solution": RIGHT, "cases": "[1"}, r"row 0: cases: not JSON"),
        ({"language": "py", "solution": RIGHT, "tests": "x = 1\n"}, r"tests: no test in them"),
    ],
)
def test_a_row_that_cannot_be_verified_is_named(
    verifier: Verifier, row: dict[str, object], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        Rows(verifier).verify([row])


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(UsageError, match="'test' is no field of a request"):
        Rows(columns={"test": "unit_tests"})


def test_nothing_is_scored_that_was_not_judged() -> None:
    rows = Rows(Broken(), language="py")
    asked = {"solution": RIGHT, "tests": TESTS}
    (verdict,) = rows.verify([asked])
    assert score(verdict) is None
    with pytest.raises(InfrastructureError, match="the slot died"):
        judged(verdict)
    assert reward(rows)(["p"], [RIGHT], tests=[TESTS]) == [None]
    with pytest.raises(InfrastructureError):
        verify(rows)({name: [value] for name, value in asked.items()})
    rows.close()


def test_a_tampering_program_earns_nothing() -> None:
    cases = (CaseResult("a", Outcome.PASSED), CaseResult("b", Outcome.TAMPERED))
    assert score(Verdict(Outcome.TAMPERED, Stage.RUN, cases=cases), partial=True) == 0.0
    failed = Verdict(Outcome.RUNTIME_ERROR, Stage.RUN, cases=cases)
    assert score(failed, partial=True) == 0.5


def test_rewards_of_conversations(verifier: Verifier) -> None:
    verified = reward(Rows(verifier, language="python"))
    said = [[{"role": "assistant", "content": f"```python\n{code}```"}] for code in (RIGHT, WRONG)]
    prompts = [[{"role": "user", "content": "Write double(n)."}]] * 2
    assert verified(prompts, said, tests=[TESTS] * 2, trainer_state=None) == [1.0, 0.0]


def test_columns_of_a_batch(verifier: Verifier) -> None:
    batch: dict[str, Any] = {"solution": [RIGHT, WRONG], "tests": [TESTS, TESTS], "other": [1, 2]}
    found = verify(Rows(verifier, language="py"))(batch)
    assert found["passed"] == [True, False]
    assert found["outcome"] == ["passed", "wrong_answer"]
    assert json.loads(found["verdict"][1])["cases"][0]["name"] == "test_double"


def test_rows_travel_without_what_is_open(verifier: Verifier) -> None:
    travelled = pickle.loads(pickle.dumps(Rows("http://127.0.0.1:1", language="py")))
    assert travelled.columns == Rows().columns
    with pytest.raises(TypeError, match="give a URL"):
        pickle.dumps(Rows(verifier))


@pytest.mark.parametrize("truth", ["[]", "{", json.dumps({"tests": "x = 1"})])
def test_a_ground_truth_that_says_nothing_is_an_error(truth: str) -> None:
    with pytest.raises(UsageError):
        compute_score("x", RIGHT, truth)
