"""How often a server had the beginning of a prompt in its prefix cache, as its metrics tell.

Not here: what a single answer says of its own tokens (`codegen.model.wire`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SAMPLE = re.compile(
    r"^vllm:(?:gpu_)?prefix_cache_(hits|queries)(?:_total)?(?:\{[^}]*\})? ([-+.\deE]+)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Cached:
    """Tokens of prompts that were looked for in a cache, and those of them that were there."""

    hits: int = 0
    queries: int = 0

    def since(self, before: Cached) -> Cached:
        """Return what came after; all, where the server has begun to count anew."""
        if self.queries < before.queries or self.hits < before.hits:
            return self
        return Cached(self.hits - before.hits, self.queries - before.queries)


def read(text: str) -> Cached:
    """Read metrics in Prometheus' format; zeros where they say nothing of a prefix cache."""
    counts = {"hits": 0.0, "queries": 0.0}
    for name, value in _SAMPLE.findall(text):
        try:
            counts[name] += float(value)
        except ValueError:
            continue
    usable = all(0 <= count < float("inf") for count in counts.values())
    return Cached(int(counts["hits"]), int(counts["queries"])) if usable else Cached()
