"""Whether the examples in a program's documentation are right: read as text, never executed.

The teacher shows small values only, which are read here without the product's own reader.
"""

from __future__ import annotations

import ast
import doctest
import json
import re
from collections.abc import Callable, Iterator, Mapping

from benchmarks.quality.known import Known
from codegen.records import Json

_ASSERTED = re.compile(r"^\s*/// assert_eq!\((.*)\);$", re.MULTILINE)
_CALL = re.compile(r"\w+\((.*)\), (.*)")
_RUST = (
    (re.compile(r'String::from\(("(?:[^"\\]|\\.)*")\)'), r"\1"),
    (re.compile(r"Vec::<\w+>::new\(\)"), "[]"),
    (re.compile(r"vec!\["), "["),
    (re.compile(r"\bi64::MIN\b"), str(-(1 << 63))),
    (re.compile(r"\\u\{(\w{4})\}"), r"\\u\1"),
    (re.compile(r"\\x(\w\w)"), r"\\u00\1"),
)
Example = tuple[list[Json], Json]
"""Arguments and what is said to come of them."""


def wrong_examples(one: Known, language: str, code: str) -> Iterator[bool]:
    """Yield for each example in a program's documentation whether it is wrong."""
    for arguments, expected in _READERS.get(language, _none)(code):
        yield not one.same(one.truth(arguments), expected)


def _none(_: str) -> Iterator[Example]:
    return iter(())


def _python(code: str) -> Iterator[Example]:
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return  # refused before its examples were looked at
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.FunctionDef):
            continue
        for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or ""):
            call = ast.parse(example.source.strip(), mode="eval").body
            assert isinstance(call, ast.Call)
            arguments: list[Json] = [ast.literal_eval(argument) for argument in call.args]
            yield arguments, ast.literal_eval(example.want)


def _rust(code: str) -> Iterator[Example]:
    for said in _ASSERTED.findall(code):
        # once strings are plain, no other bracket of this kind is left
        match = _CALL.fullmatch(_plain(said))
        assert match is not None, said
        yield json.loads(f"[{match[1]}]"), json.loads(match[2])


def _plain(text: str) -> str:
    """Return Rust's literals as those of JSON."""
    for pattern, plain in _RUST:
        text = pattern.sub(plain, text)
    return text


_READERS: Mapping[str, Callable[[str], Iterator[Example]]] = {"python": _python, "rust": _rust}
