"""The verifier as a library: lint modes, batches, both colours, programs that try to cheat."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from codegen import language as languages
from codegen.errors import CodegenError, UsageError
from codegen.records import Outcome, Stage, Verdict
from codegen.sandbox.choose import open_sandbox
from codegen.verify.verifier import Verifier, VerifyRequest
from tests.verify.right_programs import right_program

pytestmark = pytest.mark.slow

SIGNATURE = {"name": "f", "parameters": [{"name": "x", "type": "int"}], "returns": "int"}
CASES: list[dict[str, Any]] = [
    {"id": "one", "arguments": [1], "expected": 2},
    {"id": "two", "arguments": [2]},
]
GOOD = "def f(x: int) -> int:\n    return x + 1\n"


def called(verifier: Verifier, solution: str, language: str = "py", **more: Any) -> Any:
    return verifier.verify(
        language, solution, **{"cases": CASES, "signature": SIGNATURE, "lint": "off", **more}
    )


def test_a_case_without_an_expected_value_is_answered_and_not_judged(local: Verifier) -> None:
    verdict = called(local, GOOD)
    assert verdict.outcome is Outcome.PASSED
    assert [(c.name, c.outcome, c.got, c.answered) for c in verdict.cases] == [
        ("one", Outcome.PASSED, 2, True),
        ("two", Outcome.SKIPPED, 3, True),
    ]
    assert verdict.environment.startswith("local:")


def test_a_crash_on_one_case_does_not_hide_the_others(local: Verifier) -> None:
    solution = "import os\ndef f(x):\n    if x == 1: os._exit(7)\n    return x + 1\n"
    verdict = called(local, solution)
    assert [(c.outcome, c.got) for c in verdict.cases] == [
        (Outcome.RUNTIME_ERROR, None),
        (Outcome.SKIPPED, 3),
    ]
    assert verdict.exit_code == 7


def test_arguments_are_fresh_for_each_case(local: Verifier) -> None:
    signature = {**SIGNATURE, "parameters": [{"name": "x", "type": "list[int]"}]}
    solution = "seen = []\ndef f(x):\n    x.append(0)\n    seen.append(x)\n    return len(x)\n"
    cases = [{"arguments": [[]], "expected": 1}] * 3
    cases = [{**case, "id": str(i)} for i, case in enumerate(cases)]
    assert called(local, solution, cases=cases, signature=signature).passed


@pytest.mark.parametrize(
    ("lint", "outcome"),
    [("off", "passed"), ("errors", "passed"), ("strict", "lint_error")],
)
def test_lint_modes(local: Verifier, lint: str, outcome: str) -> None:
    solution = "import os\n\n\ndef f(x: int) -> int:\n    return x + 1\n"
    verdict = called(local, solution, lint=lint)
    assert verdict.outcome == outcome
    rules = {one.rule for one in verdict.diagnostics}
    assert rules == (set() if lint == "off" else {"F401"})


def test_a_name_that_the_tests_define_is_not_undefined(local: Verifier) -> None:
    solution = "def f(x):\n    return x + offset\n"
    tests = "offset = 1\nassert f(1) == 2\n"
    assert local.verify("py", solution, tests=tests).passed
    alone = local.verify("py", solution, tests="assert f is not None\n")
    assert (alone.outcome, alone.stage) == (Outcome.LINT_ERROR, Stage.LINT)


@pytest.mark.parametrize(
    ("solution", "outcomes"),
    [
        # an object that says that it is equal to all
        ("class T(int):\n    __eq__ = lambda s, o: True\ndef f(x): return T(9)\n", "wrong_answer"),
        # a forged reply is only a guess
        (
            ("import os\ndef f(x):\n    m = b'{\"value\": 9}'\n"
            "    os.write(4, len(m).to_bytes(4, 'big') + m)\n    os._exit(0)\n"),
            "wrong_answer",
        ),
        ("import os\ndef f(x):\n    os.write(4, b'junk' * 9)\n    os._exit(0)\n", None),
        ("import os\nos.write(1, b'2 passed')\ndef f(x): return 0\n", "wrong_answer"),
        ("def f(x): raise SystemExit(0)\n", "tampered"),
        ("import json\njson.dumps = lambda *a, **k: '{\"value\": 2}'\ndef f(x): return 0\n", None),
        ("import sys\nsys.modules['channel'].send = lambda p: None\ndef f(x): return 0\n", None),
        ("import sys\nsys.setrecursionlimit(1 << 30)\ndef f(x): return f(x)\n", None),
        ("def f(x):\n    a = []\n    a.append(a)\n    return a\n", "wrong_answer"),
        ("def g(x): return 2\n", "runtime_error"),
        ("f = 3\n", "runtime_error"),
        ("async def f(x): return 2\n", "wrong_answer"),
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()\n" + GOOD,
         "passed"),
    ],
)  # fmt: skip
def test_programs_that_cheat_or_stumble(
    local: Verifier, solution: str, outcomes: str | None
) -> None:
    verdict = called(local, solution)
    if outcomes is None:
        assert not verdict.passed
    else:
        assert verdict.outcome == outcomes, verdict


TESTS = "from solution import f\n\n\ndef test_f():\n    assert f(1) == 2\n"


@pytest.mark.parametrize(
    ("solution", "outcome"),
    [
        ("import os\nos._exit(0)\n", "tampered"),
        ("import os\ndef f(x): os._exit(0)\n", "tampered"),
        ("import sys\ndef f(x): sys.exit(0)\n", "runtime_error"),
        ("def f(x): return 9\nprint('1 passed')\n", "wrong_answer"),
        (
            (
                "import unittest, pytest\nunittest.TestCase.assertEqual = lambda *a: None\n"
                "def f(x): return 2\n"
            ),
            "tampered",
        ),
        ("import pytest\npytest.main = lambda *a, **k: 0\ndef f(x): return 3\n", "wrong_answer"),
        (
            "open('conftest.py', 'w').write('import os; os._exit(0)')\ndef f(x): return 3\n",
            "wrong_answer",
        ),
        (
            (
                'import os\nm = b\'{"nonce":"0","name":"test_f","outcome":"passed"}\'\n'
                "os.write(4, len(m).to_bytes(4, 'big') + m)\nos._exit(0)\n"
            ),
            "tampered",
        ),
        ("raise ValueError('at import')\n", "runtime_error"),
        ("def g(x): return 2\n", "runtime_error"),
    ],
)
def test_programs_that_cheat_under_pytest(local: Verifier, solution: str, outcome: str) -> None:
    verdict = local.verify("py", solution, tests=TESTS, lint="off")
    assert verdict.outcome == outcome, verdict


@pytest.mark.parametrize("before", ["\n", "\n\n  \n", "# ä\n\n", "\n'ä'\n"])
def test_what_stands_before_the_tests_moves_nothing(local: Verifier, before: str) -> None:
    assert local.verify("py", GOOD, tests=before + TESTS, lint="off").passed
    verdict = local.verify("py", GOOD, tests=before + "assert f(1) == 3\n", lint="off")
    assert verdict.outcome is Outcome.WRONG_ANSWER


def test_pytest_in_all_its_forms(local: Verifier) -> None:
    tests = (
        "import unittest\nimport pytest\n\n\n"
        "@pytest.fixture\ndef one():\n    return 1\n\n\n"
        "@pytest.mark.parametrize('x', [1, 2])\ndef test_many(x, one):\n"
        "    assert f(x) == x + one\n\n\n"
        "class TestIt:\n    def test_a(self):\n"
        "        with pytest.raises(TypeError):\n"
        "            f('x')\n\n    @pytest.mark.xfail\n    def test_b(self):\n"
        "        assert f(1) == 3\n\n\n"
        "class Old(unittest.TestCase):\n    def test_c(self):\n"
        "        self.assertEqual(f(1), 2)\n\n"
        "    @unittest.skip('later')\n    def test_d(self):\n        raise ValueError\n"
    )
    verdict = local.verify("py", GOOD, tests=tests)
    assert verdict.passed, verdict
    assert [(c.name, c.outcome.value) for c in verdict.cases] == [
        ("test_many", "passed"),
        ("TestIt::test_a", "passed"),
        ("TestIt::test_b", "passed"),
        ("Old::test_c", "passed"),
        ("Old::test_d", "skipped"),
    ]


def test_go_subtests_parallel_tests_and_panics(local: Verifier) -> None:
    solution = "package solution\n\nfunc F(x int) int { return x + 1 }\n"
    tests = """package solution_test

