"""Repairs depend on the feedback: enough of it and they succeed, else nothing changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random

import pytest

from codegen import prompt as prompts
from codegen.answer import extract_code
from codegen.language import get, names
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.model.builtin.conversation import read_solution_prompt
from codegen.model.builtin.edits import Variant, variants
from codegen.model.builtin.knowledge import all_families
from codegen.model.contract import Message, Request, Sampling
from codegen.records import (
    CaseResult,
    Diagnostic,
    Outcome,
    Problem,
    Severity,
    Stage,
    Verdict,
)

LANGUAGES = names()
SURE = BuiltinTeacher(mistakes=Mistakes(repair_failure=0.0))
CASE = CaseResult("c1", Outcome.WRONG_ANSWER, ([1, 2],), expected=3, got=4)
CRASHED = CaseResult("c1", Outcome.RUNTIME_ERROR, ([1, 2],), message="index out of range")
NOTHING = Verdict(Outcome.WRONG_ANSWER, Stage.RUN)


def problem_of(name: str) -> Problem:
    family = next(f for f in all_families() if f.name == name)
    parameters = family.draw(Random(1))
    statement = family.text("statement", parameters)
    return Problem("p", family.text("title", parameters), statement, family.signature(), ())


def asked(name: str, language: str) -> str:
    return prompts.solution_prompt(problem_of(name), get(language)).text


def variants_of(name: str, language: str) -> tuple[Variant, ...]:
    task = read_solution_prompt(asked(name, language))
    assert task is not None
    return variants(task)


def answer_to(
    name: str,
    language: str,
    code: str,
    verdict: Verdict,
    teacher: BuiltinTeacher = SURE,
    seed: int = 0,
) -> str:
    """Give a program back with a verdict, and return the code of the repair."""
    report = prompts.repair_prompt(verdict, code, known_from={"c1": "consensus"}).text
    return answer_to_report(name, language, code, report, teacher, seed)


def answer_to_report(
    name: str,
    language: str,
    code: str,
    report: str,
    teacher: BuiltinTeacher = SURE,
    seed: int = 0,
) -> str:
    """Give a program back with a report, and return the text of the answer."""
    fence = get(language).fence
    messages = (
        Message("user", asked(name, language)),
        Message(
            "assistant",
            f"Here it is.\n\n```{fence}\n{code.rstrip()}\n```" if code else "An outline.",
        ),
        Message("user", report),
    )
    (reply,) = asyncio.run(teacher.complete(Request("repair", messages, Sampling(seed=seed))))
    return reply.text


def diagnosed(line: int, message: str, stage: Stage = Stage.COMPILE) -> Verdict:
    found = Diagnostic("tool", "rule", Severity.ERROR, message, "solution", line, 1)
    return Verdict(Outcome.COMPILE_ERROR, stage, diagnostics=(found,))


def enough(variant: Variant) -> list[Verdict]:
    """Return verdicts that each say enough to mend a variant."""
    ran = Verdict(Outcome.WRONG_ANSWER, Stage.RUN, cases=(CASE,))
    crashed = Verdict(Outcome.RUNTIME_ERROR, Stage.RUN, cases=(CRASHED,))
    pointed = [diagnosed(variant.lines[1], "mismatch")] if variant.lines else []
    named = [diagnosed(0, f"`{name}` is wrong") for name in variant.names]
    return {
        "boundary": [ran, crashed],
        "crash": [crashed, ran],
        "endless_loop": [
            Verdict(Outcome.TIME_LIMIT, Stage.RUN),
            Verdict(Outcome.IDLE_LIMIT, Stage.RUN),
        ],
        "syntax": [diagnosed(1, "expected `;`", Stage.PARSE)],
    }.get(variant.kind, [*pointed, *named])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [family.name for family in all_families()])
def test_every_mistake_is_mended_with_the_right_feedback_only(name: str, language: str) -> None:
    right, *wrong = variants_of(name, language)
    kinds = {variant.kind for variant in wrong}
    assert kinds >= {"syntax", "unused", "boundary", "wrong_type", "endless_loop", "undefined"}
    for variant in wrong:
        for verdict in enough(variant):
            assert right.code.strip() in answer_to(name, language, variant.code, verdict)
        silent = answer_to(name, language, variant.code, NOTHING)
        assert variant.code.strip() in silent and right.code != variant.code


def test_a_broken_feedback_loop_changes_nothing() -> None:
    for variant in variants_of("first_reaching", "python")[1:]:
        useless = {
            "boundary": diagnosed(999, "style", Stage.LINT),
            "crash": Verdict(Outcome.TIME_LIMIT, Stage.RUN),
            "endless_loop": Verdict(Outcome.WRONG_ANSWER, Stage.RUN, cases=(CASE,)),
            "syntax": Verdict(Outcome.WRONG_ANSWER, Stage.RUN, cases=(CASE,)),
        }.get(variant.kind, diagnosed(999, "something else"))
        text = answer_to("first_reaching", "python", variant.code, useless)
        assert variant.code.strip() in text


def test_what_was_wrong_with_an_earlier_attempt_mends_nothing() -> None:
    for variant in variants_of("first_reaching", "python")[1:]:
        before = (f"compile_error: {' '.join(variant.names)} time_limit at line 3",)
        report = prompts.repair_prompt(NOTHING, variant.code, known_from={}, before=before).text
        text = answer_to_report("first_reaching", "python", variant.code, report)
        assert variant.code.strip() in text


def test_a_failed_native_test_shows_a_case_as_well() -> None:
    right = variants_of("boats", "python")[0]
    wrong = next(one for one in variants_of("boats", "python") if one.kind == "boundary")
    failed = CaseResult("test_it", Outcome.WRONG_ANSWER, message="assert f([1]) == 2")
    verdict = Verdict(Outcome.WRONG_ANSWER, Stage.RUN, "unit", cases=(failed,))
    assert right.code.strip() in answer_to("boats", "python", wrong.code, verdict)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_stands_by_what_is_right(language: str) -> None:
    right = variants_of("busy_time", language)[0]
    verdict = Verdict(Outcome.WRONG_ANSWER, Stage.RUN, cases=(CASE,))
    text = answer_to("busy_time", language, right.code, verdict)
    assert "stand by" in text and right.code.strip() in text


def test_an_answer_without_code_is_made_good() -> None:
    right = variants_of("boats", "rust")[0]
    missing = Verdict(Outcome.COMPILE_ERROR, Stage.PARSE, message="The answer holds no code.")
    assert right.code.strip() in answer_to("boats", "rust", "", missing)
    assert "```" not in answer_to("boats", "rust", "", NOTHING)


def test_somebody_elses_program_is_rewritten() -> None:
    right = variants_of("boats", "go")[0]
    foreign = "package solution\n\nfunc other() {}"
    assert right.code.strip() in answer_to("boats", "go", foreign, diagnosed(3, "no such function"))
    assert foreign in answer_to("boats", "go", foreign, NOTHING)


def test_some_repairs_fail_and_later_ones_can_succeed() -> None:
    right, wrong = variants_of("edit_cost", "rust")[:2]
    clumsy = BuiltinTeacher(mistakes=Mistakes(repair_failure=0.5))
    verdict = enough(wrong)[0]
    texts = [
        answer_to("edit_cost", "rust", wrong.code, verdict, clumsy, seed) for seed in range(600)
    ]
    failed = sum(right.code.strip() not in text for text in texts) / len(texts)
    assert failed == pytest.approx(0.45, abs=0.1)  # a clumsy repair is right by chance at times


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_survives_extraction(language: str) -> None:
    spelled = get(language)
    teacher = BuiltinTeacher(mistakes=replace(Mistakes.none(), chatter=1.0))
    for family in all_families():
        problem = problem_of(family.name)
        prompt = prompts.solution_prompt(problem, spelled).text
        request = Request("solution", (Message("user", prompt),))
        (reply,) = asyncio.run(teacher.complete(request))
        code = extract_code(
            spelled, reply.text, entry_point=spelled.function_name(problem.signature)
        )
        assert code.strip() == variants_of(family.name, language)[0].code.strip()
