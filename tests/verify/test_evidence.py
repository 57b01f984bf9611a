"""The evidence levels: each holds all below it."""

import pytest

from codegen.records import Diagnostic, Outcome, Severity, Stage, Strength, Verdict
from codegen.verify.evidence import LEVELS, at_least, level_of

PASSED = Verdict(Outcome.PASSED, Stage.RUN, "call")
STRONG = Strength(
    "python", 0.8, stubs_failed=("default", "failing"), made=10, killed=9, deterministic=True
)
WEAK = Strength(
    "python", 0.8, stubs_failed=("default",), stubs_passed=("failing",), deterministic=True
)


@pytest.mark.parametrize(
    ("strength", "solutions", "languages", "level"),
    [
        (None, 5, 3, "L2"),
        (WEAK, 5, 3, "L2"),
        (STRONG, 1, 1, "L3"),
        (STRONG, 2, 1, "L4"),
        (STRONG, 2, 2, "L5"),
    ],
)
def test_agreement_counts_only_over_cases_that_bite(strength, solutions, languages, level):
    assert level_of(PASSED, strength, solutions=solutions, languages=languages) == level


def test_what_changes_from_run_to_run_is_no_more_than_l2():
    shaky = Strength("python", 0.8, stubs_failed=("default",), made=5, killed=5)
    assert level_of(PASSED, shaky, solutions=3, languages=3) == "L2"


@pytest.mark.parametrize(
    ("outcome", "stage", "findings", "level"),
    [
        (Outcome.COMPILE_ERROR, Stage.PARSE, 1, ""),
        (Outcome.COMPILE_ERROR, Stage.COMPILE, 1, "L0"),
        (Outcome.LINT_ERROR, Stage.LINT, 1, "L0"),
        (Outcome.WRONG_ANSWER, Stage.RUN, 0, "L1"),
        (Outcome.WRONG_ANSWER, Stage.RUN, 1, "L0"),
    ],
)
def test_what_does_not_pass_has_the_level_of_how_far_it_came(outcome, stage, findings, level):
    found = (Diagnostic("ruff", "F401", Severity.WARNING, "unused"),) * findings
    verdict = Verdict(outcome, stage, diagnostics=found)
    assert level_of(verdict, STRONG, solutions=3, languages=3) == level


def test_levels_are_ordered():
    assert [level for level in LEVELS if at_least(level, "L3")] == ["L3", "L4", "L5"]
    assert not at_least("", "L0")
