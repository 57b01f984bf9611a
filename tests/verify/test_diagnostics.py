"""What tools say, as diagnostics; and nothing that they could say breaks the parsers."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.records import Severity
from codegen.schema import DiagnosticParser, Tool
from codegen.verify.diagnostics import diagnostics

PARSERS = get_args(DiagnosticParser)


def tool(parser: DiagnosticParser, **more: tuple[str, ...]) -> Tool:
    return Tool(parser, (parser, "solution.x"), parser, **more)  # type: ignore[arg-type]


def test_ruff_rules_decide_the_severity() -> None:
    said = [
        {"code": None, "message": "Expected", "location": {"row": 1, "column": 2}},
        {"code": "F821", "message": "Undefined", "location": {"row": 3, "column": 4}},
        {"code": "F401", "message": "Unused", "filename": "/job/solution.py", "location": None},
        {"code": "E501", "message": "Long"},
    ]
    ruff = tool("ruff", errors=("invalid-syntax", "F82*"), ignored=("E501",))
    found = diagnostics(ruff, json.dumps(said).encode(), b"")
    assert [(one.rule, one.severity.value, one.line) for one in found] == [
        ("invalid-syntax", "error", 1),
        ("F821", "error", 3),
        ("F401", "warning", 0),
    ]
    assert found[2].file == "solution.py"


def test_rustc_joins_what_helps() -> None:
    said = {
        "message": "mismatched types",
        "code": {"code": "E0308"},
        "level": "error",
        "spans": [
            {"is_primary": False, "file_name": "solution.rs", "line_start": 1, "column_start": 1},
            {
                "is_primary": True,
                "file_name": "solution.rs",
                "line_start": 2,
                "column_start": 5,
                "label": "expected `i64`, found `&str`",
            },
        ],
        "children": [{"level": "help", "message": "try this"}],
    }
    summary = {"message": "aborting due to 1 previous error", "level": "error", "spans": []}
    lint = {**said, "code": {"code": "clippy::approx_constant"}}
    text = "\n".join(map(json.dumps, (said, summary, lint))).encode()
    first, second = diagnostics(tool("rustc"), b"", text)
    assert (first.rule, first.line, first.column) == ("E0308", 2, 5)
    assert first.message == "mismatched types; expected `i64`, found `&str`; try this"
    assert (first.severity, second.severity) == (Severity.ERROR, Severity.WARNING)


def test_go_places_and_a_word_of_the_linker() -> None:
    text = b'# solution\n./solution.go:3:8: "fmt" imported and not used\nsolution.go:9: other\n'
    found = diagnostics(tool("go-compiler"), text, b"")
    assert [(one.line, one.column, one.severity.value) for one in found] == [
        (3, 8, "error"),
        (9, 0, "error"),
    ]
    (word,) = diagnostics(tool("go-compiler"), b"", b"link: duplicated definition of symbol f")
    assert "duplicated" in word.message
    assert diagnostics(tool("go"), b"", b"nothing with a place") == ()


@pytest.mark.parametrize(
    "text",
    [
        b"--- a/solution.go.orig\n+++ b/solution.go\n@@ -3,2 +3,2 @@\n context\n-x:=1\n+x := 1\n",
        b"Diff in /job/solution.rs:3:\n context\n-x:=1\n+x := 1\n",
    ],
)
def test_a_difference_of_form_has_its_line(text: bytes) -> None:
    (found,) = diagnostics(tool("diff"), text, b"")
    assert (found.rule, found.line, found.file) == ("format", 4, "solution.x")
    assert "+x := 1" in found.message


def test_findings_are_bounded_and_each_is_there_once() -> None:
    same = [{"message": "a", "line": 1}] * 3 + [{"message": str(i)} for i in range(500)]
    found = diagnostics(tool("python"), json.dumps(same).encode(), b"")
    assert len(found) == 100
    assert found[0].message == "a"
    assert found[1].message == "0"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                [
                    "errors",
                    "location",
                    "code",
                    "message",
                    "spans",
                    "level",
                    "children",
                    "line",
                    "rule",
                ]
            ),
            inner,
        )
    ),
)


@given(st.sampled_from(PARSERS), st.binary(max_size=300), st.binary(max_size=300))
def test_no_bytes_break_a_parser(parser: DiagnosticParser, stdout: bytes, stderr: bytes) -> None:
    diagnostics(tool(parser), stdout, stderr)


@given(st.sampled_from(PARSERS), values)
def test_no_json_breaks_a_parser(parser: DiagnosticParser, value: object) -> None:
    text = json.dumps(value).encode()
    for one in diagnostics(tool(parser), text, text):
        assert one.line >= 0
        one.message.encode()
