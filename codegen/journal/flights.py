"""Equal questions that are asked at the same time are answered once.

Not here: what makes two questions equal (`codegen.journal.keys`), what is asked
(`codegen.journal.cached`, `codegen.journal.embeddings`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hits:
    """How often the journal had the answer, how often it did not, how often a call was shared."""

    hits: int = 0
    misses: int = 0
    shared: int = 0

    def __add__(self, other: Hits) -> Hits:
        """Add two counts."""
        return Hits(self.hits + other.hits, self.misses + other.misses, self.shared + other.shared)


class _Flight(Generic[T]):
    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task
        self.waiters = 0


class Flights(Generic[T]):
    """Gives equal calls that are under way one task, which ends with the last who waits for it."""

    def __init__(self, wanting: Callable[[str], AbstractContextManager[None]]) -> None:
        """Begin with nothing under way. `wanting` is open while there is work on a key."""
        self._open: dict[str, _Flight[T]] = {}
        self._wanting = wanting
        self.hits = Hits()

    async def run(
        self,
        key: str,
        find: Callable[[str], Awaitable[T | None]],
        make: Callable[[str], Awaitable[T]],
    ) -> T:
        """Return what `find` finds under the key, else what `make` makes for it."""
        flight = self._open.get(key)
        if flight is None:
            flight = _Flight(asyncio.create_task(self._fly(key, find, make)))
            self._open[key] = flight
            flight.task.add_done_callback(lambda _: self._land(key, flight))
        else:
            self.hits = replace(self.hits, shared=self.hits.shared + 1)
        flight.waiters += 1
        try:
            await asyncio.wait([flight.task])
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                self._land(key, flight)  # nobody may join what is being cancelled
                flight.task.cancel()
                await asyncio.wait([flight.task])
        return flight.task.result()

    async def _fly(
        self,
        key: str,
        find: Callable[[str], Awaitable[T | None]],
        make: Callable[[str], Awaitable[T]],
    ) -> T:
        with self._wanting(key):
            found = await find(key)
            if found is not None:
                self.hits = replace(self.hits, hits=self.hits.hits + 1)
                return found
            self.hits = replace(self.hits, misses=self.hits.misses + 1)
            return await make(key)

    def _land(self, key: str, flight: _Flight[T]) -> None:
        if self._open.get(key) is flight:
            del self._open[key]
        if flight.task.done() and not flight.task.cancelled():
            flight.task.exception()  # seen, even when all who waited were cancelled
