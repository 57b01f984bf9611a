"""The choice between the arms: within the budget, always the same, and after what was measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.records import Arm, Attempt, ErrorClass, Outcome, Stage, Usage
from codegen.synthesis.payoffs import Key, Payoff, Payoffs, payoffs_of
from codegen.synthesis.policy import Budget, Policy, Standing

ERRORS = st.sampled_from(list(ErrorClass))
ARMS = (Arm.REPAIR, Arm.REASONED_REPAIR, Arm.FRESH)
BUDGETS = st.builds(Budget, st.integers(0, 5), st.integers(1, 5))
COUNTS = st.integers(0, 3000).flatmap(
    lambda answers: st.builds(
        Payoff, st.just(answers), st.integers(0, answers), st.integers(answers, 2000 * answers + 1)
    )
)
KEYS: st.SearchStrategy[Key] = st.tuples(ERRORS, st.sampled_from([*ARMS, Arm.FIRST]))
PAYOFFS = st.dictionaries(KEYS, COUNTS, max_size=12).map(Payoffs)


def course(policy: Policy, failures: list[ErrorClass]) -> list[Arm]:
    """Let every answer fail, and return what was done about it until it was given up."""
    standing, taken = Standing(), []
    for error in failures:
        arm = policy.choose(error, standing)
        taken.append(arm)
        if arm is Arm.GIVE_UP:
            return taken
        standing = (
            Standing(standing.start + 1)
            if arm is Arm.FRESH
            else Standing(
                standing.start,
                standing.repairs + 1,
                standing.reasoned or arm is Arm.REASONED_REPAIR,
            )
        )
    return taken


@given(BUDGETS, PAYOFFS, st.lists(ERRORS, min_size=40, max_size=40))
def test_a_candidate_never_has_more_than_its_budget_and_always_the_same(
    budget: Budget, payoffs: Payoffs, failures: list[ErrorClass]
) -> None:
    taken = course(Policy(budget, payoffs), failures)
    assert taken[-1] is Arm.GIVE_UP
    assert len(taken) <= budget.answers
    assert taken.count(Arm.FRESH) <= budget.starts - 1
    conversations = "".join("f" if arm is Arm.FRESH else "r" for arm in taken[:-1]).split("f")
    assert all(len(one) <= budget.repairs for one in conversations)
    assert (
        course(Policy(budget, Payoffs(dict(reversed([*payoffs.table.items()])))), failures) == taken
    )


@given(BUDGETS, PAYOFFS, ERRORS)
def test_nothing_is_given_up_while_anything_is_left(
    budget: Budget, payoffs: Payoffs, error: ErrorClass
) -> None:
    taken = course(Policy(budget, payoffs), [error] * 40)
    assert taken.count(Arm.FRESH) == budget.starts - 1
    assert Policy(budget, payoffs).choose(error, Standing(budget.starts - 1)) is not (
        Arm.FRESH if budget.repairs else Arm.REPAIR
    )


@pytest.mark.parametrize("error", [one for one in ErrorClass if one is not ErrorClass.WRONG_ANSWER])
def test_what_is_pointed_at_is_repaired_and_two_failed_repairs_end_a_conversation(
    error: ErrorClass,
) -> None:
    repair, fresh = Arm.REPAIR, Arm.FRESH
    assert course(Policy(), [error] * 9) == [repair, repair, fresh, repair, repair, Arm.GIVE_UP]


def test_a_wrong_answer_is_thought_about_once_and_then_begun_afresh() -> None:
    taken = course(Policy(), [ErrorClass.WRONG_ANSWER] * 9)
    assert taken[:3] == [Arm.REASONED_REPAIR, Arm.FRESH, Arm.REASONED_REPAIR]
    mixed = [ErrorClass.LINT, ErrorClass.WRONG_ANSWER, ErrorClass.WRONG_ANSWER]
    assert course(Policy(), mixed) == [Arm.REPAIR, Arm.REASONED_REPAIR, Arm.FRESH]


def measured(answers: int) -> Payoffs:
    """Fresh starts that mend a crash, and repairs that do not."""
    return Payoffs(
        {
            (ErrorClass.CRASH, Arm.REPAIR): Payoff(answers, 0, 100 * answers),
            (ErrorClass.CRASH, Arm.FRESH): Payoff(answers, answers, 100 * answers),
        }
    )


def test_a_few_observations_change_nothing_and_many_do() -> None:
    few, many = (Policy(payoffs=measured(answers)) for answers in (2, 200))
    assert few.choose(ErrorClass.CRASH, Standing()) is Arm.REPAIR
    assert many.choose(ErrorClass.CRASH, Standing()) is Arm.FRESH
    assert many.choose(ErrorClass.LINT, Standing()) is Arm.REPAIR


def test_an_arm_that_passes_as_often_for_twice_the_tokens_pays_less() -> None:
    table: dict[Key, Payoff] = {
        (ErrorClass.LINT, arm): Payoff(500, 400, 500 * tokens)
        for arm, tokens in ((Arm.REPAIR, 400), (Arm.REASONED_REPAIR, 800), (Arm.FRESH, 200))
    }
    policy = Policy(payoffs=Payoffs(table))
    worth = [policy.expected(ErrorClass.LINT, arm) for arm in ARMS]
    assert worth[2] > worth[0] > worth[1]
    assert policy.choose(ErrorClass.LINT, Standing()) is Arm.FRESH


@given(PAYOFFS, PAYOFFS)
def test_payoffs_add_up_in_any_order(one: Payoffs, other: Payoffs) -> None:
    assert (one + other).to_json() == (other + one).to_json()
    assert (one + other).total == one.total + other.total


def attempt(arm: Arm, error: ErrorClass | None, tokens: int, candidate: int = 0) -> Attempt:
    outcome = Outcome.LINT_ERROR if error else Outcome.PASSED
    usage = Usage(1, 10, tokens)
    return Attempt(
        "python",
        candidate,
        "solution",
        0,
        "",
        outcome,
        Stage.LINT,
        arm=arm,
        error_class=error,
        usage=usage,
    )


def test_an_answer_counts_for_the_failure_that_it_answers() -> None:
    lint, crash = ErrorClass.LINT, ErrorClass.CRASH
    found = payoffs_of(
        [
            attempt(Arm.FIRST, lint, 100),
            attempt(Arm.REPAIR, crash, 50),
            attempt(Arm.FRESH, None, 200),
            attempt(Arm.FIRST, None, 10, candidate=1),
        ]
    )
    assert found.of(None, Arm.FIRST) == Payoff(2, 1, 110)
    assert found.of(lint, Arm.REPAIR) == Payoff(1, 0, 50)
    assert found.of(crash, Arm.FRESH) == Payoff(1, 1, 200)
    assert found.of(crash, Arm.FRESH).per_1000_tokens == 5.0
    assert len(found.table) == 3
