"""Turns: who may run a job now. First come, first served, over all languages and event loops.

A **quiet** turn is for a program whose time is looked at closely: while one is held no more jobs
run than half as many as there are CPUs. It waits for that like for any turn, and those behind it
wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from codegen.errors import SandboxError


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    quiet: bool
    loop: asyncio.AbstractEventLoop
    turn: asyncio.Future[None]


class Turns:
    """Hands out turns, at most `slots` at once. Usable from several event loops and threads."""

    def __init__(self, slots: int, *, still: int | None = None) -> None:
        """Take how many there are, and how many while one is quiet: half the CPUs."""
        self.slots = slots
        self._still = min(slots, still or max(1, (os.cpu_count() or 1) // 2))
        self._lock = threading.Lock()
        self._busy = self._quiet = 0
        self._closed = False
        self._waiting: deque[_Waiter] = deque()

    @property
    def counts(self) -> tuple[int, int]:
        """The turns that are held, and the jobs that wait for one."""
        with self._lock:
            return self._busy, len(self._waiting)

    @contextlib.asynccontextmanager
    async def turn(self, *, quiet: bool = False) -> AsyncIterator[None]:
        """Hold a turn.

        Raises:
            SandboxError: there are none any more.
        """
        await self._take(quiet)
        try:
            yield
        finally:
            self._end(quiet)

    def close(self) -> None:
        """Send away all who wait, and all who come."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = list(self._waiting), deque()
        for waiter in waiting:
            _wake(waiter)

    async def _take(self, quiet: bool) -> None:
        with self._lock:
            self._check_open()
            if not self._waiting and self._fits(quiet):
                self._count(quiet, 1)
                return
            loop = asyncio.get_running_loop()
            waiter = _Waiter(quiet, loop, loop.create_future())
            self._waiting.append(waiter)
        try:
            await waiter.turn
        except asyncio.CancelledError:
            self._forgo(waiter)
            raise
        with self._lock:
            self._check_open()

    def _fits(self, quiet: bool) -> bool:
        return self._busy < (self._still if quiet or self._quiet else self.slots)

    def _count(self, quiet: bool, change: int) -> None:
        self._busy += change
        self._quiet += change if quiet else 0

    def _forgo(self, waiter: _Waiter) -> None:
        """A waiting job was cancelled; if its turn had just come, that goes to the next."""
        with self._lock:
            waits = waiter in self._waiting
            if waits:
                self._waiting.remove(waiter)
        if waits:
            self._grant()  # it may have held up those behind it
        else:
            self._end(waiter.quiet)

    def _end(self, quiet: bool) -> None:
        with self._lock:
            self._count(quiet, -1)
        self._grant()

    def _grant(self) -> None:
        """Give turns to those who have waited longest, as many as there are."""
        while True:
            with self._lock:
                if not self._waiting or not self._fits(self._waiting[0].quiet):
                    return
                waiter = self._waiting.popleft()
                self._count(waiter.quiet, 1)
            if not _wake(waiter):
                with self._lock:
                    self._count(waiter.quiet, -1)

    def _check_open(self) -> None:
        if self._closed:
            raise SandboxError("the sandbox is closed")


def _wake(waiter: _Waiter) -> bool:
    """Tell a waiting job that it may go on; False when its event loop is no more."""

    def grant() -> None:
        if not waiter.turn.done():
            waiter.turn.set_result(None)

    with contextlib.suppress(RuntimeError):
        waiter.loop.call_soon_threadsafe(grant)
        return True
    return False
