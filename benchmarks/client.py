"""`python -m benchmarks.client`: what the model client costs, beside a bare loop over aiohttp.

    python -m benchmarks.client [--in-flight 1024] [--calls 8192] [--delay 0.5] [--rounds 3]

Both send the same requests to the same null server, a process of its own: the bare loop posts a
dictionary and reads the answer as JSON, ours is `OpenAIModel.complete`. They take turns. The rate
is in completions per second of the process's CPU time, which is what one core can do; what else the
machine does has little say in it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import aiohttp

from benchmarks.null_server import MODEL
from codegen.cli.engine import COLLECTOR
from codegen.model.contract import Message, Request, Sampling
from codegen.model.handling import Handling
from codegen.model.limit import Bounds
from codegen.model.openai import OpenAIModel

Ask = Callable[[int], Awaitable[object]]
PROMPT = "Solve this problem in Python.\n" + "What the problem says, and what its edges are. " * 50


@contextmanager
def null_server(delay_s: float) -> Iterator[str]:
    """Run the null server; yields its URL."""
    command = [sys.executable, "-m", "benchmarks.null_server", "--delay", str(delay_s)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


async def timed(ask: Ask, calls: int, in_flight: int) -> tuple[float, float]:
    """Make so many calls, so many at a time; returns them per second of CPU and of the clock."""
    numbers = iter(range(calls))

    async def work() -> None:
        for number in numbers:
            await ask(number)

    gc.collect()  # what the one before has left is not this one's cost
    cpu, clock = time.process_time(), time.monotonic()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    return calls / (time.process_time() - cpu), calls / (time.monotonic() - clock)


async def bare(url: str, calls: int, in_flight: int) -> tuple[float, float]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def ask(number: int) -> object:
            body = {
                "model": MODEL,
                "messages": [{"role": "user", "content": PROMPT}],
                "temperature": 0.8,
                "top_p": 0.95,
                "max_tokens": 4096,
                "seed": number,
            }
            async with session.post(f"{url}/v1/chat/completions", json=body) as response:
                return (await response.json())["choices"][0]["message"]["content"]

        await timed(ask, in_flight, in_flight)  # opens the connections
        return await timed(ask, calls, in_flight)


async def ours(url: str, calls: int, in_flight: int) -> tuple[float, float]:
    handling = Handling(Bounds(in_flight, 1, in_flight))
    model = OpenAIModel(MODEL, [url], handling=handling, revision="1")

    async def ask(number: int) -> object:
        messages = (Message("user", PROMPT),)
        return await model.complete(Request("solution", messages, Sampling(seed=number)))

    try:
        await timed(ask, in_flight, in_flight)
        return await timed(ask, calls, in_flight)
    finally:
        await model.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.client", description=__doc__)
    parser.add_argument("--in-flight", type=int, default=1024)
    parser.add_argument("--calls", type=int, default=8192)
    parser.add_argument("--delay", type=float, default=0.5, help="seconds before an answer")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    usual = gc.get_threshold()
    kinds = (
        ("bare", bare, usual),
        ("ours", ours, COLLECTOR),
        ("ours, collector as bare", ours, usual),
    )
    ratios: dict[str, list[float]] = {name: [] for name, *_ in kinds}
    with null_server(options.delay) as url:
        for number in range(options.rounds):
            base = 0.0
            for name, measured, threshold in kinds:
                gc.set_threshold(*threshold)
                cpu, clock = asyncio.run(measured(url, options.calls, options.in_flight))
                base = base or cpu
                ratios[name].append(cpu / base)
                print(f"{name}, round {number + 1}: {cpu:,.0f} per CPU second, {clock:,.0f} per s")
    for name, found in list(ratios.items())[1:]:
        shown = ", ".join(f"{ratio:.2f}" for ratio in found)
        print(f"{name}, to bare: {statistics.median(found):.2f} x ({shown})")


if __name__ == "__main__":
    main()
