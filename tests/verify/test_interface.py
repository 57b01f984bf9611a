"""A problem's cases are judged alike whether its solutions are called or run."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import language as languages
from codegen.records import PROGRAM, Case, Comparator, Outcome, Parameter, Signature, Verdict
from codegen.verify.interface import judged, same_answer
from codegen.verify.mutants import mutants_of
from codegen.verify.perturb import perturbed
from codegen.verify.request import VerifyRequest
from codegen.verify.strength import StrengthSettings, Subject, judge_with, measure
from codegen.verify.stubs import stubs_of
from codegen.verify.verifier import Verifier

LARGEST = """import sys


def main() -> None:
    best = 0
    for word in sys.stdin.read().split():
        best = max(best, int(word))
    print(best)


main()
"""
ADULTS = """import sys


def main() -> None:
    found = 0
    for word in sys.stdin.read().split():
        if int(word) >= 18:
            found += 1
    print(found)


main()
"""
WEAK = [("0\n", "0"), ("100\n", "1")]
STRONG = [*WEAK, ("17 18 19 3\n", "2"), ("17\n", "0"), ("18 18 17 18\n", "3")]
GOOD = [("3 1 2\n", "3"), ("\n", "0"), ("-4 -9\n", "0\n"), ("7\n", "7"), ("1 5 9 5\n", "9")]


def known(*pairs: tuple[str, str]) -> tuple[Case, ...]:
    return tuple(Case(str(n), (i,), o, "specification") for n, (i, o) in enumerate(pairs))


async def verdict_on(verifier: Verifier, code: str, cases: tuple[Case, ...]) -> Verdict:
    return await judged(verifier, VerifyRequest("py", code, lint="off"), cases, PROGRAM)


async def test_a_program_is_run_on_each_input_and_its_results_are_those_of_the_cases(
    verifier: Verifier,
) -> None:
    cases = (*known(*GOOD), Case("asked", ("8 2\n",)))
    verdict = await verdict_on(verifier, LARGEST, cases)
    assert verdict.oracle == "io"
    assert [one.outcome for one in verdict.cases] == [Outcome.PASSED] * 5 + [Outcome.SKIPPED]
    last = verdict.cases[-1]
    assert (last.name, last.arguments, last.answered) == ("asked", ("8 2\n",), True)
    assert last.got == "8\n"


async def test_a_function_is_still_called(local: Verifier) -> None:
    double = Signature("double", (Parameter("n", "int"),), "int")
    code = "def double(n: int) -> int:\n    return 2 * n\n"
    request = VerifyRequest("py", code, lint="off")
    verdict = await judged(local, request, (Case("a", (4,), 8, "specification"),), double)
    assert verdict.passed and verdict.oracle == "call"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("import os\nos.write(1, b'\\xff\\n')\n", Outcome.WRONG_ANSWER),
        ("print('x' * 70_000)\n", Outcome.OUTPUT_LIMIT),
    ],
)
async def test_what_no_expected_value_can_be_made_of_is_no_answer(
    local: Verifier, code: str, outcome: Outcome
) -> None:
    verdict = await verdict_on(local, code, (Case("a", ("",)),))
    assert (verdict.outcome, verdict.cases[0].outcome) == (outcome, outcome)
    assert not verdict.cases[0].answered and verdict.cases[0].message


TEXTS = st.text(alphabet="ab 01\n\t", max_size=12)


@given(TEXTS, st.text(alphabet=" \t\n", max_size=4), st.sampled_from(Comparator))
def test_white_space_at_the_end_is_no_difference_between_two_programs(
    text: str, end: str, comparator: Comparator
) -> None:
    assert same_answer(text, text + end, PROGRAM, comparator)
    assert same_answer(text + end, text, PROGRAM, comparator)
    assert not same_answer(text, text + "x", PROGRAM, Comparator.EXACT)


@given(st.lists(TEXTS, min_size=1, max_size=4, unique=True), st.integers(0, 99))
def test_inputs_nearby_are_new_texts_and_the_same_every_time(texts: list[str], seed: int) -> None:
    cases = [Case(str(n), (text,)) for n, text in enumerate(texts)]
    near = perturbed(cases, PROGRAM, count=8, seed=seed)
    found = [case.arguments[0] for case in near]
    assert len({*found, *texts}) == len(found) + len(texts)
    assert near == perturbed(cases, PROGRAM, count=8, seed=seed)


def test_inputs_nearby_mostly_keep_the_form_of_the_input() -> None:
    cases = [Case("a", ("3\n10 20 30\n",)), Case("b", ("2\n5 -1\n",))]
    near = [case.arguments[0] for case in perturbed(cases, PROGRAM, count=40)]
    numbers = [text for text in near if all(w.lstrip("-").isdigit() for w in text.split())]
    assert len(numbers) == len(near)
    assert all(text.endswith("\n") for text in near)


async def test_strength_tells_good_inputs_of_a_program_from_weak_ones(local: Verifier) -> None:
    subject = Subject(languages.get("py"), ADULTS, PROGRAM)
    judge = judge_with(local, PROGRAM, Comparator.EXACT)

    async def measured(*pairs: tuple[str, str]) -> Any:
        cases = known(*pairs)
        extra = perturbed(cases, PROGRAM, count=48)
        return await measure(judge, subject, cases, extra=extra, settings=StrengthSettings())

    strong, weak = await measured(*STRONG), await measured(*WEAK)
    assert strong.met and strong.stubs_failed == ("silent", "broken")
    assert {one.operator for one in weak.survivors} >= {"boundary", "integer"}
    assert strong.score > weak.score and not weak.met


@pytest.mark.slow
@pytest.mark.parametrize("name", languages.names())
async def test_the_stubs_of_programs_run_and_solve_nothing(local: Verifier, name: str) -> None:
    found = {}
    for stub, code in stubs_of(languages.get(name), PROGRAM):
        request = VerifyRequest(name, code, lint="off")
        verdict = await judged(local, request, known(("1\n", "1")), PROGRAM)
        found[stub] = verdict.outcome
    assert found == {"silent": Outcome.WRONG_ANSWER, "broken": Outcome.RUNTIME_ERROR}


def test_no_mutant_of_a_program_returns_a_text_from_its_main() -> None:
    code = "int main() {\n    int n = 0;\n    return n;\n}\n"
    made = mutants_of(languages.get("cpp"), code, signature=PROGRAM, limit=20)
    assert made and all(mutant.operator != "returned" for mutant, _ in made)


RUST = 'fn main() {\n    println!("1");\n}\n'
GO = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println(1)\n}\n'
UNUSED = {
    "rust": RUST + "\nfn helper() -> i64 {\n    1\n}\n",
    "go": GO + "\nfunc helper() int {\n\treturn 1\n}\n",
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "code"), [("rust", RUST), ("go", GO)])
async def test_a_program_is_linted_as_one(verifier: Verifier, name: str, code: str) -> None:
    async def linted(text: str) -> Verdict:
        request = VerifyRequest(name, text, lint="strict")
        return await judged(verifier, request, known(("", "1")), PROGRAM)

    assert (await linted(code)).passed
    found = await linted(UNUSED[name])
    # staticcheck, which finds it in Go, is no part of every local toolchain
    if name == "rust" or not found.environment.startswith("local:"):
        assert found.outcome is Outcome.LINT_ERROR and "helper" in found.message