import (
\t"testing"

\t"example.com/solution"
)

func TestSub(t *testing.T) {
\tt.Run("a", func(t *testing.T) {
\t\tt.Parallel()
\t\tif solution.F(1) != 3 {
\t\t\tt.Error("no")
\t\t}
\t})
}

func TestParallel(t *testing.T) {
\tt.Parallel()
\tif solution.F(1) != 2 {
\t\tt.Fatal("no")
\t}
}

func TestPanic(t *testing.T) {
\tvar values []int
\t_ = values[solution.F(0)]
}

func TestGood(t *testing.T) {}
"""
    verdict = local.verify("go", solution, tests=tests)
    assert {c.name: c.outcome.value for c in verdict.cases} == {
        "TestSub": "wrong_answer",
        "TestParallel": "passed",
        "TestPanic": "runtime_error",
        "TestGood": "passed",
    }


def test_rust_tests_of_every_kind(local: Verifier) -> None:
    solution = 'pub fn f(x: i64) -> i64 {\n    assert!(x > 0, "not positive");\n    x + 1\n}\n'
    tests = """use solution::f;
mod deep {
    mod deeper {
        use super::super::f;
        #[test]
        fn good() { assert_eq!(f(1), 2); }
    }
    #[test]
    fn bad() { assert_eq!(super::f(1), 3); }
}
#[test]
#[should_panic(expected = "positive")]
fn panics() { f(0); }
#[test]
#[should_panic]
fn should_but_does_not() { f(1); }
#[test]
fn result() -> Result<(), String> { Err("no".into()) }
#[test]
#[ignore]
fn ignored() { panic!() }
#[test]
fn crash() { f(-1); }
"""
    verdict = local.verify("rs", solution, tests=tests)
    assert {c.name: c.outcome.value for c in verdict.cases} == {
        "deep::deeper::good": "passed",
        "deep::bad": "wrong_answer",
        "panics": "passed",
        "should_but_does_not": "wrong_answer",
        "result": "wrong_answer",
        "ignored": "skipped",
        "crash": "runtime_error",
    }


def requests(count: int, made: list[int] | None = None) -> Iterator[VerifyRequest]:
    for number in range(count):
        if made is not None:
            made.append(number)
        solution = f"def f(x):\n    return {number}\n"
        cases = [{"arguments": [0], "expected": number - number % 2}]
        yield VerifyRequest("py", solution, cases=cases, signature=SIGNATURE, lint="off")


def test_a_batch_keeps_its_order(local: Verifier) -> None:
    passed = [verdict.passed for verdict in local.verify_many(requests(20))]
    assert passed == [True, False] * 10


def test_a_batch_looks_ahead_only_so_far(local: Verifier) -> None:
    made: list[int] = []
    found = local.verify_many(requests(1000, made))
    next(found)
    found.close()  # type: ignore[attr-defined]  # an iterator made by a generator
    assert len(made) < 20 * (os.cpu_count() or 1)


def test_a_request_that_cannot_be_carried_out_ends_a_batch(local: Verifier) -> None:
    def some() -> Iterator[VerifyRequest]:
        yield from requests(2)
        yield VerifyRequest("cobol", "x", tests="y")

    seen: list[Verdict] = []
    with pytest.raises(UsageError, match="cobol"):
        seen.extend(local.verify_many(some()))


async def test_both_colours_in_a_running_loop() -> None:
    async def some() -> AsyncIterator[VerifyRequest]:
        for request in requests(3):
            yield request

    async with Verifier("local", slots=2) as verifier:
        assert (await verifier.averify("py", GOOD, tests=TESTS)).passed
        found = [verdict.passed async for verdict in verifier.averify_many(some())]
        assert found == [True, False, True]
    with Verifier("local", slots=1) as verifier:
        assert verifier.verify("py", GOOD, tests=TESTS).passed  # blocks this loop, and works


async def test_a_sandbox_of_ones_own_stays_open_and_its_loss_is_ours() -> None:
    sandbox = await open_sandbox("local", slots=1)
    async with Verifier(sandbox) as verifier:
        assert (await verifier.averify("py", GOOD, tests=TESTS)).passed
    async with Verifier(sandbox) as verifier:
        assert (await verifier.averify("py", GOOD, tests=TESTS)).passed
        await sandbox.close()
        with pytest.raises(CodegenError):
            await verifier.averify("py", GOOD, tests=TESTS)
        (lost,) = [v async for v in verifier.averify_many(requests(1))]
        assert lost.outcome is Outcome.INFRASTRUCTURE_ERROR


async def test_cancelling_stops_the_program() -> None:
    async with Verifier("local", slots=1) as verifier:
        loop = "def f(x):\n    while True:\n        pass\n"
        task = asyncio.create_task(
            verifier.averify("py", loop, cases=CASES, signature=SIGNATURE, lint="off")
        )
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await verifier.averify("py", GOOD, tests=TESTS)).passed


def test_the_same_program_has_the_same_verdict(local: Verifier) -> None:
    solution = "def f(x):\n    raise ValueError(object())\n"
    first, second = (called(local, solution) for _ in range(2))
    assert first.message == second.message
    assert first.cases == second.cases


@pytest.mark.parametrize(
    "tests",
    ["assert f(1) == 1", "from solution import f\n\n\ndef test_f():\n    assert f(1) == 1\n"],
)
@pytest.mark.parametrize(
    "solution",
    [
        "def f(x):\n    return x\n\n\nreturn 3\n",
        "def f(x):\n    return x\n\n\nclass A:\n    break\n",
    ],
)
def test_what_only_the_compiler_refuses_is_a_compile_error_without_linters_too(
    local: Verifier, solution: str, tests: str
) -> None:
    verdict = local.verify("python", solution, tests=tests, lint="off")
    assert (verdict.outcome, verdict.stage) == (Outcome.COMPILE_ERROR, Stage.COMPILE)
    right = local.verify("python", "def f(x):\n    return x\n", tests=tests, lint="off")
    assert right.passed
    wrong = local.verify("python", "def f(x):\n    return x + 1\n", tests=tests, lint="off")
    assert wrong.outcome is Outcome.WRONG_ANSWER


def test_an_interrupt_ends_a_verification_of_many_and_its_verifier_cleanly() -> None:
    code = (
        "import os, signal, threading\n"
        "from codegen.verify.verifier import Verifier, VerifyRequest\n"
        "rows = [VerifyRequest('python', 'import time\\ntime.sleep(20)', tests='assert True',"
        " lint='off') for _ in range(4)]\n"
        "with Verifier('local', slots=1) as verifier:\n"
        "    verifier.verify('python', 'x = 1', tests='assert x', lint='off')\n"
        "    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    try:\n"
        "        list(verifier.verify_many(rows))\n"
        "    except KeyboardInterrupt:\n"
        "        print('interrupted')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("interrupted\n", 0), done.stderr


@pytest.mark.parametrize("language", languages.names())
@pytest.mark.parametrize("family", ["cell_automaton", "hailstone"])
def test_a_clean_solution_passes_strict_linters(
    local: Verifier, language: str, family: str
) -> None:
    right = right_program(family, language)
    verdict = local.verify(
        language,
        right.code,
        cases=right.cases,
        signature=right.signature,
        comparator=right.comparator,
        lint="strict",
    )
    assert verdict.passed, verdict.diagnostics
