"""Several servers of one model: which of them gets a request, and which waits for its turn.

A request goes to the server that its prompt's beginning belongs to (by rendezvous hashing), where
the server keeps what it has computed of that beginning. Where that one is clearly busier than the
least busy, the next in its order takes the request. A server that does not serve at all is left
out (`codegen.model.watch` says so, and says when it is back).

Not here: one server (`codegen.model.replica`), HTTP (`codegen.model.transport`), trying again
(`codegen.model.exchange`).
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from codegen.errors import UsageError
from codegen.model.address import base_url
from codegen.model.contract import precedence
from codegen.model.limit import Bounds
from codegen.model.replica import Replica

_MUCH_BUSIER, _SOME_BUSIER = 1.25, 4  # times the load of the least busy, and so many requests more


@dataclass(order=True, slots=True)
class _Waiting:
    """One who waits for a server; the least is served first."""

    rank: tuple[int, int]
    key: int = field(compare=False)
    avoid: Replica | None = field(compare=False)
    answer: asyncio.Future[Replica] = field(compare=False)


class Replicas:
    """Servers of one model, and the line of those who wait for one. Times as `time.monotonic`.

    In line stands first who takes `precedence`, then who came first; whoever has failed once has
    waited once, and goes before all.
    """

    def __init__(self, urls: Sequence[str], bounds: Bounds | None = None) -> None:
        """Take base URLs, at least one, each once.

        Raises:
            UsageError: there is none, one is twice, or one is not usable.
        """
        self._bounds = bounds or Bounds()
        self.all: tuple[Replica, ...] = ()
        self._seen: dict[str, Replica] = {}
        self._line: list[_Waiting] = []  # a heap
        self._arrivals = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self.become(urls)

    def __str__(self) -> str:
        return ", ".join(replica.url for replica in self.all)

    def become(self, urls: Iterable[str]) -> tuple[Replica, ...]:
        """Be these servers from now on; returns those that are new.

        Raises:
            UsageError: there is none, one is twice, or one is not usable; nothing changes.
        """
        wanted = [base_url(url) for url in urls]
        if not wanted:
            raise UsageError("the model needs a base URL, such as http://127.0.0.1:8000/v1")
        if len(set(wanted)) != len(wanted):
            raise UsageError(f"a base URL is given twice: {', '.join(wanted)}")
        before = self.all
        for url in wanted:
            if url not in self._seen:
                self._seen[url] = Replica(url, self._bounds)
        self.all = tuple(self._seen[url] for url in wanted)
        return tuple(one for one in self.all if one not in before)

    @property
    def seen(self) -> tuple[Replica, ...]:
        """Every server that was one of them, those that were taken away included."""
        return tuple(self._seen.values())

    @property
    def in_flight(self) -> int:
        """Requests on their way, those to servers that were taken away included."""
        return sum(replica.in_flight for replica in self._seen.values())

    def troubles(self) -> str:
        """Return why there is no server to go to."""
        return "; ".join(f"{one.url}: {one.out or 'it rests'}" for one in self.all)

    def serves(self) -> bool:
        """Return whether a server is there that neither rests nor is left out."""
        now = time.monotonic()
        return any(not one.out and one.rests_until <= now for one in self.all)

    def rest_s(self) -> float:
        """Return the seconds until a server is there that does not rest; 0 where all are out."""
        ends = [one.rests_until for one in self.all if not one.out]
        return max(0.0, min(ends, default=0.0) - time.monotonic())

    async def take(self, key: int, avoid: Replica | None, timeout_s: float) -> Replica | None:
        """Return a server with room, once there is one, and count the request in.

        `avoid` is not taken while another can be. None is returned when no server has served for
        `timeout_s`; a wait for one that is merely full has no end.
        """
        if not self._line and (found := self._choose(key, avoid)) is not None:
            found.in_flight += 1
            return found
        future: asyncio.Future[Replica] = asyncio.get_running_loop().create_future()
        place = precedence.get() if avoid is None else -1
        entry = _Waiting((place, next(self._arrivals)), key, avoid, future)
        heapq.heappush(self._line, entry)
        self.wake()
        try:
            while not future.done():
                await asyncio.wait((future,), timeout=timeout_s)
                if not future.done() and not self.serves():
                    self._leave(entry)
                    return None
        except asyncio.CancelledError:
            if future.done():
                self.release(future.result())
            else:
                self._leave(entry)
            raise
        return future.result()

    def _leave(self, entry: _Waiting) -> None:
        self._line.remove(entry)
        heapq.heapify(self._line)

    def spare(self, key: int, beside: Replica) -> Replica | None:
        """Return another server that has room at once, counted in; None where none has."""
        found = self._choose(key, beside)
        if found is None or found is beside:
            return None
        found.in_flight += 1
        return found

    def release(self, replica: Replica) -> None:
        """Count a request out."""
        replica.in_flight -= 1
        if self._line:
            self.wake()

    def wake(self) -> None:
        """Give servers to those who wait, as far as there is room; again when a rest is over."""
        while self._line:
            first = self._line[0]
            found = self._choose(first.key, first.avoid)
            if found is None:
                break
            heapq.heappop(self._line)
            found.in_flight += 1
            first.answer.set_result(found)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = time.monotonic()
        rests = [one.rests_until - now for one in self.all if not one.out and one.rests_until > now]
        if self._line and rests:
            pause = min(rests) * random.uniform(1.0, 1.1)  # noqa: S311 - spreads retries
            self._timer = asyncio.get_running_loop().call_later(pause, self.wake)

    def _choose(self, key: int, avoid: Replica | None) -> Replica | None:
        now = time.monotonic()
        fit = [
            one
            for one in self.all
            if one.in_flight < one.limit.value and one.rests_until <= now and not one.out
        ]
        if len(fit) > 1 and avoid in fit:
            fit.remove(avoid)
        if len(fit) <= 1:
            return fit[0] if fit else None
        least = min(one.load for one in fit) * _MUCH_BUSIER
        near = [one for one in fit if one.load <= least + _SOME_BUSIER / one.limit.value]
        return max(near, key=lambda one: one.score(key))
