"""Whatever a model or a user writes, what reads it gives an answer or its one exception."""

from __future__ import annotations

import ast
import random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codegen import language as languages
from codegen.answer import AnswerError, extract_code
from codegen.errors import UsageError
from codegen.records import Severity
from codegen.syntax import parse
from codegen.verify.diagnostics import diagnostics
from codegen.verify.plan import plan
from codegen.verify.request import VerifyRequest, check, request_from_json
from codegen.verify.scaffold.python_claims import rewritten
from codegen.verify.scaffold.rust_claims import asked
from codegen.verify.scaffold.unit import edited

pytestmark = pytest.mark.slow
NAMES = languages.names()
PIECES = [
    *[
        "\n",
        "    ",
        "```",
        "`",
        "# a",
        "//",
        '"',
        "'",
        "\\",
        "\0",
        "\ud7ff",
        "é",
        "{",
        "}",
        "(",
        ")",
    ],
    *["[", "1", "f(1)", "==", ",", ";", "answer", "main", "test", "$1", "$name", "\r", "\t"],
    *["def test_f():\n", "    assert f(1) == 2\n", "class T(unittest.TestCase):\n", "assert "],
    *["import solution\n", "    self.assertEqual(f(1), 2)\n", "async ", "yield", "return"],
    *["(f(1)\n == 3)", "```python\n", "#[test]\n", "fn a() {", "assert_eq!(", "assert!("],
    *["mod tests {", "#[cfg(test)]", "vec![1]", 'r#"', "```rust\n"],
]
SAID = [
    *[b"solution.", b":1:2: ", b"error: ", b"warning: ", b"[-Wx]\n", b"{", b"}", b"[", b"]", b"\n"],
    *[b'"message":', b'"line":', b"99999999999999999999", b"null", b'"spans":', b"-1", b"1e99"],
]
loose = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=24).map("".join)
output = st.binary(max_size=200) | loose.map(lambda text: text.encode("utf-8", "replace"))
output |= st.lists(st.sampled_from(SAID), max_size=20).map(b"".join)


@pytest.mark.parametrize("name", NAMES)
@given(loose)
def test_an_answer_is_read_or_refused(name: str, text: str) -> None:
    try:
        found = extract_code(languages.get(name), text, prompt="", entry_point="f")
    except AnswerError:
        return
    assert found.strip()


@pytest.mark.parametrize("name", NAMES)
@given(solution=loose, tests=loose)
def test_native_tests_are_planned_or_refused(name: str, solution: str, tests: str) -> None:
    try:
        planned = plan(check(VerifyRequest(name, solution, tests, lint="off")), b"0" * 32)
    except UsageError:
        return
    assert planned.tests and len(set(planned.tests)) == len(planned.tests)


TOOLS = [
    (name, tool)
    for name in NAMES
    for form in (languages.get(name).call.form, *languages.get(name).unit.values())
    for tool in (*form.compile, *languages.get(name).lint.tools)
]
DISTINCT = {(name, tool.name, tool.parser): tool for name, tool in TOOLS}


@pytest.mark.parametrize("key", sorted(DISTINCT), ids="-".join)
@given(stdout=output, stderr=output)
def test_a_tool_may_say_anything(key: Any, stdout: bytes, stderr: bytes) -> None:
    for one in diagnostics(DISTINCT[key], stdout, stderr):
        assert one.line >= 0 and one.column >= 0 and isinstance(one.severity, Severity)
        (one.message + one.file + one.rule).encode()


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        "language",
        "solution",
        "tests",
        "cases",
        "signature",
        "comparator",
        "lint",
        "limits",
        "files",
        "reruns",
    ]
)


@given(st.dictionaries(fields | st.text(), plain | st.just("python"), max_size=5) | plain)
def test_a_request_is_taken_or_refused(value: Any) -> None:
    try:
        check(request_from_json(value))
    except UsageError:
        return


VALUES = st.sampled_from(
    ["2", "-3", "'x'", "[1, 'a']", "{1: 2}", "(1,)", "True", "1.5", "[]", "b'k'", "x", "None"]
)
SIDES = st.sampled_from(
    ["f(1)", "x.y[0]", "(lambda: 1)()", "f(\n        1\n    )", "a if b else c", "not a"]
)


@given(SIDES, VALUES, st.booleans(), st.sampled_from(["", ", 'why'", ", f(2)"]))
def test_rewritten_python_is_python_on_the_same_lines(
    side: str, value: str, turned: bool, message: str
) -> None:
    left, right = (value, f"({side})") if turned else (f"({side})", value)
    tests = f"def test_f():\n    x = 1\n    assert {left} == {right}{message}\n    last = 1\n"
    root = parse(languages.get("python"), tests.encode()).root_node
    made = rewritten(root, ("test_f",), "", str(random.random()))
    before, after = (ast.parse(text).body[0].body for text in (tests, made.tests))  # type: ignore[attr-defined]
    assert [node.lineno for node in before] == [node.lineno for node in after]
    for claim in made.claims:
        assert claim.certain and claim.test == "test_f"


@given(loose)
@example("vec![1]vec![1]")
def test_rewritten_rust_keeps_its_lines(text: str) -> None:
    source = f"#[test]\nfn a() {{\n    assert_eq!(f(1), {text});\n}}\n".encode("utf-8", "replace")
    root = parse(languages.get("rust"), source).root_node
    made = edited(source, asked(root, "nonce", "codec"))
    assert made.count(b"\n") == source.count(b"\n")
    # a macro takes any tokens; only what is made of expressions is Rust to begin with
    call = source.replace(b"assert_eq!", b"called")
    if not parse(languages.get("rust"), call).root_node.has_error:
        assert not parse(languages.get("rust"), made).root_node.has_error
