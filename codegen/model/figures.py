"""The account of a model's servers: what each was asked, how it did, how much its cache helped.

Not here: what answers cost (`codegen.report.costs`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from codegen.model.caches import Cached, read
from codegen.model.exchange import Target
from codegen.model.replica import Replica
from codegen.model.replicas import Replicas

_ANSWER_S = 5.0


@dataclass(frozen=True, slots=True)
class ServerFigures:
    """One server in the account: what it was asked, and how it did.

    `out` says why it gets no requests, where it gets none; `limit` is what may be in flight there
    now, and `most` what was at once at most. Of `prefix_queries` tokens of prompts, since the run
    began, `prefix_hits` were in its prefix cache; 0 and 0 where it does not say. `refused_schemas`
    counts the schemas of answers that it did not take.
    """

    url: str
    out: str
    requests: int
    failures: int
    ejections: int
    limit: int
    most: int
    prefix_hits: int = 0
    prefix_queries: int = 0
    refused_schemas: int = 0


def figures_of(replicas: Replicas) -> tuple[ServerFigures, ...]:
    """Return the account of every server that was there at some time."""
    return tuple(
        ServerFigures(
            one.url,
            one.out if one in replicas.all else "not listed any more",
            one.requests,
            one.failures,
            one.ejections,
            one.limit.value,
            one.most,
            one.cached.hits,
            one.cached.queries,
            len(one.refused_schemas),
        )
        for one in replicas.seen
    )


async def measure(target: Target, *, begin: bool = False) -> None:
    """Ask the servers that serve about their caches; `begin` counts from now on."""
    replicas = [one for one in target.replicas.all if not one.out]
    found = await asyncio.gather(*(_cached(target, one) for one in replicas))
    for replica, now in zip(replicas, found, strict=True):
        if begin:
            replica.cached_before = now
        else:
            replica.cached = now.since(replica.cached_before)


async def _cached(target: Target, replica: Replica) -> Cached:
    fetch = target.client.fetch
    answer = await fetch(replica, "/metrics", None, _ANSWER_S, base=replica.root_url)
    return read(answer.decode("utf-8", "replace")) if isinstance(answer, bytes) else Cached()
