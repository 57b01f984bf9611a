"""Go: the solution is a package; the tests are in it or, if they import it, in one of their own.

Any package clause is rewritten, so that a program that calls itself `main` or `x_test` is accepted.

Not here: examples, benchmarks, fuzz targets and `TestMain`; the first three are not tests of a
solution, the last is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.syntax import parse, text, walk
from codegen.verify.scaffold.go_names import refused
from codegen.verify.scaffold.unit import Edit, Unit, edited, seal

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

_MAIN = """package main

import (
\ttarget {path}

\t"codegen/unit"
)

func main() {{
\tunit.Main(unit.Seal{{{end}}}, []unit.Test{{
{tests}
\t}})
}}
"""
_TEST = re.compile(r"Test(?![a-z])\w*")


def sources(language: Language, solution: str) -> Mapping[str, bytes]:
    """Return the solution as a file of the package `solution`."""
    return {language.source: _in_package(language, solution.encode(), b"solution", add=False)}


def unit(language: Language, solution: str, tests: str, entry: str, nonce: str) -> Unit:  # noqa: ARG001 - the scaffolds' common form
    """Return the program of a solution and its tests."""
    source = tests.encode()
    root = parse(language, source).root_node
    names = tuple(dict.fromkeys(_tests(root)))
    if not names:
        raise UsageError("tests: no test in them (a function TestName(t *testing.T))")
    path = _imported(root)
    package = "solution" if path is None else "solution_test"
    calls = "\n".join(_call(nonce, name) for name in names)
    main = _MAIN.format(path=json.dumps(package), tests=calls, end=_literal(nonce, "", "end"))
    return Unit(
        form="internal" if path is None else "external",
        tests=names,
        files=sources(language, solution),
        late={
            language.tests: _in_package(language, source, package.encode(), add=True),
            "unit_main.go": main.encode(),
        },
        sealed=True,
        marks={"import": "" if path in (None, "solution") else str(path)},
        refused=refused(parse(language, solution.encode()).root_node, root, internal=path is None),
    )


def _call(nonce: str, name: str) -> str:
    passed, skipped = (_literal(nonce, name, outcome) for outcome in ("passed", "skipped"))
    seals = f"Passed: unit.Seal{{{passed}}}, Skipped: unit.Seal{{{skipped}}}"
    return f'\t\t{{Name: "{name}", Run: target.{name}, {seals}}},'


def _literal(nonce: str, name: str, outcome: str) -> str:
    return ", ".join(map(str, seal(nonce, name, outcome)))


def _in_package(language: Language, source: bytes, package: bytes, *, add: bool) -> bytes:
    root = parse(language, source).root_node
    for clause in root.children:
        if clause.type == "package_clause":
            (name,) = (node for node in clause.named_children if node.type == "package_identifier")
            return edited(source, [Edit(name.start_byte, name.end_byte, package)])
    return b"package " + package + b"; " + source if add else source


def _tests(root: tree_sitter.Node) -> Iterator[str]:
    for node in root.children:
        if node.type != "function_declaration":
            continue
        name = node.child_by_field_name("name")
        parameters = node.child_by_field_name("parameters")
        if name is None or parameters is None or not _TEST.fullmatch(text(name)):
            continue
        taken = "".join(text(parameters).split())
        if text(name) == "TestMain" and taken.endswith("*testing.M)"):
            raise UsageError("tests: a TestMain of their own is not supported; take it out")
        if taken.endswith("*testing.T)"):
            yield text(name)


def _imported(root: tree_sitter.Node) -> str | None:
    for node in walk(root):
        if node.type == "import_spec":
            path = node.child_by_field_name("path")
            found = "" if path is None else text(path).strip('"`')
            if found.split("/")[-1] == "solution":
                return found
    return None
