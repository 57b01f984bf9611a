"""Stubs compile for every type in every language, and cases tell them from a right solution."""

from __future__ import annotations

import pytest

from codegen import language as languages
from codegen.records import Outcome, Parameter, Signature
from codegen.verify.stubs import stubs_of
from codegen.verify.verifier import Verifier

DEFAULTS = {
    "bool": False,
    "int": 0,
    "float": 0.0,
    "str": "",
    "list[int]": [],
    "list[list[str]]": [],
    "map[str, int]": [],
    "map[int, list[bool]]": [],
    "optional[int]": None,
    "optional[list[str]]": None,
    "tuple[int, str]": [0, ""],
    "tuple[bool, float, list[int]]": [False, 0.0, []],
    "tuple[optional[int], map[str, int], str, int]": [None, [], "", 0],
    "tuple[tuple[int, float], bool]": [[0, 0.0], False],
    "list[tuple[int, optional[float]]]": [],
}


def signature_of(kind: str) -> Signature:
    """A function that takes the type as well as it returns it."""
    return Signature("find_it", (Parameter("first", kind), Parameter("k", "int")), kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", DEFAULTS)
@pytest.mark.parametrize("name", languages.names())
def test_stubs_compile_and_do_as_they_are_named(local: Verifier, name: str, kind: str) -> None:
    wanted = signature_of(kind)
    stubs = dict(stubs_of(languages.get(name), wanted))
    cases = [{"arguments": [DEFAULTS[kind], 1], "expected": DEFAULTS[kind]}]
    verdicts = {
        stub: local.verify(name, code, cases=cases, signature=wanted, lint="off")
        for stub, code in stubs.items()
    }
    assert verdicts["default"].outcome is Outcome.PASSED, verdicts["default"]
    assert verdicts["failing"].outcome is Outcome.RUNTIME_ERROR, verdicts["failing"]
    assert "no answer" in verdicts["failing"].cases[0].message + verdicts["failing"].stderr


def test_a_stub_has_the_declaration_of_its_language() -> None:
    stubs = dict(stubs_of(languages.get("rust"), signature_of("tuple[int, str]")))
    assert "pub fn find_it(first: (i64, String), k: i64) -> (i64, String) {" in stubs["default"]
    assert "(0, String::new())" in stubs["default"]
    assert "panic!" in stubs["failing"] and "(0, String" not in stubs["failing"]
