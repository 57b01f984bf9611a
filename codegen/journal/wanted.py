"""Which keys there is work on in this process, so that a lease ends with the last who wants it.

Not here: the leases themselves (`codegen.journal.leases`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from codegen.errors import JournalError


class Wanted:
    """Counts who works on a key; used from the event loop's thread alone."""

    def __init__(self, give_up: Callable[[str], None]) -> None:
        """Begin with no work. `give_up` is called when nothing came of the work on a key."""
        self._count: Counter[str] = Counter()
        self._give_up = give_up

    @contextlib.contextmanager
    def on(self, key: str) -> Iterator[None]:
        """Be at work on a key; leaving it with an exception is a failure."""
        self._count[key] += 1
        try:
            yield
        except BaseException:
            self._leave(key, failed=True)
            raise
        self._leave(key, failed=False)

    def until(self, future: asyncio.Future[Any], key: str) -> None:
        """Count as one who wants a key until a lookup has ended, and give it up then."""
        self._count[key] += 1

        def ended(done: asyncio.Future[Any]) -> None:
            if not done.cancelled():
                done.exception()
            self._leave(key, failed=True)

        future.add_done_callback(ended)

    def _leave(self, key: str, *, failed: bool) -> None:
        self._count[key] -= 1
        if not self._count[key]:
            del self._count[key]
            if failed:
                with contextlib.suppress(JournalError, RuntimeError):  # closed: leases end with it
                    self._give_up(key)
