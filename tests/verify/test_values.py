"""Values go into every language and come back as they were: one identity function for each type."""

from __future__ import annotations

from typing import Any

import pytest

from codegen import language as languages
from codegen.records import Outcome, Parameter, Signature
from codegen.verify.verifier import Verifier

CPP_HEADERS = ("cstdint", "map", "optional", "string", "tuple", "vector")
BODIES = {
    "cpp": "".join(f"#include <{name}>\n" for name in CPP_HEADERS)
    + "\n{declaration}\n    return value;\n}}\n",
    "python": "{declaration}\n    return value\n",
    "rust": "use std::collections::HashMap;\n\n{declaration} {{\n    value\n}}\n",
    "java": "import java.util.*;\n\nclass Solution {{\n{declaration}\nreturn value;\n}}\n}}\n",
    "go": "package solution\n\n{declaration} {{\n\treturn value\n}}\n",
    "javascript": "{declaration}\n  return value;\n}}\n",
    "typescript": "{declaration}\n  return value;\n}}\n",
}
VALUES: dict[str, list[Any]] = {
    "bool": [True, False],
    "int": [0, -1, (1 << 63) - 1, -(1 << 63)],
    "float": [0.0, 1.5, -2.0, 1e300, 5e-324, 0.1, "NaN", "Infinity", "-Infinity", 3],
    "str": ["", "a", 'q"uo\\te', "tab\tnew\nline\r\x00\x1f\x7f", "äß€", "🦀\u2028", "\\u0041"],
    "list[int]": [[], [1, 2, 3], list(range(1000))],
    "list[list[str]]": [[], [[]], [["a"], [], ["b", "c"]]],
    "tuple[int, str]": [[1, "a"]],
    "tuple[bool, float, str, list[int]]": [[True, 1.25, "x", [1]]],
    "map[str, int]": [[], [["b", 1], ["a", 2], ['"', 3]]],
    "map[int, list[str]]": [[[-1, ["x"]], [10, []], [9, ["y"]]]],
    "map[bool, float]": [[[True, 1.0], [False, "NaN"]]],
    "optional[int]": [None, 0, 5],
    "optional[list[int]]": [None, [], [1]],
    "list[optional[str]]": [[None, "a", None]],
    "list[tuple[int, optional[float]]]": [[[1, None], [2, 0.5]]],
    "map[str, map[int, tuple[str, bool]]]": [[["k", [[1, ["v", True]]]]]],
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("name", sorted(BODIES))
def test_a_value_comes_back(local: Verifier, name: str, kind: str) -> None:
    signature = Signature("same", (Parameter("value", kind),), kind)
    declaration = languages.get(name).declaration(signature)
    cases = [{"arguments": [value], "expected": value} for value in VALUES[kind]]
    verdict = local.verify(
        name,
        BODIES[name].format(declaration=declaration),
        cases=cases,
        signature=signature,
        lint="off",
    )
    assert verdict.outcome is Outcome.PASSED, verdict


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BODIES))
def test_minus_zero_keeps_its_sign(local: Verifier, name: str) -> None:
    signature = Signature("same", (Parameter("value", "float"),), "float")
    source = BODIES[name].format(declaration=languages.get(name).declaration(signature))
    verdict = local.verify(
        name, source, cases=[{"arguments": [-0.0]}], signature=signature, lint="off"
    )
    assert str(verdict.cases[0].got) == "-0.0"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("int", "True", "a bool True, declared is int"),
        ("int", "1.0", "a float 1.0, declared is int"),
        ("int", "10**(10**6)", "outside the signed 64-bit range"),
        ("int", "type('T', (int,), {'__eq__': lambda s, o: True})(1)", "a T, declared is int"),
        ("bool", "1", "an int 1, declared is bool"),
        ("list[int]", "(1, 2)", "a tuple, declared is list[int]"),
        ("list[int]", "[1, None]", "the result[1] is None, declared is int"),
        ("list[int]", "range(3)", "a range, declared is list[int]"),
        ("tuple[int, int]", "(1, 2, 3)", "has 3 elements"),
        ("map[str, int]", "{1: 1}", "a key of the result is an int 1, declared is str"),
        ("str", "None", "the result is None, declared is str"),
        ("str", "'\\ud800'", "not valid Unicode"),
        ("list[str]", "['x' * (1 << 22)] * 100", "too large"),
    ],
)
def test_python_values_are_of_exactly_the_declared_type(
    local: Verifier, kind: str, body: str, reason: str
) -> None:
    verdict = local.verify(
        "py",
        f"import sys\nsys.set_int_max_str_digits(0)\n\n\ndef f():\n    return {body}\n",
        cases=[{"arguments": []}],
        signature=Signature("f", (), kind),
        lint="off",
    )
    assert verdict.outcome is Outcome.WRONG_ANSWER, verdict
    assert reason in verdict.message


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("list[int]", "List raw = List.of(1); return raw;", "[0] is a java.lang.Integer, declared"),
        ("list[int]", "return null;", "the result is null, declared is list[int]"),
        ("list[str]", "return Arrays.asList((String) null);", "the result[0] is null"),
        ("optional[int]", "return null;", "the result is null, declared is optional[int]"),
        ("str", 'return "\\ud800";', "half of a surrogate pair"),
        ("list[str]", 'return Collections.nCopies(100, "x".repeat(1 << 22));', "too large"),
    ],
)
def test_java_values_are_of_exactly_the_declared_type(
    local: Verifier, kind: str, body: str, reason: str
) -> None:
    signature = Signature("f", (), kind)
    declaration = languages.get("java").declaration(signature)
    verdict = local.verify(
        "java",
        f"import java.util.*;\n\nclass Solution {{\n{declaration}\n{body}\n}}\n}}\n",
        cases=[{"arguments": []}],
        signature=signature,
        lint="off",
    )
    assert verdict.outcome is Outcome.WRONG_ANSWER, verdict
    assert reason in verdict.message
