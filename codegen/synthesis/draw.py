"""Sampling seeds that depend on what is asked, never on when: a run is reproducible by them."""

from __future__ import annotations

import hashlib


def draw_seed(*parts: str | int) -> int:
    """Return a seed below 2**31 for a run's seed, a problem's index and the names of a turn."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
