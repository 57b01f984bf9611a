"""A sandbox under attack: one slot that is attacked, a neighbour that is not, and what must hold.

The invariants have the numbers of the threat model in the documentation (`docs/threat-model.md`).
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen import language as toolchains
from codegen.records import Limits, Verdict, to_json
from codegen.sandbox.backend import Backend
from codegen.sandbox.contract import Job, Status, Step
from codegen.sandbox.pool import Pool
from codegen.verify.verifier import Verifier
from tests.attacks.programs import HIDDEN, HOME, INPUTS, Attack, expected, task

SECRET = "secret-of-the-host-91d7b2"  # in this process's environment, and in a file of the host
ANSWER_S = 1.0  # beyond what the programs themselves were given
RECOVERY_S = 5.0
MEBIBYTE = 1 << 20
SLACK = {"memory_kib": 4 << 20, "disk_kib": 4 << 20, "processes": 1000}  # a machine is shared


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one program."""

    verdict: Verdict
    elapsed_s: float
    neighbour: Verdict
    neighbour_s: float


class World:
    """Two pools of one slot each, in one sandbox."""

    def __init__(self, kind: type[Backend], ready: Callable[[list[str]], None]) -> None:
        self._ready = ready
        self.pool, self._beside = Pool(kind(), slots=1), Pool(kind(), slots=1)
        self._attacked, self._neighbour = (
            Verifier(pool, key=b"attacks") for pool in (self.pool, self._beside)
        )
        self._untouched: dict[str, dict[str, Any]] = {}
        self._quiet = 0.0
        self._children: dict[str, int] = {}
        self._threads = ThreadPoolExecutor(1)

    def attack(self, attack: Attack) -> Seen:
        """Run one program, with an honest one beside it."""
        self._prepare(attack.language)
        started = threading.Event()
        beside = self._threads.submit(self._honest, "python", started)
        started.wait()
        begun = time.monotonic()
        verdict = asyncio.run(self._attacked.averify(**attack.request()))
        elapsed = time.monotonic() - begun
        neighbour, neighbour_s = beside.result()
        return Seen(verdict, elapsed, neighbour, neighbour_s)

    def verify(self, language: str, solution: str, **asked: Any) -> Verdict:
        """Return the verdict on a program in the attacked slot."""
        self._prepare(language)
        return asyncio.run(self._attacked.averify(language, solution, lint="off", **asked))

    def _honest(
        self, language: str, started: threading.Event | None = None
    ) -> tuple[Verdict, float]:
        honest = task(language)
        request = Attack(
            language, "honest", "call", honest.right, "", (), {**honest.limits, "wall_s": 60.0}
        ).request()
        if started is not None:
            started.set()
        begun = time.monotonic()
        return asyncio.run(self._neighbour.averify(**request)), time.monotonic() - begun

    def _prepare(self, language: str) -> None:
        if language in self._untouched:
            return
        self._ready([language, "python"])
        if not self._quiet:
            self._honest("python")
            self._quiet = self._honest("python")[1]
        self._untouched[language] = self._look(language)
        self._children[language] = descendants()

    def _look(self, language: str) -> dict[str, Any]:
        """Return what a job finds that comes after the others in the attacked slot."""
        step = Step(
            "canary",
            ("python3", "-I", "-S", "canary.py"),
            files={"canary.py": (HOME / "canary.py").read_bytes()},
            limits=Limits(cpu_s=20.0, wall_s=30.0),
        )
        execution = asyncio.run(self.pool.run(Job(language, (step,))))
        result = execution.steps[0]
        assert result.status is Status.EXITED and result.code == 0, result
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    def check(self, attack: Attack, seen: Seen) -> None:
        """Check the invariants after a program."""
        self._check_answer(attack, seen)
        self._check_secrets(attack, seen.verdict)
        self._check_slot(attack.language)
        self._check_neighbour(seen)
        self._check_children(attack.language)

    def _check_answer(self, attack: Attack, seen: Seen) -> None:
        """I1: nothing passes that did not. I2: in time, valid, bounded."""
        verdict = seen.verdict
        assert verdict.outcome in attack.verdicts, verdict
        over = seen.elapsed_s - verdict.resources.wall_s - verdict.resources.queue_s
        busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        assert over < ANSWER_S * busy, (over, verdict.resources)
        assert verdict.stage != "run" or verdict.resources.wall_s < 2 * allowed_s(attack)
        body = json.dumps(to_json(verdict), ensure_ascii=False, allow_nan=False).encode()
        assert len(body) < 2 * attack.limits["output_bytes"] + MEBIBYTE

    def _check_secrets(self, attack: Attack, verdict: Verdict) -> None:
        """I7: nothing comes out that the program was not to know."""
        told = to_json(verdict)
        for case in told["cases"]:
            case.pop("expected")
        if attack.oracle == "unit":
            # what failed tests say holds what they expect; it goes to whoever wrote them
            for case in told["cases"]:
                case.pop("message")
            told = {**told, "message": "", "stdout": ""}
        text = json.dumps(told)
        assert SECRET not in text
        assert HIDDEN not in json.dumps(to_json(verdict))
        if "passed" not in attack.verdicts:
            assert not [x for x in INPUTS if expected(x) in text], text

    def _check_slot(self, language: str) -> None:
        """I3 and I4: the next job runs, and finds what the first one found."""
        found, first = self._look(language), self._untouched[language]
        for strict in ("processes", "entries"):
            assert found["facts"][strict] == first["facts"][strict], strict
        for _ in range(3):
            # the kernel settles its own counts a moment after a process is gone
            if found["facts"] != first["facts"]:
                time.sleep(0.2)
                found = self._look(language)
        assert found["facts"] == first["facts"], differing(found["facts"], first["facts"])
        assert found["supervisor_kib"] < first["supervisor_kib"] + 64 * 1024

    def _check_neighbour(self, seen: Seen) -> None:
        """I5: the neighbour's verdict stands, and comes; latency is judged loosely here."""
        assert seen.neighbour.passed, seen.neighbour
        assert seen.neighbour_s < 20 * self._quiet + 20

    def _check_children(self, language: str) -> None:
        """I6, what of it is ours alone: no process of ours is left over."""
        end = time.monotonic() + RECOVERY_S
        while descendants() > self._children[language] and time.monotonic() < end:
            time.sleep(0.05)
        assert descendants() <= self._children[language]

    def close(self) -> None:
        """Close both pools."""
        self._attacked.close()
        self._neighbour.close()
        self._threads.shutdown()
        asyncio.run(self.pool.close())
        asyncio.run(self._beside.close())


def differing(found: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    """Return what is not as it was."""
    return {name: (found[name], first[name]) for name in first if found[name] != first[name]}


def allowed_s(attack: Attack) -> float:
    """Return the wall seconds of all steps of an attack's job."""
    compiling = toolchains.get(attack.language).compile_limits.wall_s
    return attack.limits["wall_s"] * len(INPUTS) + compiling


def descendants() -> int:
    """Return how many processes have this one above them."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        parents[int(path.parent.name)] = int(fields[1])
    ours = {os.getpid()}
    while True:
        more = {pid for pid, parent in parents.items() if parent in ours} | ours
        if more == ours:
            return len(ours) - 1
        ours = more


def host() -> dict[str, int]:
    """Return what of the host is free, or in use (I6)."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    facts = dict(line.split(":") for line in lines)
    disk = os.statvfs("/tmp")
    return {
        "memory_kib": -int(facts["MemAvailable"].split()[0]),
        "disk_kib": -disk.f_bavail * disk.f_frsize // 1024,
        "processes": len(list(Path("/proc").glob("[0-9]*"))),
    }
