"""How a process ended, as an outcome and a sentence."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from codegen.records import Limits, Outcome
from codegen.sandbox.contract import Status

_LIMITS = {
    Status.CPU_LIMIT: Outcome.TIME_LIMIT,
    Status.WALL_LIMIT: Outcome.IDLE_LIMIT,
    Status.MEMORY_LIMIT: Outcome.MEMORY_LIMIT,
    Status.OUTPUT_LIMIT: Outcome.OUTPUT_LIMIT,
}


@dataclass(frozen=True, slots=True)
class End:
    """An end that is no answer. `exit_code` or `signal` where there is one."""

    outcome: Outcome
    message: str
    exit_code: int | None = None
    signal: int | None = None


def end(status: Status, code: int, limits: Limits) -> End:
    """Return what it means that a process ended so while an answer was due."""
    if status in _LIMITS:
        return End(_LIMITS[status], limit_message(status, limits))
    if status is Status.SIGNALED:
        return End(Outcome.RUNTIME_ERROR, f"killed by {signal_name(code)}", signal=code)
    if status is Status.EXITED and code != 0:
        return End(Outcome.RUNTIME_ERROR, f"exited with code {code}", exit_code=code)
    if status is Status.EXITED:
        return End(Outcome.TAMPERED, "left with exit code 0 before it had answered", exit_code=0)
    return End(Outcome.TAMPERED, "its answer is not one that the harness gives")


def outcome_of(status: Status) -> Outcome | None:
    """Return the verdict on a process that went over a limit, None for any other end."""
    return _LIMITS.get(status)


def limit_message(status: Status, limits: Limits) -> str:
    """Return a sentence with the limit that was passed."""
    return {
        Status.CPU_LIMIT: f"time limit: used more than {limits.cpu_s:g} s of CPU time",
        Status.WALL_LIMIT: f"idle limit: not done after {limits.wall_s:g} s on the clock",
        Status.MEMORY_LIMIT: f"memory limit: used more than {limits.memory_bytes >> 20} MiB",
        Status.OUTPUT_LIMIT: f"output limit: wrote more than {limits.output_bytes >> 10} KiB",
    }[status]


def signal_name(number: int) -> str:
    """Return `SIGSEGV (11)`."""
    try:
        return f"{signal.Signals(number).name} ({number})"
    except ValueError:
        return f"signal {number}"
