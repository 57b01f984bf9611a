"""Who runs next: so many at once, a bounded number waits, and clients take turns.

The turn that comes free goes to the client that was served longest ago, not to the request that is
oldest: a thousand requests of one client delay the first of another by one. Everything happens in
one event loop.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from codegen.errors import CodegenError

_MEMORY = 0.05  # how much the newest turn says about the next one
_LONGEST_RETRY_S = 60


class Busy(CodegenError):  # noqa: N818 - it names what is the case, as KeyError does
    """There is no place for a request. `retry_after_s` is when one is to be expected."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(f"{message}; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Turns:
    """Grants turns to clients, `slots` of them at once; more than `bound` may not wait."""

    def __init__(self, slots: int, bound: int) -> None:
        self.slots, self.bound = slots, bound
        self.running = self.waiting = 0
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._usual_s = 0.1

    def admit(self) -> None:
        """Check that one more may wait.

        Raises:
            Busy: as many wait as may.
        """
        if self.waiting >= self.bound:
            wait = math.ceil(self._usual_s * self.waiting / self.slots)
            retry_after_s = max(1, min(wait, _LONGEST_RETRY_S))
            raise Busy(f"{self.waiting} requests wait already", retry_after_s)

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[float]:
        """Wait for a turn, and hold it. Gives the seconds waited."""
        begun = time.monotonic()
        await self._wait(client)
        granted = time.monotonic()
        try:
            yield granted - begun
        finally:
            self._usual_s += _MEMORY * (time.monotonic() - granted - self._usual_s)
            self._pass_on()

    async def _wait(self, client: str) -> None:
        if self.running < self.slots:
            self.running += 1
            return
        granted = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, deque()).append(granted)
        self.waiting += 1
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled():
                self._pass_on()  # the turn came in the moment of giving up
            else:
                self._forget(client, granted)
            raise

    def _forget(self, client: str, granted: asyncio.Future[None]) -> None:
        queue = self._queues.get(client, deque())
        if granted not in queue:
            return  # it was passed over already
        queue.remove(granted)
        self.waiting -= 1
        if not queue:
            del self._queues[client]

    def _pass_on(self) -> None:
        while self._queues:
            client, queue = next(iter(self._queues.items()))
            granted = queue.popleft()
            self.waiting -= 1
            if queue:
                self._queues.move_to_end(client)
            else:
                del self._queues[client]
            if not granted.done():  # or it was cancelled, and does not know it yet
                granted.set_result(None)
                return
        self.running -= 1
