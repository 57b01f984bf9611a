"""The account of servers: requests, failures, and how often their prefix caches helped."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from codegen.model.caches import Cached, read
from codegen.model.contract import Message, Request


async def test_counts_what_came_since_the_run_began(
    server: Any, start_server: Any, connect: Any, script: Any
) -> None:
    silent = await start_server()
    server.cache = (100, 1000)
    server.script = [script.says(500)]
    model = connect(server.url, silent.url)
    await model.check()
    for number in range(20):
        await model.complete(Request("solution", (Message("user", str(number)),)))
    server.cache = (400, 1500)
    first, second = await model.measure()
    assert (first.prefix_hits, first.prefix_queries) == (300, 500)
    assert (second.prefix_hits, second.prefix_queries) == (0, 0)
    assert (first.requests, second.requests) == (len(server.bodies), len(silent.bodies))
    assert (first.failures, second.failures) == (1, 0)
    server.cache = (30, 60)  # it was started anew
    first, _ = await model.measure()
    assert (first.prefix_hits, first.prefix_queries) == (30, 60)


@given(st.text() | st.text(st.sampled_from("vllm:prefix_cache_hits_total{}queries 1.e+-\n")))
@example("vllm:prefix_cache_hits_total 1e999")
@example("vllm:prefix_cache_hits_total nan")
@example("vllm:prefix_cache_hits_total -5")
def test_reads_any_metrics(text: str) -> None:
    found = read(text)
    assert found.hits >= 0 and found.queries >= 0


def test_sums_the_engines_of_a_server() -> None:
    lines = [
        f'vllm:prefix_cache_{name}_total{{engine="{engine}"}} {count}'
        for engine, (hits, queries) in enumerate([(2, 10), (3, 20)])
        for name, count in (("hits", hits), ("queries", queries))
    ]
    assert read("\n".join(lines)) == Cached(5, 30)
