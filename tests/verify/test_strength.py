"""Strength: weak cases leave survivors, good ones kill, and what is presumed is said."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import language as languages
from codegen.errors import InfrastructureError, UsageError
from codegen.records import (
    Case,
    Comparator,
    Limits,
    Outcome,
    Parameter,
    Signature,
    Stage,
    Strength,
    Verdict,
    canonical,
    from_json,
    to_json,
)
from codegen.types import mismatch, parse
from codegen.verify.perturb import perturbed
from codegen.verify.strength import Judge, StrengthSettings, Subject, judge_with, measure
from codegen.verify.verifier import Verifier
from tests.verify.right_programs import right_program

ADULTS = Signature("count_adults", (Parameter("ages", "list[int]"),), "int")
PYTHON = Subject(
    languages.get("python"),
    """def count_adults(ages: list[int]) -> int:
    found = 0
    for age in ages:
        if age >= 18:
            found += 1
    return found
""",
    ADULTS,
)
WEAK = (([0], 0), ([100], 1))
GOOD = (*WEAK, ([17, 18, 19, 3], 2), ([17], 0), ([18], 1), ([18, 18, 17, 18], 3))
SETTINGS = StrengthSettings()
# a loop that goes one step too far changes nothing: the sum of nothing is zero
NO_DIFFERENCE = """def count_adults(ages: list[int]) -> int:
    total = 0
    for start in range(0, len(ages) + 1):
        total += sum(1 for age in ages[start : start + 1] if age >= 18)
    return total
"""


def cases_of(pairs) -> tuple[Case, ...]:
    return tuple(
        Case(f"case-{n}", (ages,), count, "specification") for n, (ages, count) in enumerate(pairs)
    )


def judge_of(local: Verifier, signature: Signature = ADULTS, comparator: str = "exact") -> Judge:
    return judge_with(local, signature, Comparator(comparator))


def counting(judge: Judge) -> tuple[Judge, Counter[str]]:
    """A judge that counts what it is asked for."""
    asked: Counter[str] = Counter()

    async def counted(
        language, code, cases, *, limits: Limits, reruns: int, hasty: bool = False
    ) -> Verdict:
        asked[code] += 1
        return await judge(language, code, cases, limits=limits, reruns=reruns, hasty=hasty)

    return counted, asked


def measured(judge: Judge, subject: Subject, cases, **more) -> Strength:
    return asyncio.run(
        measure(judge, subject, cases, settings=more.pop("settings", SETTINGS), **more)
    )


def test_good_cases_kill_and_weak_ones_leave_survivors(local: Verifier) -> None:
    weak = measured(judge_of(local), PYTHON, cases_of(WEAK))
    good = measured(judge_of(local), PYTHON, cases_of(GOOD))
    assert good.met and good.survivors == () and good.score == 1.0 and good.deterministic
    assert good.stubs_failed == ("default", "failing") and good.stubs_passed == ()
    assert not weak.met and weak.score < SETTINGS.threshold
    assert "if age > 18:" in {one.after for one in weak.survivors}
    assert all(one.line >= 2 for one in weak.survivors)
    assert weak.made == good.made == weak.killed + weak.invalid + len(weak.survivors)


def test_more_cases_are_tried_on_the_survivors_alone(local: Verifier) -> None:
    weak = measured(judge_of(local), PYTHON, cases_of(WEAK))
    judge, asked = counting(judge_of(local))
    better = measured(judge, PYTHON, cases_of(GOOD), earlier=weak)
    assert better.met and better.survivors == () and better.rounds == 1
    assert better.killed == weak.killed + len(weak.survivors)
    assert (better.made, better.invalid) == (weak.made, weak.invalid)
    assert sum(asked.values()) == 1 + len(weak.survivors)
    assert measured(judge_of(local), PYTHON, cases_of(GOOD[2:]), earlier=better).rounds == 2


def test_a_stub_that_passes_is_named_and_tried_again(local: Verifier) -> None:
    only_zero = measured(judge_of(local), PYTHON, cases_of([([0], 0), ([17], 0)]))
    assert only_zero.stubs_passed == ("default",) and only_zero.stubs_failed == ("failing",)
    assert not replace(only_zero, killed=100, survivors=()).met
    better = measured(judge_of(local), PYTHON, cases_of(GOOD), earlier=only_zero)
    assert better.stubs_failed == ("default", "failing") and better.stubs_passed == ()


def test_a_mutant_that_agrees_on_many_inputs_is_presumed_equivalent(local: Verifier) -> None:
    subject = replace(PYTHON, code=NO_DIFFERENCE)
    cases = cases_of(GOOD)
    extra = perturbed(cases, ADULTS, count=60)
    plain = measured(judge_of(local), subject, cases)
    found = measured(judge_of(local), subject, cases, extra=extra)
    longer = "for start in range(0, len(ages) + 2):"
    assert longer in {one.after for one in plain.survivors}
    assert longer in {one.mutant.after for one in found.equivalent}
    assert all(SETTINGS.agreeing <= one.inputs <= len(extra) for one in found.equivalent)
    assert {one.mutant for one in found.equivalent} <= set(plain.survivors)
    assert found.score > found.strict_score == plain.score == plain.strict_score


def test_few_inputs_are_no_evidence(local: Verifier) -> None:
    subject, cases = replace(PYTHON, code=NO_DIFFERENCE), cases_of(GOOD)
    extra = perturbed(cases, ADULTS, count=SETTINGS.agreeing - 1)
    found = measured(judge_of(local), subject, cases, extra=extra)
    assert found.equivalent == () and found.survivors


def test_inputs_on_which_the_solution_fails_are_no_evidence(local: Verifier) -> None:
    code = NO_DIFFERENCE.replace("    total = 0\n", "    total = 0\n    ages[100]\n    ages = []\n")
    cases = (Case("long", ([1] * 101,), 0, "reference"),)
    short = tuple(Case(f"short-{n}", ([1] * n,)) for n in range(60))
    found = measured(judge_of(local), replace(PYTHON, code=code), cases, extra=short)
    assert found.equivalent == () and found.survivors


def test_a_mutant_that_differs_on_other_inputs_survives(local: Verifier) -> None:
    extra = perturbed(cases_of(GOOD), ADULTS, count=60)
    found = measured(judge_of(local), PYTHON, cases_of(WEAK), extra=extra)
    assert found.equivalent == ()
    assert "if age > 18:" in {one.after for one in found.survivors}


def test_an_endless_mutant_is_killed_soon(local: Verifier) -> None:
    code = """def count_adults(ages: list[int]) -> int:
    found = 0
    at = 0
    while at < len(ages):
        if ages[at] >= 18:
            found += 1
        at += 1
    return found
