"""The teacher's programs under real toolchains: right ones are right, wrong ones are wrong.

A language takes part as soon as its folder lets the teacher speak it; how its toolchain runs and
checks a batch of programs stands in `tests/model/toolchains`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.model.toolchains import cpp, go, java, node, python, rust
from tests.model.toolchains.base import Program, outcome, programs

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Toolchain:
    """`silent` are the kinds of static mistakes that its own tools do not look for.

    `draws` is how many problems of a family are linted: each costs C++ a compilation.
    """

    tools: tuple[str, ...]
    run: Callable[[list[Program], Path], list[list[str]]]
    lint: Callable[..., dict[str, str]]
    silent: tuple[str, ...] = ()
    draws: int = 4


TOOLCHAINS = {
    "python": Toolchain(python.TOOLS, python.run, python.lint),
    "rust": Toolchain(rust.TOOLS, rust.run, rust.lint),
    "go": Toolchain(go.TOOLS, go.run, go.lint),
    "javascript": Toolchain(("node", "eslint"), node.run, node.lint, silent=("wrong_type",)),
    "typescript": Toolchain(("node", "tsc"), node.run_typescript, node.lint_typescript),
    "java": Toolchain(("javac", "java"), java.run, java.lint, silent=("unused",)),
    "cpp": Toolchain(cpp.TOOLS, cpp.run, cpp.lint, draws=2),
}


@pytest.fixture(params=TOOLCHAINS)
def language(request: pytest.FixtureRequest) -> str:
    for tool in TOOLCHAINS[request.param].tools:
        if node.tool(tool) is None:
            pytest.skip(f"{tool} is not on this machine")
    return str(request.param)


def test_right_programs_agree_with_the_truth(language: str, tmp_path: Path) -> None:
    found = [p for p in programs(language, range(3)) if not p.variant.kind]
    outputs = TOOLCHAINS[language].run(found, tmp_path)
    wrong = [p.label for p, out in zip(found, outputs, strict=True) if outcome(p, out) != "right"]
    assert wrong == []


def test_behavioural_mistakes_are_truly_wrong(language: str, tmp_path: Path) -> None:
    kinds = {"boundary": {"wrong", "crash"}, "crash": {"crash"}, "endless_loop": {"endless"}}
    found = [p for p in programs(language, range(1)) if p.variant.kind in kinds]
    endless = [p for p in found if p.variant.kind == "endless_loop"]
    found = [p for p in found if p not in endless] + endless[:: max(1, len(endless) // 8)]
    outputs = TOOLCHAINS[language].run(found, tmp_path)
    judged = [(p, outcome(p, out)) for p, out in zip(found, outputs, strict=True)]
    harmless = [f"{p.label}: {got}" for p, got in judged if got not in kinds[p.variant.kind]]
    assert harmless == []
    assert {p.family.name for p, _ in judged if p.variant.kind == "boundary"} == {
        p.family.name for p in found
    }


def test_right_programs_have_no_findings(language: str, tmp_path: Path) -> None:
    draws = range(TOOLCHAINS[language].draws)
    found = [p for p in programs(language, draws) if not p.variant.kind]
    codes = [p.variant.code for p in found]
    assert TOOLCHAINS[language].lint(codes, tmp_path, style=True) == {}


def test_static_mistakes_are_found_by_the_tools(language: str, tmp_path: Path) -> None:
    kinds = {"syntax", "undefined", "unused", "wrong_type"} - {*TOOLCHAINS[language].silent}
    found = [p for p in programs(language, range(1)) if p.variant.kind in kinds]
    found = found[:: max(1, len(found) // 40)]
    clean = []
    for index, program in enumerate(found):
        folder = tmp_path / str(index)
        folder.mkdir()
        if not TOOLCHAINS[language].lint([program.variant.code], folder, style=False):
            clean.append(program.label)
    assert clean == []
