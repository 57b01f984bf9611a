"""What is peculiar to C++: its preprocessor, its headers, and the widths of its numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from codegen import language as toolchains
from codegen.records import Outcome, Parameter, Signature

if TYPE_CHECKING:
    from codegen.verify.verifier import Verifier

pytestmark = pytest.mark.slow
TOTAL = Signature("total", (Parameter("values", "list[int]"),), "int")
CASES = [{"arguments": [[1, 2, 3]], "expected": 6}, {"arguments": [[]], "expected": 0}]
GOOD = """#include <vector>

long total(const std::vector<long>& values) {
    long sum = 0;
    for (long value : values) sum += value;
    return sum;
}
"""
WIDTHS = [
    GOOD,
    """#include <bits/stdc++.h>
#define int long long
using namespace std;
int total(vector<int> v) { return accumulate(v.begin(), v.end(), 0LL); }
signed main() { return 0; }
""",
    """#include <vector>
int total(const std::vector<int>& v) { int s = 0; for (int i : v) s += i; return s; }
""",
    """#include <vector>
auto total(auto v) { long s = 0; for (auto i : v) s += i; return s; }
""",
    """#include <vector>
#define value v
#define from f
unsigned long total(std::vector<long>& v) {
    unsigned long s = 0;
    while (!v.empty()) { s += v.back(); v.pop_back(); }
    return s;
}
""",
]


@pytest.mark.parametrize("solution", WIDTHS)
def test_a_function_is_called_as_it_is_written(local: Verifier, solution: str) -> None:
    verdict = local.verify("cpp", solution, cases=CASES, signature=TOTAL, lint="off")
    assert verdict.outcome is Outcome.PASSED, verdict


@pytest.mark.parametrize(
    "solution",
    [
        "std::vector<long> f();\n" + GOOD,
        GOOD.replace("long sum = 0;", "long sum = 0; std::sort(values.begin(), values.end());"),
        GOOD.replace("long sum = 0;", "long sum = 0; std::map<int, int> seen;"),
    ],
)
def test_a_missing_include_is_an_error(local: Verifier, solution: str) -> None:
    verdict = local.verify("cpp", solution, cases=CASES, signature=TOTAL, lint="off")
    assert verdict.outcome is Outcome.COMPILE_ERROR, verdict
    assert verdict.diagnostics[0].file == "solution.cpp", verdict


def test_a_result_of_another_type_is_an_error(local: Verifier) -> None:
    solution = GOOD.replace("long total", "double total")
    verdict = local.verify("cpp", solution, cases=CASES, signature=TOTAL, lint="off")
    assert verdict.outcome is Outcome.COMPILE_ERROR, verdict


TESTS = """#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "doctest.h"
#include <map>
#include <stdexcept>

static long fail() { throw std::runtime_error("no"); }

