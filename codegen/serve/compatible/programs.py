"""What compatible routes share: running a program within a caller's limits, and what came of it.

A caller's time-out is wall time where it comes from; here it bounds CPU time as well, and the time
that a program waits for a slot does not count.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from codegen import language as languages
from codegen.errors import UsageError
from codegen.records import Limits, to_json
from codegen.sandbox.contract import Status
from codegen.serve.calls import Call
from codegen.serve.failures import Refused
from codegen.verify.run import ProcessResult, RunRequest, RunResult

_DISK = Limits().disk_bytes

LIMITED = (Status.CPU_LIMIT, Status.WALL_LIMIT)
SPOKEN = {"py": "python", "js": "javascript", "ts": "typescript", "c++": "cpp"}
"""What the smaller services call our languages, beside our own aliases."""
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Program:
    """A program to be run, as a foreign request has it. Times are in seconds."""

    language: str
    code: str
    stdin: bytes = b""
    args: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    fetch: tuple[str, ...] = ()
    compile_s: float = 10.0
    limits: Limits = Limits()
    patience_s: float | None = None


async def run(call: Call, program: Program) -> RunResult:
    """Run a program for a caller, who waits no longer than its patience."""
    disk_bytes = _DISK + sum(map(len, program.files.values()))
    compile_limits = replace(
        languages.get(program.language).compile_limits,
        cpu_s=program.compile_s,
        wall_s=program.compile_s,
        disk_bytes=disk_bytes,
    )
    wanted = RunRequest(
        language=program.language,
        code=program.code,
        stdin=program.stdin,
        args=program.args,
        files=program.files,
        fetch=program.fetch,
        limits=replace(program.limits, disk_bytes=disk_bytes),
        compile_limits=compile_limits,
        deadline_s=program.patience_s,
    )
    return await call.service.run(wanted, call.client)


def within(seconds: float, memory_bytes: float = 0, *, cpu_s: float | None = None) -> Limits:
    """Return the limits of a run; without a size of memory, the usual one."""
    limits = replace(Limits(), cpu_s=cpu_s or seconds, wall_s=seconds)
    if memory_bytes <= 0:
        return limits
    return replace(limits, memory_bytes=max(1 << 20, min(int(memory_bytes), 1 << 40)))


def known(name: str, spoken: Mapping[str, str]) -> str:
    """Return our name of a language by a foreign one, of `spoken` or an alias of ours.

    Raises:
        Refused: it is not served; lists what is.
    """
    there = languages.names()
    found = spoken.get(name.strip().lower(), "")
    if found in there:
        return found
    try:
        return languages.get(name).name
    except UsageError:
        have = sorted({*(one for one, ours in spoken.items() if ours in there), *there})
        raise Refused(
            400, "usage", f"language {name[:60]!r} is not served here; there are {', '.join(have)}"
        ) from None


def text(data: bytes) -> str:
    """Return what a program printed as text; what is not UTF-8 becomes U+FFFD."""
    return data.decode("utf-8", "replace")


def exit_code(process: ProcessResult) -> int | None:
    """Return an exit code as Python has it: a signal is negative; None where time ran out."""
    if process.status in LIMITED:
        return None
    if process.signal:
        return -process.signal
    if process.status in (Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT):
        return -9
    return process.exit_code or 0


def remark(process: ProcessResult, what: str) -> str:
    """Return what a caller should be told of a process and cannot see from its output."""
    said = []
    if process.status not in (Status.EXITED, Status.SIGNALED, Status.ANSWERED):
        said.append(f"{what}: {process.status}")
    if process.truncated:
        said.append(f"{what}: its output was cut")
    return "; ".join(said)


def rich(result: RunResult) -> dict[str, Any]:
    """Return everything that is known of a run but what the answer has anyway: its output."""
    told: dict[str, Any] = to_json(replace(result, files={}))
    del told["files"]
    for part in ("compile", "run"):
        for stream in ("stdout", "stderr"):
            if told[part] and isinstance(told[part][stream], str):
                del told[part][stream]  # as text it is in the answer; as bytes it is only here
    return told


def ended_well(run: ProcessResult | None) -> bool:
    """Whether a program ran and ended with exit code 0."""
    return run is not None and exit_code(run) == 0


async def gathered(items: list[Any], work: Callable[[Any], Awaitable[Any]]) -> list[Any]:
    """Do many things, a bounded number at once; the first that fails ends the others."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def placed(item: Any) -> Any:
        async with places:
            return await work(item)

    tasks = [asyncio.ensure_future(placed(one)) for one in items]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
