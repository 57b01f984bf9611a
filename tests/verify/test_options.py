"""Ways of compiling that a request may ask for: C++ under the sanitizers."""

from __future__ import annotations

import pytest

from codegen import Outcome, UsageError, Verifier, VerifyRequest
from codegen.verify.request import check

SIGNATURE = {
    "name": "total",
    "parameters": [{"name": "values", "type": "list[int]"}],
    "returns": "int",
}
CASES = [{"arguments": [[1, 2, 3]], "expected": 6}, {"arguments": [[]], "expected": 0}]
RIGHT = """#include <cstdint>
#include <vector>

std::int64_t total(std::vector<std::int64_t> values) {
    std::int64_t sum = 0;
    for (std::int64_t value : values) {
        sum += value;
    }
    return sum;
}
"""
FREED = RIGHT.replace(
    "    return sum;",
    "    int* given = new int[4]();\n    delete[] given;\n"
    "    int kept = given[2];\n    return sum + kept - kept;",
)
OVERFLOWS = RIGHT.replace(
    "    return sum;",
    "    int big = 2147483647;\n    big += (int)values.size() + 1;\n    return sum;",
)
TESTS = """#include <cassert>

int main() {
    assert(total({1, 2, 3}) == 6);
}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("solution", "finding"),
    [(RIGHT, ""), (FREED, "heap-use-after-free"), (OVERFLOWS, "signed integer overflow")],
)
@pytest.mark.parametrize("asked", [{"tests": TESTS}, {"cases": CASES, "signature": SIGNATURE}])
def test_the_sanitizers_find_what_the_tests_do_not(
    verifier: Verifier, solution: str, finding: str, asked: dict[str, object]
) -> None:
    plain = verifier.verify("cpp", solution, lint="off", **asked)  # type: ignore[arg-type]
    assert plain.outcome is Outcome.PASSED, plain
    verdict = verifier.verify("cpp", solution, lint="off", options=("sanitize",), **asked)  # type: ignore[arg-type]
    assert verdict.outcome is (Outcome.RUNTIME_ERROR if finding else Outcome.PASSED), verdict
    assert finding in verdict.stderr


@pytest.mark.parametrize(
    ("language", "options", "complaint"),
    [
        ("cpp", ["sanitise"], r"options: C\+\+ has no 'sanitise' \(sanitize\)"),
        ("py", ["sanitize"], r"options: Python has no 'sanitize' \(it has none\)"),
        ("cpp", "sanitize", r"options: expected an array of names, got 'sanitize'"),
    ],
)
def test_an_option_that_is_not_there_is_an_error(
    language: str, options: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        check(VerifyRequest(language, "x", tests="assert x\n", options=options))
