"""The teacher's problems as whole programs: their texts, and programs that read and print them."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.language import get, names
from codegen.model.builtin import answers, lines
from codegen.model.builtin.conversation import read_solution_prompt
from codegen.model.builtin.edits import variants
from codegen.model.builtin.knowledge import (
    all_families,
    draw_inputs,
    fitting,
    plays,
    printed,
    truth,
)
from codegen.prompt import solution_prompt
from codegen.records import Case, Outcome
from codegen.synthesis.problems import parse_problem
from codegen.verify.interface import judged
from codegen.verify.request import LintMode, VerifyRequest
from codegen.verify.verifier import Verifier

INT = st.integers(-(2**63), 2**63 - 1)
LINE = st.text(alphabet=st.characters(blacklist_characters="\n\r", blacklist_categories=["Cs"]))
VALUES = {
    "int": INT,
    "str": LINE,
    "optional[int]": st.none() | INT,
    "list[int]": st.lists(INT),
    "list[optional[int]]": st.lists(st.none() | INT),
    "tuple[int, int, int]": st.lists(INT, min_size=3, max_size=3),
    "list[str]": st.lists(LINE),
    "list[list[int]]": st.lists(st.lists(INT, max_size=3)),
    "list[tuple[int, int]]": st.lists(st.lists(INT, min_size=2, max_size=2)),
}
ROWS = st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3).flatmap(
    lambda kinds: st.tuples(st.just(kinds), st.tuples(*(VALUES[kind] for kind in kinds)))
)


@given(ROWS)
def test_what_is_written_as_lines_is_read_back(row: Any) -> None:
    kinds, values = row
    assert lines.read(lines.written(values, kinds), kinds) == list(values)


def test_a_text_with_a_line_break_is_no_line() -> None:
    with pytest.raises(ValueError, match="line break"):
        lines.written(["a\nb"], ["str"])


def problem_of(family: Any, seed: int = 1) -> Any:
    drawn, rng = family.draw(Random(seed)), Random(seed)
    text = answers.problem(family, drawn, rng, wrong_example=False, interface="program")
    return drawn, parse_problem(text, "program")


@pytest.mark.parametrize("language", names())
def test_many_families_are_played_as_programs_in_every_language(language: str) -> None:
    assert sum(plays(one, [language]) for one in all_families()) >= 25
    assert all(plays(one, [language]) for one in fitting("anything", [language], "program"))


@pytest.mark.parametrize("family", [f for f in all_families() if plays(f, ["python"])])
def test_a_statement_says_the_form_of_input_and_output_and_leads_back(family: Any) -> None:
    drawn, problem = problem_of(family)
    assert problem.interface == "program"
    grammar = problem.statement.split("### Input\n")[1]
    named = re.findall(r"^- `(\w+)`", grammar.split("### Output\n")[0], re.MULTILINE)
    assert named == [one.name for one in family.signature().parameters]
    for case in problem.examples:
        assert truth(problem, case.arguments) == case.expected
        assert printed(family, drawn, case.arguments[0]) == case.expected
    task = read_solution_prompt(solution_prompt(problem, get("python")).text)
    assert task is not None and task.family is family and task.parameters == drawn
    assert task.interface == "program"


async def wrong_in(verifier: Verifier, language: str, family: Any) -> list[str]:
    drawn, problem = problem_of(family)
    inputs = draw_inputs(family, drawn, 10, Random(2))
    texts = [lines.stdin_of(family.signature(), one) for one in inputs]
    cases = [
        Case(str(n), (text,), printed(family, drawn, text), "reference")
        for n, text in enumerate(texts)
    ]
    task = read_solution_prompt(solution_prompt(problem, get(language)).text)
    assert task is not None
    # what Error Prone says of the families' functions is no matter of reading and printing
    lint: LintMode = "off" if language == "java" else "strict"
    request = VerifyRequest(language, variants(task)[0].code, lint=lint)
    verdict = await judged(verifier, request, cases, problem.signature)
    return [] if verdict.passed else [f"{language} {family.name}: {verdict.message}"]


@pytest.mark.slow
@pytest.mark.parametrize("language", names())
async def test_every_program_is_right_and_clean(language: str) -> None:
    found = []
    with Verifier("local", slots=2) as verifier:
        for family in all_families():
            if family.speaks([language]) and plays(family, [language]):
                found += await wrong_in(verifier, language, family)
    assert found == []


async def test_a_mistake_of_a_program_is_one_and_is_seen() -> None:
    family = next(one for one in all_families() if one.name == "longest_run")
    _, problem = problem_of(family)
    task = read_solution_prompt(solution_prompt(problem, get("python")).text)
    assert task is not None
    seen: dict[str, list[Outcome]] = {}
    with Verifier("local", slots=2) as verifier:
        for variant in variants(task):
            request = VerifyRequest("python", variant.code, lint="strict")
            verdict = await judged(verifier, request, problem.examples, problem.signature)
            seen.setdefault(variant.kind, []).append(verdict.outcome)
    assert seen.pop("") == [Outcome.PASSED]
    # a boundary may need another input than the examples
    seen.pop("boundary", None)
    assert seen and all(one is not Outcome.PASSED for found in seen.values() for one in found)
