"""One slot: a supervisor at the other end of a connection, one job at a time.

All blocking work happens in the slot's own worker thread, so that a slot works with any event loop
and a waiting read never starves another's. Whatever goes wrong (the slot dies, answers nonsense, or
does not answer by its deadline) is a `SandboxError`; the slot is then dead and must be replaced.

Not here: which slot takes which job, and retries (`codegen.sandbox.pool`).
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from codegen.errors import SandboxError
from codegen.sandbox import protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from codegen.sandbox.backend import Backend, Connection
    from codegen.sandbox.contract import Job, StepResult
    from codegen.sandbox.environment import Environment

_START_PATIENCE_S = 900.0  # the first start on a machine may prepare the toolchain
_READY_PATIENCE_S = 60.0
PUT_OFF = 5.0  # times a wall limit: what it may come to on a busy machine, see the contract
_MARGIN_S = 10.0  # on top of a job's own wall limits: forking, wiping, a busy machine
T = TypeVar("T")


class Slot:
    """A started slot. `jobs` counts what it has run; `dead` says that it must be replaced."""

    def __init__(self, backend: Backend, environment: Environment) -> None:
        self.environment, self.jobs, self.dead = environment, 0, False
        self._backend = backend
        self._connection: Connection | None = None
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=f"slot-{environment.name}")

    async def start(self) -> None:
        """Start the slot and wait until its supervisor is ready.

        Raises:
            SandboxError: it did not start, or not in time.
            UsageError: it cannot start on this machine.
        """
        await self._deadlined(self._connect, _START_PATIENCE_S, "did not start")
        await self._deadlined(self._configure, _READY_PATIENCE_S, "was not ready")

    async def run(self, job: Job) -> tuple[StepResult, ...]:
        """Run one job. Cancelling kills the slot.

        Raises:
            SandboxError: the slot is dead now; nothing is known about the program.
        """
        self.jobs += 1
        message = protocol.job_message(job)
        walls = PUT_OFF * sum(step.limits.wall_s for step in job.steps)
        body = await self._deadlined(
            lambda: self._exchange(message), walls + _MARGIN_S, "did not answer"
        )
        try:
            return protocol.step_results(body, job)
        except SandboxError:
            self.kill()
            raise

    def kill(self) -> None:
        """Kill the slot, also while it starts or runs. Thread-safe and idempotent."""
        with self._lock:
            self.dead = True
            connection = self._connection
        if connection is not None:
            connection.kill()
        self._worker.shutdown(wait=False)

    async def _deadlined(self, work: Callable[[], T], patience: float, what: str) -> T:
        """Run blocking work in the slot's thread; kill the slot unless it ends well and in time."""
        loop = asyncio.get_running_loop()
        try:
            done = loop.run_in_executor(self._worker, work)
            return await asyncio.wait_for(done, patience)
        except TimeoutError as error:
            await asyncio.to_thread(self.kill)
            message = f"a slot {what} within {patience:.0f} s; {self._diagnosis()}"
            raise SandboxError(message) from error
        except RuntimeError as error:  # the worker was shut down by `kill`
            raise SandboxError("the slot is closed") from error
        except BaseException:
            # Cancelled, mostly: the event loop must not wait for a container to be removed.
            self.dead = True
            threading.Thread(target=self.kill, name="slot-kill").start()
            raise

    def _connect(self) -> None:
        connection = self._backend.start(self.environment)
        with self._lock:
            self._connection = connection
            dead = self.dead
        if dead:
            connection.kill()
            raise SandboxError("the slot was closed while it started")

    def _configure(self) -> None:
        connection = self._connection
        assert connection is not None
        connection.write(protocol.configuration(self.environment))
        protocol.check_ready(self._receive(connection))

    def _exchange(self, message: bytes) -> bytes:
        connection = self._connection
        assert connection is not None
        connection.write(message)
        return self._receive(connection)

    def _receive(self, connection: Connection) -> bytes:
        header = self._exactly(connection, protocol.HEADER_BYTES)
        return self._exactly(connection, protocol.length(header))

    def _exactly(self, connection: Connection, size: int) -> bytes:
        parts, missing = [], size
        while missing:
            part = connection.read(min(missing, 1 << 20))
            if not part:
                raise SandboxError(f"the slot died; {self._diagnosis()}")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _diagnosis(self) -> str:
        told = self._connection.diagnosis() if self._connection is not None else ""
        return told or "it left no message"