"""
    seen: list[tuple[Verdict, Limits]] = []
    judge = judge_of(local)

    async def noted(
        language, code, cases, *, limits: Limits, reruns: int, hasty: bool = False
    ) -> Verdict:
        verdict = await judge(language, code, cases, limits=limits, reruns=reruns, hasty=hasty)
        seen.append((verdict, limits))
        return verdict

    found = measured(noted, replace(PYTHON, code=code), cases_of(GOOD))
    assert found.met
    endless = [limits for verdict, limits in seen if verdict.outcome is Outcome.TIME_LIMIT]
    assert endless and all(limits.cpu_s < Limits().cpu_s for limits in endless)


def test_a_solution_that_answers_differently_each_time_is_not_deterministic(
    local: Verifier,
) -> None:
    code = """import os


def count_adults(ages: list[int]) -> int:
    return sum(age >= 18 for age in ages) + (os.urandom(1)[0] % 2)
"""
    settings = StrengthSettings(reruns=12)
    anything = (Case("any", ([18],), 1, "consensus"),)

    async def lenient(
        language, code, cases, *, limits: Limits, reruns: int, hasty: bool = False
    ) -> Verdict:
        asked = tuple(replace(case, known_from="", expected=None) for case in cases)
        return await judge_of(local)(
            language, code, asked, limits=limits, reruns=reruns, hasty=hasty
        )

    found = measured(lenient, replace(PYTHON, code=code), anything, settings=settings)
    assert found.made == 0 and not found.deterministic and not found.met and found.reruns == 12


def test_nothing_is_measured_on_a_solution_that_does_not_pass(local: Verifier) -> None:
    judge, asked = counting(judge_of(local))
    found = measured(judge, PYTHON, cases_of([([1], 5)]))
    assert not found.deterministic and not found.met and found.made == 0
    assert asked == {PYTHON.code: 1}


def test_a_failure_of_ours_is_no_kill() -> None:
    async def failing(*_, **__) -> Verdict:
        return Verdict(Outcome.INFRASTRUCTURE_ERROR, Stage.RUN, message="the daemon is gone")

    with pytest.raises(InfrastructureError, match="the daemon is gone"):
        measured(failing, PYTHON, cases_of(GOOD))


def test_what_cannot_be_measured_is_refused(local: Verifier) -> None:
    with pytest.raises(UsageError, match="expected values are known"):
        measured(judge_of(local), PYTHON, (Case("a", ([1],)),))


def test_the_record_comes_back_from_json(local: Verifier) -> None:
    extra = perturbed(cases_of(GOOD), ADULTS, count=60)
    subject = replace(PYTHON, code=NO_DIFFERENCE)
    found = measured(judge_of(local), subject, cases_of(WEAK), extra=extra)
    assert found.survivors and found.equivalent
    assert from_json(Strength, to_json(found)) == found


def measured_program(local: Verifier, name: str, cases: int, mutants: int = 8) -> Strength:
    program = right_program("longest_run", name)
    subject = Subject(program.language, program.code, program.signature)
    judge = judge_of(local, program.signature, program.comparator)
    settings = StrengthSettings(mutants=mutants, reruns=1, threshold=0.75)
    extra = perturbed(program.cases, program.signature, count=40)
    shortest = sorted(program.cases, key=lambda case: len(canonical(case.arguments)))
    return measured(judge, subject, tuple(shortest[:cases]), extra=extra, settings=settings)


@pytest.mark.slow
@pytest.mark.parametrize("name", languages.names())
def test_cases_bite_in_every_language(local: Verifier, name: str) -> None:
    good = measured_program(local, name, 100)
    assert good.met and good.made == 8 and good.language == name, good
    assert measured_program(local, name, 1).strict_score < good.strict_score


@pytest.mark.slow
@pytest.mark.parametrize("name", ["python", "go"])
def test_a_measurement_comes_out_the_same_again(local: Verifier, name: str) -> None:
    assert measured_program(local, name, 3, 5) == measured_program(local, name, 3, 5)


KINDS = st.sampled_from(
    [
        ("bool", True),
        ("int", -(1 << 63)),
        ("float", "NaN"),
        ("float", 2),
        ("str", ""),
        ("list[int]", [1, 2]),
        ("map[str, int]", [["a", 1], ["b", 2]]),
        ("tuple[int, str]", [1, "a"]),
        ("optional[list[str]]", ["x"]),
        ("optional[int]", None),
        ("list[tuple[str, optional[float]]]", [["a", None], ["b", 1.5]]),
    ]
)


@given(st.lists(KINDS, min_size=1, max_size=4), st.integers(0, 50), st.integers())
def test_inputs_nearby_fit_the_signature_and_are_new(kinds, count: int, seed: int) -> None:
    parameters = tuple(Parameter(f"p{n}", kind) for n, (kind, _) in enumerate(kinds))
    signature = Signature("f", parameters, "int")
    known = (Case("known", tuple(value for _, value in kinds), 1, "specification"),)
    before = canonical(known[0].arguments)
    found = perturbed(known, signature, count=count, seed=seed)
    assert found == perturbed(known, signature, count=count, seed=seed)
    assert canonical(known[0].arguments) == before
    assert len({canonical(one.arguments) for one in found} | {before}) == len(found) + 1
    assert len(found) <= count
    for case in found:
        assert case.known_from == "" and case.expected is None
        for value, (kind, _) in zip(case.arguments, kinds, strict=True):
            assert mismatch(value, parse(kind)) == ""


def test_inputs_nearby_are_many() -> None:
    assert len(perturbed(cases_of(GOOD), ADULTS, count=100)) == 100
