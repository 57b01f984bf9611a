"""A request that cannot be carried out is refused with the name of the field."""

from __future__ import annotations

import math
from typing import Any

import pytest

from codegen.errors import UsageError
from codegen.records import Case, Limits
from codegen.verify.request import VerifyRequest, check

SIGNATURE = {
    "name": "f",
    "parameters": [{"name": "a", "type": "list[int]"}],
    "returns": "optional[int]",
}
GOOD: dict[str, Any] = {
    "language": "py",
    "solution": "def f(a):\n    return None",
    "cases": [{"arguments": [[1]], "expected": 1}],
    "signature": SIGNATURE,
}


def test_plain_objects_become_records() -> None:
    found = check(VerifyRequest(**GOOD, limits={"cpu_s": 2}))
    assert found.cases == (Case("0", ([1],), 1, "specification"),)
    assert found.limits == Limits(cpu_s=2.0)
    assert found.solution.endswith("\n")


def test_a_null_that_is_expected_is_not_an_unknown_value() -> None:
    cases = [{"arguments": [[]], "expected": None}, {"arguments": [[]]}]
    found = check(VerifyRequest(**{**GOOD, "cases": cases}))
    assert [case.known_from for case in found.cases] == ["specification", ""]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"language": "cobol"}, "unknown language 'cobol'"),
        ({"language": 3}, "language: expected text"),
        ({"solution": " \n"}, "solution: empty"),
        ({"solution": None}, "solution: expected text, got NoneType"),
        ({"solution": "x = '\ud800'"}, "solution: not valid Unicode"),
        ({"tests": "assert True"}, "give either tests"),
        ({"cases": None}, "give either tests"),
        ({"cases": []}, "cases: empty"),
        ({"cases": [3]}, r"cases\[0\]: expected an object, got int"),
        ({"cases": [{"expected": 1}]}, r"cases\[0\]: missing key 'arguments'"),
        ({"cases": [{"arguments": [[1]], "expect": 1}]}, r"cases\[0\]: unknown key 'expect'"),
        ({"cases": [{"arguments": []}]}, r"cases\[0\].arguments: 0 given, the signature has 1"),
        ({"cases": [{"arguments": [["x"]]}]}, r"cases\[0\].arguments\[0\]\[0\]: expected int"),
        ({"cases": [{"arguments": [[1]], "expected": "x"}]}, r"cases\[0\].expected: expected"),
        (
            {"cases": [{"id": "a", "arguments": [[1]]}, {"id": "a", "arguments": [[2]]}]},
            "the id 'a' is there twice",
        ),
        ({"signature": None}, "signature: missing"),
        ({"signature": {**SIGNATURE, "returns": "number"}}, "unknown type 'number'"),
        ({"signature": {**SIGNATURE, "name": "f("}}, "'f\\(' is not an identifier"),
        ({"comparator": "fuzzy"}, "comparator: expected one of exact, float"),
        ({"limits": {"cpu": 3}}, "limits: unknown key 'cpu'"),
        ({"limits": {"cpu_s": 0}}, "limits.cpu_s: expected a positive number"),
        ({"limits": {"cpu_s": math.nan}}, "limits.cpu_s: expected a positive number"),
        (
            {"limits": {"cpu_s": 1e300}},
            "limits.cpu_s: too large; give less than 281,474,976,710,656",
        ),
        ({"lint": "loose"}, "lint: expected one of errors, strict, off"),
    ],
)
def test_a_bad_field_is_named(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        check(VerifyRequest(**{**GOOD, **change}))
