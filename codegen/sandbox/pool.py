"""The pool: a `Sandbox` out of any backend. So many jobs at once, warm slots, dead ones replaced.

Jobs wait in one fair queue over all environments. A slot serves many jobs, one at a time; one that
dies, or says that something odd was left, is replaced and its job is tried on another, twice. A
backend that once worked and then starts no slot (its daemon is gone) is waited for, a while.
Nothing here belongs to one event loop: a pool may be used from several, in several threads.

Not here: how a slot isolates (`local`, `docker`) and what a job means (`codegen.verify`).
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codegen.errors import SandboxError
from codegen.sandbox import environment as environments
from codegen.sandbox.contract import Execution
from codegen.sandbox.slot import Slot
from codegen.sandbox.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from codegen.sandbox.backend import Backend
    from codegen.sandbox.contract import Job, StepResult

_TRIES = 3
_RETURN_PATIENCE_S = 90.0  # for a backend that has gone: a daemon that is started anew
_RETURN_POLL_S = 0.5
_JOBS_PER_SLOT = 2000  # a slot is as good as new after each job; this bounds what nobody thought of
_IDLE_PER_TURN = 4  # slots kept warm, over all environments, for each that may run at once
_CLOSE_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What a pool is doing: jobs running and waiting, idle warm slots, slots replaced so far."""

    busy: int
    waiting: int
    idle: int
    recycled: int


class _NotStartedError(SandboxError):
    """A slot did not start: the backend's failure, and no program's."""


class Pool:
    """Runs jobs in the slots of a backend, at most `slots` of them at once."""

    def __init__(
        self,
        backend: Backend,
        *,
        slots: int | None = None,
        on_event: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take a backend; `on_event` hears of each slot that died and of its job."""
        self.slots = max(1, slots if slots is not None else os.cpu_count() or 1)
        self._backend = backend
        self._on_event = on_event
        self._has_worked = self._is_gone = False
        self._lock = threading.Lock()
        self._turns = Turns(self.slots)
        self._recycled = 0
        self._closed = False
        self._idle: defaultdict[str, list[Slot]] = defaultdict(list)
        self._order: list[Slot] = []  # the idle slots, the longest idle first
        self._living: set[Slot] = set()
        self._digests: dict[str, str] = {}

    @property
    def name(self) -> str:
        """`docker` or `local`."""
        return self._backend.name

    @property
    def counts(self) -> Counts:
        """What the pool is doing at this moment."""
        with self._lock:
            idle, recycled = sum(map(len, self._idle.values())), self._recycled
        return Counts(*self._turns.counts, idle, recycled)

    async def run(self, job: Job) -> Execution:
        """Run one job; see `codegen.sandbox.contract.Sandbox.run`."""
        begun = time.monotonic()
        async with self._turns.turn(quiet=job.quiet):
            queued = time.monotonic() - begun
            return Execution(await self._tried(job), queue_s=queued)

    async def digest(self, environment: str) -> str:
        """Return what identifies an environment's toolchain; asked of the backend once."""
        if environment not in self._digests:
            wanted = environments.load(environment)
            found = await asyncio.to_thread(self._backend.digest, wanted)
            self._digests[environment] = found + wanted.scripts_digest
        return self._digests[environment]

    async def close(self) -> None:
        """Kill what runs and remove everything. Safe to call twice, and while slots start."""
        with self._lock:
            self._closed = True
            living = list(self._living)
            self._living.difference_update(*self._idle.values())
            self._idle.clear()
            self._order.clear()
        self._turns.close()
        await asyncio.to_thread(self._kill_all, living)
        await asyncio.to_thread(self._backend.close)
        end = time.monotonic() + _CLOSE_PATIENCE_S
        while self._living and time.monotonic() < end:  # noqa: ASYNC110 - an event has one loop
            await asyncio.sleep(0.005)

    @staticmethod
    def _kill_all(slots: list[Slot]) -> None:
        for slot in slots:
            slot.kill()

    # The slots.

    def _check_open(self) -> None:
        if self._closed:
            raise SandboxError("the sandbox is closed")

    async def _tried(self, job: Job) -> tuple[StepResult, ...]:
        attempt, end = 1, 0.0
        while True:
            try:
                return await self._once(job)
            except _NotStartedError as error:
                attempt += not self._has_worked
                end = end or time.monotonic() + _RETURN_PATIENCE_S
                if self._closed or attempt > _TRIES or time.monotonic() > end:
                    raise
                self._note_loss(error)
                await asyncio.sleep(_RETURN_POLL_S)
            except SandboxError as error:
                if attempt == _TRIES or self._closed:
                    raise
                attempt += 1
                self._on_event(f"{error}; its job runs again in another slot")

    async def _once(self, job: Job) -> tuple[StepResult, ...]:
        slot = self._idle_slot(job.environment)
        try:
            if slot is None:
                slot = self._new_slot(job.environment)
                await self._start(slot)
            return await slot.run(job)
        finally:
            if slot is not None:
                await self._put_back(slot)

    async def _start(self, slot: Slot) -> None:
        try:
            await slot.start()
        except SandboxError as error:
            raise _NotStartedError(str(error)) from error
        if self._is_gone:
            self._on_event("slots can be started again")
        self._has_worked, self._is_gone = True, False

    def _note_loss(self, error: SandboxError) -> None:
        if not self._is_gone:
            self._is_gone = True
            self._on_event(f"{error}; trying again for up to {_RETURN_PATIENCE_S:.0f} s")

    def _idle_slot(self, name: str) -> Slot | None:
        with self._lock:
            self._check_open()
            if not self._idle[name]:
                return None
            slot = self._idle[name].pop()
            self._order.remove(slot)
            return slot

    def _new_slot(self, name: str) -> Slot:
        slot = Slot(self._backend, environments.load(name))
        with self._lock:
            self._check_open()
            self._living.add(slot)
        return slot

    async def _put_back(self, slot: Slot) -> None:
        with self._lock:
            fit = not (slot.dead or self._closed) and slot.jobs < _JOBS_PER_SLOT
            if fit:
                self._idle[slot.environment.name].append(slot)
                self._order.append(slot)
                surplus = self._surplus()
            else:
                self._recycled += not self._closed
                surplus = slot
        if surplus is not None:
            # To remove a container takes a while: nobody waits for it.
            asyncio.get_running_loop().run_in_executor(None, self._discard, surplus)

    def _surplus(self) -> Slot | None:
        """Take out the slot that has been idle longest, if too many are."""
        if len(self._order) <= _IDLE_PER_TURN * self.slots:
            return None
        slot = self._order.pop(0)
        self._idle[slot.environment.name].remove(slot)
        return slot

    def _discard(self, slot: Slot) -> None:
        slot.kill()
        with self._lock:
            self._living.discard(slot)
