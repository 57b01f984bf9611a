"""The sandbox contract: a job goes in, an execution comes out. It knows no languages.

A **job** names an environment (a toolchain image: `python`, `rust`, `go`) and a list of steps that
share one private working folder, `/job`. Steps run one after another; the first that does not
succeed ends the job unless it says `keep_going`. A **step** is one command (or one forked warm
interpreter) with its own files, limits and, where it asks for it, a private channel:

- `frames` are fed on descriptor 3, as 4-byte big-endian length + bytes, eight at most ahead of
  the replies; the process answers on descriptor 4 in the same framing, in their order. After the
  last frame replies are read until the process has given `replies` of them (0 means: as many as
  there are frames) or it is gone.
- when all replies are in, the process has half a second to leave, then it is killed; how it
  leaves is then no longer of interest. Leftover processes are always killed.
- the replies of a step may have `limits.output_bytes` together; one that announces more (as garbage
  on the channel mostly does) ends the process, and its status is `output_limit`.
- a process that dies with frames unanswered is started again with the frames after the one it
  died of, at most `restarts` times (never once CPU time, wall time or output are used up: the
  limits are those of the step); each such frame has a `Reply` without payload that says how it
  died.

Everything that a program does is a value in the `Execution`. `SandboxError` is ours: a slot died,
the
daemon is gone; nothing about the program may be concluded from it.

Not here: what the steps mean (`codegen.verify`), and how slots are kept warm
(`codegen.sandbox.pool`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from codegen.records import Limits


class Status(StrEnum):
    """How a process came to its end."""

    EXITED = "exited"
    SIGNALED = "signaled"
    CPU_LIMIT = "cpu_limit"
    WALL_LIMIT = "wall_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    ANSWERED = "answered"
    """All replies came; what the process did afterwards does not count."""
    NOT_STARTED = "not_started"
    """The program of the step does not exist in this environment; `stderr` says so."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a job.

    `argv[0]` is looked up in the environment's PATH. `files` (relative path → bytes) are written
    just before the step and stay for the later ones; they belong to the supervisor and are
    read-only to the
    program. `preloaded` runs the Python script `argv[0]` (with `argv[1:]`) in a fork of the slot's
    warm interpreter instead of a new process; only the environment `python` has one. `collect`
    names regular files (no links followed) to bring back, up to `limits.output_bytes` in all.
    `keep_bytes` is how much of standard output, and of standard error, comes back: half from the
    head, half from the tail. A step that `gives_up` ends the job when it has used up its CPU or
    wall time, even if it would keep going. A `bare` step finds only what the steps before have
    made: their `files` are taken away first. A `resident` step is done by the environment's
    resident tool `argv[0]`, a process of ours that stays; it has only files, arguments and limits.
    What it makes is read-only to the program, as `files` are, and stays for a `bare` step.
    `unreadable` names a program in the working folder that may be run from now on and not be read,
    not by itself either: what is in it is not to be found there, nor in `/proc/self/mem`. What a
    step `consumes`, names in the working folder itself, is gone after it.
    """

    name: str
    argv: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    limits: Limits = Limits()
    preloaded: bool = False
    frames: tuple[bytes, ...] = ()
    replies: int = 0
    restarts: int = 0
    keep_going: bool = False
    gives_up: bool = False
    keep_bytes: int = 131072
    collect: tuple[str, ...] = ()
    bare: bool = False
    resident: bool = False
    unreadable: str = ""
    consumes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """Steps over one working folder in one environment.

    A `quiet` one runs while little else does. `attempt` tells a job that is run once more, to see
    whether it ends as it did, from the first; it changes nothing in the slot.
    """

    environment: str
    steps: tuple[Step, ...]
    quiet: bool = False
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one frame.

    `payload` is None where the process died of it; then `status` says how.
    """

    payload: bytes | None
    status: Status = Status.ANSWERED
    code: int = 0
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of one step. `code` is the exit status, or the signal's number.

    `stdout` and `stderr` keep head and tail where they were cut (`truncated`). With frames,
    `status` and
    `code` are those of the last process; the replies tell the rest. Where a limit of CPU or wall
    time ended it, `waited_s` is how long its most delayed thread was ready to run and had no CPU.
    The wall limit is put off by that time, at most by four times itself: it bounds what a program
    does, not what a busy machine does to it.
    """

    name: str
    status: Status
    code: int = 0
    stdout: bytes = b""
    stderr: bytes = b""
    truncated: bool = False
    replies: tuple[Reply, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    cpu_s: float = 0.0
    wall_s: float = 0.0
    waited_s: float = 0.0
    peak_memory_bytes: int = 0

    @property
    def succeeded(self) -> bool:
        """Whether the next step may run."""
        return self.status is Status.ANSWERED or (self.status is Status.EXITED and self.code == 0)


@dataclass(frozen=True, slots=True)
class Execution:
    """What became of a job: a result for each step that was started, in order.

    `key` is the journal's content address when one is kept; `queue_s` the seconds waited for a
    slot.
    """

    steps: tuple[StepResult, ...]
    queue_s: float = 0.0
    key: str = ""


class Sandbox(Protocol):
    """Runs jobs in isolation, many at once, each bounded."""

    @property
    def name(self) -> str:
        """`docker` or `local`."""

    async def run(self, job: Job) -> Execution:
        """Run one job; waits for a free slot first. Cancelling kills the job.

        Raises:
            SandboxError: after retries elsewhere; nothing is known about the program.
            ToolchainError: the environment does not exist here and cannot be made.
        """

    async def digest(self, environment: str) -> str:
        """Return what identifies the toolchain: an image's digest, or a hash of the tools."""

    async def close(self) -> None:
        """Kill what runs and remove every container, process and folder. Safe to call twice."""
