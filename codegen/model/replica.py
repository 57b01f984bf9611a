"""One server of a model: how much it is given, how it does, and when it rests.

A server that fails rests for a while, longer with every failure in a row.

Not here: which of several gets a request (`codegen.model.replicas`), how many it is given at once
(`codegen.model.limit`).
"""

from __future__ import annotations

import hashlib
import random
import time

from codegen.model.address import base_url, proxy_of, root_url
from codegen.model.caches import Cached
from codegen.model.limit import Bounds, Limit

_FIRST_S = 0.5
_LONGEST_S = 15.0
_BITS = (1 << 64) - 1


class Replica:
    """One server. `url` ends in the API's version, as in `http://host:8000/v1`."""

    def __init__(self, url: str, bounds: Bounds | None = None) -> None:
        """Read a base URL, given with or without `/v1` and a slash at the end.

        Raises:
            UsageError: it is no HTTP URL, or carries a password or a query.
        """
        self.url = base_url(url)
        self.root_url = root_url(self.url)
        self.proxy = proxy_of(self.url)
        self.limit = Limit(bounds or Bounds())
        self.in_flight = 0
        self.rests_until = 0.0
        self.out = ""
        """Why it gets no requests; empty while it does."""
        self.requests = self.most = 0
        self.answered = 0
        self.failures = 0
        self.ejections = 0
        self.cached = self.cached_before = Cached()
        self.refused_schemas: set[str] = set()
        self.suspect = False
        """Whether something went wrong since it was last looked after."""
        self._streak = 0
        self._rested = 0.0
        self._point = int.from_bytes(hashlib.blake2b(self.url.encode(), digest_size=8).digest())

    @property
    def load(self) -> float:
        """The share of its limit that is in use."""
        return self.in_flight / self.limit.value

    def score(self, key: int) -> int:
        """Return its rank for a key of 64 bits; the highest of all servers has the key."""
        mixed = (self._point ^ key) * 0x9E3779B97F4A7C15 & _BITS
        mixed = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9 & _BITS
        return mixed ^ mixed >> 32

    def failed(self, sent: float, wait_s: float | None) -> None:
        """Rest: for `wait_s` if it asked for that, else longer with every failure in a row.

        What was sent before the last rest began failed together with it and counts once.
        """
        self.failures += 1
        self.suspect = True
        now = time.monotonic()
        if wait_s is None:
            if sent < self._rested:
                return
            longest = min(_LONGEST_S, _FIRST_S * 2.0 ** min(self._streak, 10))
            wait_s = longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing
        self._streak += 1
        self._rested = now
        self.rests_until = max(self.rests_until, now + wait_s)

    def served(self, work: int) -> None:
        """Note an answer of so many bytes, while its request still counts as in flight."""
        self.answered += 1
        self._streak = 0
        self.limit.answered(work, self.in_flight)
