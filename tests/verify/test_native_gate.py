"""Native tests are accepted for what they do to programs, and refused with the reason."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from codegen.errors import InfrastructureError, UsageError
from codegen.records import GateResult, from_json, to_json
from codegen.verify.native.gate import Programs, gate
from tests.verify.native import native_judge

if TYPE_CHECKING:
    from codegen.verify.verifier import Verifier

pytestmark = pytest.mark.slow
HEAD = "from solution import clamp\n\n\n"
GOOD = HEAD + (
    "def test_inside() -> None:\n    assert clamp(3, 1, 5) == 3\n\n\n"
    "def test_below() -> None:\n    assert clamp(0, 1, 5) == 1\n\n\n"
    "def test_above() -> None:\n    assert clamp(9, 1, 5) == 5\n"
)
RIGHT = "def clamp(x, low, high):\n    return max(low, min(x, high))\n"
OTHER = (
    "def clamp(x, low, high):\n    if x < low:\n        return low\n"
    "    return high if x > high else x\n"
)
STUB = "def clamp(x, low, high):\n    return 0\n"
MUTANTS = (
    ("no lower end", "def clamp(x, low, high):\n    return min(x, high)\n"),
    ("no upper end", "def clamp(x, low, high):\n    return max(x, low)\n"),
    ("raises", "def clamp(x, low, high):\n    return x + None\n"),
)
PROGRAMS = Programs((("right", RIGHT), ("other", OTHER)), (("stub", STUB),), MUTANTS)


def gated(local: Verifier, tests: str, programs: Programs = PROGRAMS, **more: Any) -> GateResult:
    judge = native_judge(local, "python", reruns=more.pop("reruns", 0))
    return local._thread.run(gate(judge, tests, programs, **more))


def test_tests_that_bite_are_accepted(local: Verifier) -> None:
    found = gated(local, GOOD)
    assert found.accepted
    assert (found.killed, found.score) == (("no lower end", "no upper end", "raises"), 1.0)
    assert from_json(GateResult, to_json(found)) == found


def test_a_wrong_expected_value_rejects_a_solution(local: Verifier) -> None:
    found = gated(local, GOOD.replace("== 1", "== 2"))
    assert found.reason == "rejects_solution"
    assert "right: wrong_answer" in found.message


def test_tests_that_a_stub_passes_are_refused(local: Verifier) -> None:
    found = gated(local, HEAD + "def test_it() -> None:\n    assert callable(clamp)\n")
    assert (found.reason, found.message) == ("accepts_stub", "stub: passed")


def test_too_few_killed_mutants_are_weak_and_named(local: Verifier) -> None:
    tests = HEAD + "def test_above() -> None:\n    assert clamp(9, 1, 5) == 5\n"
    found = gated(local, tests)
    assert (found.reason, found.survived) == ("weak", ("no lower end",))
    assert found.message == "2 of 3 mutants are killed"
    assert gated(local, tests, threshold=0.6).accepted


@pytest.mark.parametrize("tests", ["'''only words'''\n", "VALUE = 1\n"])
def test_what_holds_no_test_is_unusable(local: Verifier, tests: str) -> None:
    assert gated(local, tests).reason == "unusable"


def test_tests_that_do_not_parse_reject_every_solution(local: Verifier) -> None:
    assert gated(local, GOOD.replace("== 3", "== (3")).reason == "rejects_solution"


def test_tests_that_pass_by_chance_are_flaky(local: Verifier) -> None:
    tests = (
        "import random\n" + HEAD + "def test_it() -> None:\n"
        "    assert clamp(3, 1, 5) == 3 and random.SystemRandom().random() < 0.5\n"
    )
    programs = Programs((("right", RIGHT),), PROGRAMS.stubs, MUTANTS)
    found = gated(local, tests, programs, reruns=20)
    assert found.reason in ("flaky", "rejects_solution")


def test_a_mutant_that_does_not_parse_does_not_count(local: Verifier) -> None:
    broken = ("broken", "def clamp(:\n")
    found = gated(local, GOOD, Programs(PROGRAMS.solutions, PROGRAMS.stubs, (*MUTANTS, broken)))
    assert (found.accepted, found.invalid, found.score) == (True, ("broken",), 1.0)
    alone = gated(local, GOOD, Programs(PROGRAMS.solutions, PROGRAMS.stubs, (broken,)))
    assert (alone.reason, alone.invalid) == ("unproven", ("broken",))


@pytest.mark.parametrize(
    "programs",
    [
        Programs((), PROGRAMS.stubs, MUTANTS),
        Programs(PROGRAMS.solutions, (), MUTANTS),
        Programs(PROGRAMS.solutions, (("broken", "def ("),), MUTANTS),
        Programs(PROGRAMS.solutions, PROGRAMS.stubs, ()),
    ],
)
def test_without_something_to_be_tried_on_nothing_is_proven(
    local: Verifier, programs: Programs
) -> None:
    assert gated(local, GOOD, programs).reason == "unproven"


def test_our_own_failures_are_errors(local: Verifier) -> None:
    async def judge(program: str, tests: str, _: Any) -> Any:
        return await local.averify("python", program, tests=tests, deadline_s=1e-6)

    with pytest.raises(InfrastructureError, match="native tests on right"):
        local._thread.run(gate(judge, GOOD, PROGRAMS))
    with pytest.raises(UsageError, match="threshold"):
        asyncio.run(gate(judge, GOOD, PROGRAMS, threshold=2))
    with pytest.raises(UsageError, match="unknown language"):
        local._thread.run(gate(native_judge(local, "cobol"), GOOD, PROGRAMS))
