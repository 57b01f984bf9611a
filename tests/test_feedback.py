"""What a verdict says: enough to mend the program, always the same, and no hidden value."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.feedback import MOST_CASES, tried
from codegen.prompt import repair_prompt
from codegen.records import (
    CaseResult,
    Diagnostic,
    Outcome,
    Resources,
    Severity,
    Stage,
    Verdict,
)
from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool
from codegen.verify.verifier import Verifier

FAILED = [Outcome.WRONG_ANSWER, Outcome.RUNTIME_ERROR, Outcome.TIME_LIMIT]
SECRET = 770_000_000


def told(verdict: Verdict, **more: object) -> str:
    return repair_prompt(verdict, "", known_from={}, **more).text  # type: ignore[arg-type]


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    """Draw a verdict on cases whose expected values are their own numbers above SECRET."""
    outcomes = draw(
        st.lists(
            st.sampled_from([*FAILED, Outcome.PASSED, Outcome.SKIPPED]), min_size=1, max_size=9
        )
    )
    checked = draw(st.booleans())
    cases = tuple(
        CaseResult(
            f"c{i}",
            outcome,
            ([draw(st.integers(0, 9999))],),
            SECRET + i,
            5,
            message=f"expected {SECRET + i}" if checked else "",
        )
        for i, outcome in enumerate(outcomes)
    )
    first = next((one for one in cases if one.outcome in FAILED), None)
    if first is None:
        return Verdict(Outcome.RUNTIME_ERROR, Stage.RUN, "call", "exited with code 1", cases=cases)
    message = f"case {first.name}: {first.outcome}: {first.message}"
    return Verdict(first.outcome, Stage.RUN, "call", message, cases=cases)


@given(verdicts())
def test_no_expected_value_is_told_but_of_the_cases_that_are_shown(verdict: Verdict) -> None:
    text = told(verdict, before=[tried(verdict)])
    shown = set(re.findall(r"^- (c\d): ", text, re.MULTILINE))
    assert len(shown) <= MOST_CASES
    values = {f"c{int(found) - SECRET}" for found in re.findall(r"77\d{7}", text)}
    assert values <= shown
    assert str(SECRET)[:3] not in tried(verdict)


NATIVE = {
    "python": (
        "def f(n):\n    print('noise', n)\n    return n\n",
        "from solution import f\n\n"
        + "".join(f"def test_{i}():\n    assert f({i}) == {SECRET + i}\n\n" for i in range(6)),
    ),
    "rust": (
        "pub fn f(n: i64) -> i64 {\n    n\n}\n",
        "".join(
            f"#[test]\nfn test_{i}() {{\n    assert_eq!(f({i}), {SECRET + i});\n}}\n"
            for i in range(6)
        ),
    ),
}


@pytest.mark.parametrize("language", sorted(NATIVE))
async def test_native_tests_that_are_not_shown_keep_their_values(language: str) -> None:
    solution, tests = NATIVE[language]
    sandbox = Pool(LocalBackend(), slots=1)
    try:
        async with Verifier(sandbox) as verifier:
            verdict = await verifier.averify(language, solution, tests=tests, lint="off")
    finally:
        await sandbox.close()
    assert verdict.outcome is Outcome.WRONG_ANSWER and len(verdict.cases) == 6
    text = told(verdict)
    shown = re.findall(r"^- \S*test_(\d): ", text, re.MULTILINE)
    found = {value[-1] for value in re.findall(r"77\d{7}", text)}
    assert len(shown) == 3 and found == set(shown)
    assert "- and 3 more" in text


@given(verdicts(), st.floats(0.001, 60), st.integers(1 << 20, 1 << 40))
def test_what_was_measured_is_not_told(verdict: Verdict, seconds: float, address: int) -> None:
    from dataclasses import replace

    measured = replace(
        verdict,
        resources=Resources(seconds, seconds, 5, seconds),
        stderr=f"object at {address:#x}",
        executions=("key",),
    )
    assert told(measured) == told(replace(verdict, stderr="object at 0xffffffff"))


def test_the_case_that_the_outcome_is_about_comes_first() -> None:
    wrong = [CaseResult(f"w{i}", Outcome.WRONG_ANSWER, ([],), 1, 2) for i in range(3)]
    slow = CaseResult(
        "slow",
        Outcome.TIME_LIMIT,
        ([7] * 90,),
        message="time limit: used more than 4 s of CPU time",
    )
    text = told(Verdict(Outcome.TIME_LIMIT, Stage.RUN, "call", cases=(slow, *wrong)))
    assert text.index("- slow: time_limit") < text.index("- w0: ")
    assert "used more than 4 s of CPU time" in text


@pytest.mark.parametrize(
    ("end", "said"), [({"signal": 11}, "Signal: SIGSEGV (11)"), ({"exit_code": 3}, "Exit code: 3")]
)
def test_how_it_left_is_told(end: dict[str, int], said: str) -> None:
    failed = CaseResult("c", Outcome.RUNTIME_ERROR, ([],))
    verdict = Verdict(Outcome.RUNTIME_ERROR, Stage.RUN, "call", cases=(failed,), **end)  # type: ignore[arg-type]
    assert said in told(verdict)


def test_both_ends_of_the_output_are_told() -> None:
    lines = "\n".join(f"line {i}" for i in range(2000))
    verdict = Verdict(Outcome.RUNTIME_ERROR, Stage.RUN, "call", stdout=lines, stderr=lines)
    for stream in told(verdict).split("## Standard ")[1:]:
        assert "line 0\n" in stream and "line 1999\n" in stream and "line 1000\n" not in stream
        assert len(stream) < 2300 and "characters)…" in stream


def test_of_output_that_a_limit_cut_off_only_the_beginning_is_told() -> None:
    def cut(lines: int) -> str:
        output = "".join(f"line {i}\n" for i in range(lines)) + "lin"
        return told(Verdict(Outcome.TIME_LIMIT, Stage.RUN, "call", stdout=output))

    assert cut(5000) == cut(5001)
    assert "line 0\n" in cut(5000)


def test_earlier_attempts_are_a_line_each_without_a_value() -> None:
    found = Diagnostic("ruff", "F821", Severity.ERROR, "Undefined name `y`", "solution.py", 3, 1)
    lint = Verdict(Outcome.LINT_ERROR, Stage.LINT, diagnostics=(found, found))
    cases = tuple(CaseResult(f"c{i}", Outcome.WRONG_ANSWER, ([i],), 41, 42) for i in range(4))
    wrong = Verdict(Outcome.WRONG_ANSWER, Stage.RUN, "call", cases=cases)
    text = told(lint, before=[tried(lint), tried(wrong)])
    assert (
        "## Tried before\n1. lint_error: ruff F821 at line 3, and 1 more\n"
        "2. wrong_answer: c0 and 3 more\n" in text
    )
    assert "41" not in text and "42" not in text
    assert "Tried before" not in told(lint)


def test_a_reasoned_repair_asks_for_the_reasons_before_the_code() -> None:
    verdict = Verdict(Outcome.WRONG_ANSWER, Stage.RUN)
    assert "Reason first, before any code" in told(verdict, reasoned=True)
    assert "Reason first" not in told(verdict)
