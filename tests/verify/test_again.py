"""Runs that are looked at again: repetitions, time-outs on a busy machine, deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegen.errors import UsageError
from codegen.journal import Journal, JournaledSandbox
from codegen.records import IoCase, Limits, Outcome
from codegen.sandbox.choose import open_sandbox
from codegen.sandbox.contract import Execution, Job, Sandbox, Status, StepResult
from codegen.verify.request import VerifyRequest, check
from codegen.verify.verifier import Verifier

pytestmark = pytest.mark.slow

SIGNATURE = {"name": "f", "parameters": [{"name": "x", "type": "int"}], "returns": "list[str]"}
CASES = [{"arguments": [3]}, {"id": "b", "arguments": [1], "expected": ["a"]}]
ORDER = "def f(x):\n    return list({'a', 'b', 'c', 'd', 'e'}) if x == 3 else ['a']\n"


def called(verifier: Verifier, solution: str, **more: Any) -> Any:
    return verifier.verify(
        "py", solution, **{"cases": CASES, "signature": SIGNATURE, "lint": "off", **more}
    )


def test_the_order_of_a_set_shows_over_reruns(verifier: Verifier) -> None:
    assert called(verifier, ORDER).passed
    verdict = called(verifier, ORDER, reruns=8)
    assert verdict.outcome is Outcome.FLAKY
    assert "0 has another answer" in verdict.message
    assert called(verifier, ORDER, reruns=8, comparator="unordered").passed


def test_a_program_that_is_the_same_each_time_passes_over_reruns(verifier: Verifier) -> None:
    solution = "def f(x):\n    return sorted({'a', 'b', 'c'}) if x == 3 else ['a']\n"
    assert called(verifier, solution, reruns=3).passed
    tests = "from solution import f\n\n\ndef test_f():\n    assert f(1) == ['a']\n"
    assert verifier.verify("py", solution, tests=tests, reruns=2).passed
    assert verifier.verify("py", solution, tests="assert f(1) == ['a']", reruns=2).passed


def test_a_failure_is_the_same_failure_over_reruns(local: Verifier) -> None:
    assert called(local, "def f(x):\n    return []\n", reruns=2).outcome == "wrong_answer"
    assert called(local, "def f(x:\n", reruns=2).outcome == "compile_error"


@pytest.mark.parametrize(
    ("language", "tests", "solution"),
    [
        ("py", "assert f() or True\nassert f() < 0.9", "import random\nf = random.random\n"),
        (
            "rs",
            "#[test]\nfn t() { assert!(f()); }\n",
            (
                "use std::collections::HashSet;\npub fn f() -> bool {\n"
                "    let all: HashSet<i32> = (0..16).collect();\n"
                "    *all.iter().next().unwrap() < 12\n}\n"
            ),
        ),
        (
            "go",
            (
                'package solution\n\nimport "testing"\n\nfunc TestF(t *testing.T) {\n'
                "\tif !f() {\n\t\tt.Fatal()\n\t}\n}\n"
            ),
            (
                "package solution\n\nfunc f() bool {\n\tfor key := range map[int]int{1: 1, 2: 2, "
                "3: 3, 4: 4} {\n\t\treturn key < 4\n\t}\n\treturn true\n}\n"
            ),
        ),
    ],
)
def test_chance_shows_over_reruns(
    local: Verifier, language: str, tests: str, solution: str
) -> None:
    verdict = local.verify(language, solution, tests=tests, reruns=60, lint="off")
    assert verdict.outcome is Outcome.FLAKY, verdict


def test_an_output_that_changes_is_flaky(local: Verifier) -> None:
    program = "print(list({'a', 'b', 'c', 'd', 'e'}))\n"
    verdict = local.verify("py", program, cases=[{"stdin": ""}], reruns=6, lint="off")
    assert verdict.outcome is Outcome.FLAKY


class Busy:
    """A real sandbox on a machine that was busy when it ran the first jobs: what came of those is
    replaced by what such a machine makes of them."""

    def __init__(self, sandbox: Sandbox, *spoiled: Status) -> None:
        self._sandbox = sandbox
        self._spoiled = list(spoiled)
        self.jobs: list[Job] = []

    @property
    def name(self) -> str:
        return self._sandbox.name

    async def run(self, job: Job) -> Execution:
        self.jobs.append(job)
        execution = await self._sandbox.run(job)
        if not self._spoiled:
            return execution
        last = execution.steps[-1]
        status = self._spoiled.pop(0)
        spoiled = StepResult(last.name, status, cpu_s=0.4, wall_s=30.0, waited_s=15.0)
        return replace(execution, steps=(*execution.steps[:-1], spoiled))

    async def digest(self, environment: str) -> str:
        return await self._sandbox.digest(environment)

    async def close(self) -> None:
        await self._sandbox.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    opened = asyncio.run(open_sandbox("local", slots=1))
    yield opened
    asyncio.run(opened.close())


@pytest.mark.parametrize(
    ("spoiled", "solution", "outcome", "looks"),
    [
        # far from its limit when it is alone: once more, and the two agree
        ([Status.CPU_LIMIT], "def f(x):\n    return ['a']\n", "passed", 3),
        ([Status.WALL_LIMIT], "def f(x):\n    return ['a']\n", "passed", 3),
        # alone it is the same
        ([Status.CPU_LIMIT], "def f(x):\n    while True: pass\n", "time_limit", 2),
        # alone, and near the limit
        (
            [Status.CPU_LIMIT],
            "import time\ndef f(x):\n    while time.process_time() < 0.7: pass\n    return ['a']\n",
            "passed",
            2,
        ),
        # alone it ends now so, now otherwise
        ([Status.CPU_LIMIT, Status.MEMORY_LIMIT], "def f(x):\n    return ['a']\n", "flaky", 3),
    ],
)
def test_a_time_out_on_a_busy_machine_is_looked_at_again(
    sandbox: Sandbox, spoiled: list[Status], solution: str, outcome: str, looks: int
) -> None:
    busy = Busy(sandbox, *spoiled)
    with Verifier(busy) as verifier:
        verdict = called(verifier, solution, cases=CASES[1:], limits={"cpu_s": 1.0})
    assert verdict.outcome == outcome, verdict
    assert [job.quiet for job in busy.jobs] == [False, True, True][:looks]
    assert len({job.attempt for job in busy.jobs}) == looks


def test_a_time_out_on_a_quiet_machine_counts_at_once(sandbox: Sandbox) -> None:
    busy = Busy(sandbox)
    with Verifier(busy) as verifier:
        solution = "import time\ndef f(x):\n    time.sleep(9)\n"
        verdict = called(verifier, solution, limits={"wall_s": 1.0})
    assert verdict.outcome is Outcome.IDLE_LIMIT
    assert len(busy.jobs) == 1


@pytest.mark.parametrize(
    ("spoiled", "outcome", "looks"),
    [(Status.CPU_LIMIT, "time_limit", 1), (Status.WALL_LIMIT, "passed", 3)],
)
def test_a_hasty_request_takes_a_limit_of_cpu_time_and_nothing_else_at_its_word(
    sandbox: Sandbox, spoiled: Status, outcome: str, looks: int
) -> None:
    busy = Busy(sandbox, spoiled)
    with Verifier(busy) as verifier:
        solution = "def f(x):\n    return ['a']\n"
        verdict = called(verifier, solution, cases=CASES[1:], hasty=True)
    assert verdict.outcome == outcome, verdict
    assert len(busy.jobs) == looks


def test_a_deadline_counts_the_queue_and_judges_nothing(sandbox: Sandbox) -> None:
    async def both(verifier: Verifier) -> tuple[Any, Any]:
        long = verifier.averify("py", "import time\ntime.sleep(2)\n", tests="assert True")
        first = asyncio.create_task(long)
        await asyncio.sleep(0.5)
        second = await verifier.averify("py", "x = 1\n", tests="assert x", deadline_s=0.5)
        assert not first.done()
        return await first, second

    async def asked() -> tuple[Any, Any]:
        async with Verifier(sandbox) as verifier:
            return await both(verifier)

    first, second = asyncio.run(asked())
    assert first.passed
    assert second.outcome is Outcome.INFRASTRUCTURE_ERROR
    assert "deadline of 0.5 s is over; nothing was judged" in second.message
    assert second.cases == ()


def test_a_deadline_comes_true_while_a_program_hangs(verifier: Verifier) -> None:
    hang = "import signal, os\nos.kill(0, signal.SIGSTOP)\n"
    verdict = verifier.verify("py", hang, tests="assert True", deadline_s=1)
    assert verdict.outcome is Outcome.INFRASTRUCTURE_ERROR
    assert verifier.verify("py", "x = 1\n", tests="assert x", deadline_s=60).passed


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"reruns": -1}, "reruns: expected a number from 0"),
        ({"reruns": True}, "reruns: expected a number from 0"),
        ({"deadline_s": 0}, "deadline_s: expected a positive number"),
        ({"deadline_s": float("nan")}, "deadline_s: expected a positive number"),
        ({"hasty": 1}, "hasty: expected true or false"),
        ({"deadline_s": "1"}, "deadline_s: expected a positive number"),
    ],
)
def test_bad_repetitions_and_deadlines_are_named(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        check(VerifyRequest("py", "x = 1", tests="assert x", **change))


async def test_a_look_that_only_confirms_does_not_show_in_a_record(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    request = VerifyRequest("py", "while True:\n    pass\n", cases=(IoCase("a", ""),), lint="off")
    request = replace(request, limits=Limits(cpu_s=0.5, wall_s=20.0))
    found = []
    for name, spoiled in (("calm", ()), ("busy", (Status.CPU_LIMIT,))):
        with Journal.open(tmp_path / name) as journal:
            busy = Busy(sandbox, *spoiled)
            async with Verifier(JournaledSandbox(busy, journal)) as verifier:
                found.append(await verifier.averify_request(request))
            assert len(busy.jobs) > len(spoiled)
    calm, busy_one = found
    assert calm.outcome == busy_one.outcome == "time_limit"
    assert calm.executions == busy_one.executions and len(calm.executions) == 1