TEST_CASE("good") { CHECK(total({1, 2}) == 3); }
TEST_CASE("bad") { CHECK_MESSAGE(total({1, 2}) == 4, "sum"); }
TEST_CASE("bad") { CHECK(total({}) == 0); }
TEST_CASE("throws") { fail(); }
TEST_CASE("expects a throw") { CHECK_THROWS_AS(fail(), std::runtime_error); }
TEST_CASE("swallows") { try { REQUIRE(total({}) == 1); } catch (...) {} }
TEST_SUITE("inner") {
    SCENARIO("subcases") {
        SUBCASE("one") { CHECK(total({1}) == 1); }
        SUBCASE("two") { CHECK(total({2}) == 1); }
    }
    TEST_CASE("later" * doctest::skip()) { CHECK(false); }
}
"""


def test_doctest_of_every_kind(local: Verifier) -> None:
    verdict = local.verify("cpp", GOOD, tests=TESTS, lint="off")
    assert {c.name: c.outcome.value for c in verdict.cases} == {
        "good": "passed",
        "bad": "wrong_answer",
        "bad (2)": "passed",
        "throws": "runtime_error",
        "expects a throw": "passed",
        "swallows": "wrong_answer",
        "subcases": "wrong_answer",
        "later": "skipped",
    }
    assert "test_solution.cpp:9" in next(c.message for c in verdict.cases if c.name == "bad")


def test_a_test_case_that_a_macro_makes_counts_where_it_fails(local: Verifier) -> None:
    macro = "#define MAKE(name, want) TEST_CASE(name) { CHECK(total({}) == want); }"
    made = f'#include "doctest.h"\n{macro}\n'
    plain = 'TEST_CASE("plain") { CHECK(total({}) == 0); }\n'
    good = local.verify("cpp", GOOD, tests=f'{made}{plain}MAKE("made", 0)\n', lint="off")
    bad = local.verify("cpp", GOOD, tests=f'{made}{plain}MAKE("made", 1)\n', lint="off")
    assert (good.outcome, bad.outcome) == (Outcome.PASSED, Outcome.WRONG_ANSWER), (good, bad)


MAIN = "#include <cassert>\n{}\nint main({}) {{\n    assert(total({{1, 2}}) == {});\n{}}}\n"


@pytest.mark.parametrize(
    ("before", "arguments", "want", "end", "outcome"),
    [
        ("", "", 3, "", "passed"),
        ('#include "solution.hpp"', "", 3, "    return 0;\n", "passed"),
        ('#include <vector>\n#include "solution.cpp"\n', "int, char**", 3, "", "passed"),
        ("long total(const std::vector<long>&);", "int c, char** v", 3, "", "passed"),
        ("", "", 4, "", "wrong_answer"),
        ("#define NDEBUG", "", 4, "", "wrong_answer"),
        ("", "", 3, "    return 1;\n", "wrong_answer"),
        ("#include <stdexcept>", "", 3, '    throw std::logic_error("x");\n', "runtime_error"),
        ("#include <cstdlib>", "", 3, "    std::abort();\n", "runtime_error"),
        ("", "", 4, "    try { assert(false); } catch (...) {}\n", "wrong_answer"),
    ],
)
def test_a_main_with_assertions(
    local: Verifier, before: str, arguments: str, want: int, end: str, outcome: str
) -> None:
    tests = MAIN.format(before, arguments, want, end)
    verdict = local.verify("cpp", GOOD, tests=tests, lint="off")
    assert verdict.outcome.value == outcome, verdict


def test_no_macro_of_a_solution_reaches_its_tests(local: Verifier) -> None:
    macros = "#define total(x) 4\n#define while if\n#undef M_PI\n#define INT_MAX 3\n"
    tests = MAIN.format("#include <climits>\n", "", 3, "    assert(INT_MAX > 3);\n")
    verdict = local.verify("cpp", GOOD + macros, tests=tests, lint="off")
    assert verdict.outcome is Outcome.PASSED, verdict


def test_raw_strings_and_places_survive_the_preprocessor(local: Verifier) -> None:
    raw = 'const char* maze = R"(\n#define X\n  # x\n# 1 "y"\n)";\nint wrong = "text";\n'
    tests = MAIN.format("", "", 3, "")
    kept = local.verify("cpp", GOOD + raw.replace('"text"', "1"), tests=tests, lint="off")
    broken = local.verify("cpp", GOOD + raw, tests=tests, lint="off")
    assert kept.outcome is Outcome.PASSED, kept
    assert [d.line for d in broken.diagnostics] == [GOOD.count("\n") + 6], broken


def test_headers_that_define_the_same_macros_are_all_included(local: Verifier) -> None:
    solution = (
        "#include <fstream>\n#include <iomanip>\n#include <iostream>\n#include <sstream>\n"
        "int twice(int x) {\n    std::ostringstream text;\n    text << std::setw(1) << 2 * x;\n"
        "    std::cout << text.str();\n    return std::ifstream().is_open() ? 0 : 2 * x;\n}\n"
    )
    tests = "#include <cassert>\nint main() { assert(twice(2) == 4); }\n"
    verdict = local.verify("cpp", solution, tests=tests, lint="off")
    assert verdict.outcome is Outcome.PASSED, verdict


def test_the_harness_asks_for_no_header_that_the_light_one_leaves_out() -> None:
    """Or every program would be compiled with all of <bits/stdc++.h>, four times as long."""
    folder = toolchains.get("cpp").folder
    heavy = tuple((folder / "tool" / "heavy.txt").read_text("utf-8").split())
    texts = [path.read_text("utf-8") for path in (folder / "harness").glob("*.cpp")]
    words = {word for text in texts for word in re.findall(r"[A-Za-z_]\w*", text)}
    assert texts and not [word for word in words if word.startswith(heavy)]
