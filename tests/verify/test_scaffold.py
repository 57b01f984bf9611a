"""Native tests are found and fitted to the solution without moving a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import language as languages
from codegen.errors import UsageError
from codegen.verify.scaffold import sources, unit
from codegen.verify.scaffold.python_meant import meant
from codegen.verify.scaffold.unit import Unit

SOLUTIONS = {
    "py": "def f(x):\n    return x\n",
    "rs": "pub fn f(x: i64) -> i64 {\n    x\n}\n\nfn main() {}\n",
    "go": "package main\n\nfunc f(x int) int { return x }\n\nfunc main() {}\n",
}


def made(alias: str, tests: str, entry: str = "") -> Unit:
    return unit(languages.get(alias), SOLUTIONS[alias], tests, entry, "nonce")


@pytest.mark.parametrize(
    ("alias", "tests", "form", "names"),
    [
        ("py", "assert f(1) == 1\n", "script", ["script"]),
        ("py", "import solution\nassert solution.f(1) == 1\n", "importing-script", ["script"]),
        ("py", "def test_a(): pass\ndef helper(): pass\n", "shared", ["test_a"]),
        ("py", "from solution import f\nasync def test_a(): pass\n", "imported", ["test_a"]),
        (
            "py",
            "if True:\n    import solution as s\n    def test_a(): pass\n",
            "imported",
            ["test_a"],
        ),
        ("py", "class TestA:\n    @x\n    def test_b(self): pass\n", "shared", ["TestA::test_b"]),
        (
            "py",
            "import unittest\nclass A(unittest.TestCase):\n    def test_b(self): pass\n",
            "shared",
            ["A::test_b"],
        ),
        ("py", "def check(c):\n    assert c(1)\ncheck(f)\n", "script", ["script"]),
        ("rs", "#[test]\nfn a() {}\n", "inline", ["a"]),
        ("rs", "fn main() { assert!(true); }\n", "inline", ["main"]),
        ("rs", "use solution::f;\n#[test]\nfn a() {}\n", "crate", ["a"]),
        ("rs", "use solution::{f};\n#[test]\nfn a() {}\n", "crate", ["a"]),
        ("rs", "use solution::*;\n#[test]\nfn a() {}\n", "crate", ["a"]),
        ("rs", "#[test]\nfn a() { solution::f(1); }\n", "crate", ["a"]),
        ("rs", "mod t { mod u { #[test] fn a() {} } #[test] fn b() {} }", "inline", None),
        ("go", "package x_test\nfunc TestF(t *testing.T) {}\n", "internal", ["TestF"]),
        (
            "go",
            'package p\nimport "a.b/c/solution"\nfunc TestF(t *testing.T) {}\n',
            "external",
            ["TestF"],
        ),
        (
            "go",
            "func TestF(t *testing.T) {}\nfunc Testing(x int) {}\nfunc TestX(b *testing.B) {}\n",
            "internal",
            ["TestF"],
        ),
    ],
)
def test_the_form_is_told_from_the_text(
    alias: str, tests: str, form: str, names: list[str] | None
) -> None:
    found = made(alias, tests)
    assert found.form == form
    assert list(found.tests) == (names or ["t::u::a", "t::b"])


@pytest.mark.parametrize(
    ("alias", "tests", "complaint"),
    [
        ("py", "import os\n'''only words'''\nX = 1\n", "no test in them"),
        ("py", "def check(candidate):\n    assert candidate(1)\n", "nothing calls it"),
        ("rs", "fn helper() {}\n", "no test in them"),
        ("go", "package solution\nfunc helper() {}\n", "no test in them"),
        ("go", "package s\nfunc TestMain(m *testing.M) {}\n", "TestMain of their own"),
    ],
)
def test_tests_without_a_test_are_refused(alias: str, tests: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        made(alias, tests)


def test_a_check_that_nobody_calls_is_called_where_the_function_is_known() -> None:
    found = made("py", "def check(candidate):\n    assert candidate(1)\n", "f")
    assert found.late["test_solution.py"].endswith(b"check(f)\n")


def test_names_of_the_tests_are_known_when_they_share_a_scope() -> None:
    found = made("py", "import math\nlimit, low = 3, 4\ndef check(c): pass\ncheck(limit)\n")
    assert {"math", "limit", "low", "check"} <= found.names


def test_rust_tests_become_callable() -> None:
    tests = (
        "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n"
        '    #[should_panic(expected = "no \\"way\\"")]\n    #[ignore = "slow"]\n'
        "    pub fn a() -> Result<(), String> { Ok(()) }\n}\n"
    )
    found = made("rs", tests)
    (room,) = {path.partition("/")[0] for path in found.late if "/" in path}
    rewritten = found.late[f"{room}/test_solution.rs"].decode()
    assert rewritten.count("\n") == tests.count("\n")
    assert "test]" not in rewritten
    assert "should_panic" not in rewritten
    assert "pub(crate) mod tests" in rewritten
    glue = found.late[f"{room}/unit.rs"].decode()
    assert 'should_panic: Some("no \\"way\\"")' in glue
    assert "ignored: true" in glue
    assert "crate::tests::a()" in glue


def test_a_main_of_the_solution_makes_way() -> None:
    rust = sources(languages.get("rs"), SOLUTIONS["rs"])
    assert b"fn codegen_main() {}" in rust["program.rs"]
    assert rust["solution.rs"] == SOLUTIONS["rs"].encode()
    go = sources(languages.get("go"), SOLUTIONS["go"])
    assert go["solution.go"].startswith(b"package solution\n")


def test_the_tests_come_late() -> None:
    for alias, tests in (("py", "assert 1\n"), ("rs", "use solution::f;\n#[test]\nfn a() {}\n")):
        language = languages.get(alias)
        found = made(alias, tests)
        assert language.tests in found.late
        assert language.tests not in found.files


@given(st.sampled_from(sorted(SOLUTIONS)), st.text(max_size=200))
def test_any_text_is_a_unit_or_refused(alias: str, tests: str) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in tests):
        return
    try:
        found = made(alias, tests)
    except UsageError:
        return
    assert found.tests


@pytest.mark.parametrize(
    ("solution", "tests", "entry", "expected"),
    [
        ("def f(x): ...", "assert f(1) == 2", "", ()),
        ("def range(*a): ...\ndef f(x): ...", "for x in range(3): assert f(x) == x", "", ()),
        ("def sum(a, b): ...", "assert sum(10, 15) == 6", "", ("sum",)),
        ("def sum(a): ...\ndef g(x): ...", "assert sum([1]) == g(1)", "sum", ("sum",)),
        ("def set(k, v): ...\ndef get(k): ...", "set(1, 2)\nassert get(1) == 2", "", ("set",)),
        ("def max(a): ...\ndef f(): ...", "import math\nassert max(1, 2) == f()", "", ()),
        ("max = min\n", "def test_it():\n    x = 3\n    assert max(x) == 3", "", ("max",)),
        ("def max(a): ...", "def test_it(:", "max", ()),
    ],
)
def test_python_namesakes_of_builtins(
    solution: str, tests: str, entry: str, expected: tuple[str, ...]
) -> None:
    assert meant(solution, tests, entry) == expected
