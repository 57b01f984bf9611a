"""kill -9 of every part: jobs in flight run again elsewhere, and nothing is scored that was not."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codegen import Outcome, SandboxError, Verdict, Verifier
from tests.faults.conftest import containers, descendants, supervisors

pytestmark = pytest.mark.slow

QUICK = "def answer():\n    return 42\n"
SLOW = "import time\ntime.sleep(3)\n\n" + QUICK
WRONG = "import time\ntime.sleep(2)\n\ndef answer():\n    return 41\n"
TESTS = "def test_answer():\n    assert answer() == 42\n"


def in_background(work: Callable[[], Verdict]) -> Callable[[], Verdict]:
    """Start work in a thread; the function that is returned waits for it, and raises as it did."""
    found: list[Verdict | BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def wait() -> Verdict:
        thread.join(120)
        assert found, "no answer within two minutes"
        if isinstance(found[0], BaseException):
            raise found[0]
        return found[0]

    return wait


def kill_supervisors(sandbox: str) -> int:
    """Kill every supervisor of this process, and return how many there were."""
    pids = supervisors(sandbox, os.getpid())
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(pids)


@pytest.fixture
def events() -> list[str]:
    return []


@pytest.fixture
def verifier(sandbox: str, events: list[str]) -> Iterator[Verifier]:
    with Verifier(sandbox, slots=1, on_event=events.append) as opened:  # type: ignore[arg-type]
        assert opened.verify("py", QUICK, tests=TESTS, lint="off").passed
        events.clear()
        yield opened


@pytest.mark.parametrize(("program", "passes"), [(SLOW, True), (WRONG, False)])
def test_a_job_whose_supervisor_is_killed_runs_again(
    sandbox: str, verifier: Verifier, events: list[str], program: str, *, passes: bool
) -> None:
    wait = in_background(lambda: verifier.verify("py", program, tests=TESTS, lint="off"))
    time.sleep(1)
    assert kill_supervisors(sandbox)
    verdict = wait()
    assert verdict.passed is passes
    assert verdict.outcome in (Outcome.PASSED, Outcome.WRONG_ANSWER)
    assert any("runs again" in line for line in events), events


def test_a_job_that_cannot_be_finished_has_no_verdict(sandbox: str, verifier: Verifier) -> None:
    ended = threading.Event()

    def kill_again_and_again() -> None:
        """Kill what has run for a second: a slot starts sooner, and the job takes longer."""
        while not ended.wait(1):
            kill_supervisors(sandbox)

    killer = threading.Thread(target=kill_again_and_again)
    killer.start()
    try:
        with pytest.raises(SandboxError):
            verifier.verify("py", SLOW, tests=TESTS, lint="off")
    finally:
        ended.set()
        killer.join()
    assert verifier.verify("py", QUICK, tests=TESTS, lint="off").passed


def test_a_killed_orchestrator_leaves_nothing(sandbox: str, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    row = {"language": "py", "solution": SLOW, "tests": TESTS}
    rows.write_text("\n".join(json.dumps({**row, "id": number}) for number in range(20)))
    command = [sys.executable, "-m", "codegen", "verify", str(rows), "--sandbox", sandbox]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        left = descendants(process.pid)
        os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not any(map(alive, left)))
    if sandbox == "docker":
        wait_until(lambda: not containers(process.pid))


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path("/proc", str(pid), "status").read_text()
    except OSError:
        return False


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait up to twenty seconds for something to hold."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it is still there after 20 s"
        time.sleep(0.2)
