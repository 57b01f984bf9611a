"""`python -m benchmarks.simulator`: a chat server that takes its time as a GPU does.

    python -m benchmarks.simulator [--slots 256] [--prefill 20000] [--decode 30] [--longer 1]

It has so many slots and a queue. A request first has its prompt read, one after the other at
`--prefill` tokens per second, then its answer written at `--decode` tokens per second; answers are
those of the builtin teacher, and count as `--longer` times as long. It prints its URL and serves
until its standard input ends. At every line that it reads there it prints as JSON how busy it was
so far: `busy` is the share of its slots that were taken since all of them were for the first time,
or since it read `begin`, `busy_s` the seconds of all slots together in which they were taken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from codegen.model.builtin import BuiltinTeacher
from codegen.model.contract import Message, Purpose, Request, Sampling

MODEL = "teacher"
_OPENINGS: dict[str, Purpose] = {
    "Write one self": "problem",
    "Choose": "tests",
    "Solve this": "solution",
    "Write a reference program": "reference",
    "Programs that were written": "arbitration",
    "Find out whether": "critic",
    "Revise this": "revision",
    "Write unit tests": "native_tests",
    "Translate this": "translation",
    "Put documentation": "explanation",
    "Write the reference documentation": "explanation",
    "Write a design note": "explanation",
    "Explain this": "explanation",
    "Write a": "regeneration",
    "This": "diagnosis",
    "Review this": "review",
    "Two texts": "judgement",
    "Say how faithful": "judgement",
}
_ASKED_AGAIN = ("solution", "reference", "translation")


def request_of(body: dict[str, Any]) -> Request:
    """Return what a body asks for; its purpose is seen by how the prompt begins."""
    messages = tuple(Message(one["role"], one["content"]) for one in body["messages"])
    first = next(one.content for one in messages if one.role == "user")
    purpose = next(name for text, name in _OPENINGS.items() if first.startswith(text))
    if purpose in _ASKED_AGAIN and messages[-1].content != first:
        purpose = "repair"
    return Request(purpose, messages, Sampling(seed=body["seed"]), n=body.get("n", 1))


@dataclass
class Meter:
    """How many slots are taken, over time; `area` is their number times the seconds so far."""

    slots: int
    taken: int = 0
    requests: int = 0
    area: float = 0.0
    since: float = field(default_factory=time.monotonic)
    full: tuple[float, float] | None = None

    def change(self, by: int) -> None:
        now = time.monotonic()
        self.area += self.taken * (now - self.since)
        self.since = now
        self.taken += by
        if self.taken == self.slots and self.full is None:
            self.full = (now, self.area)

    def begin(self) -> None:
        """Count the share from now on."""
        self.change(0)
        self.full = (self.since, self.area)

    def report(self) -> dict[str, float]:
        """Return the share of the slots taken since the count began."""
        self.change(0)
        began, before = self.full or (self.since, self.area)
        seconds = self.since - began
        busy = (self.area - before) / max(seconds * self.slots, 1e-9)
        return {
            "busy": busy,
            "seconds": seconds,
            "requests": self.requests,
            "busy_s": self.area,
        }


class Simulator:
    """The server."""

    def __init__(self, slots: int, prefill: float, decode: float, longer: float) -> None:
        self.prefill, self.decode, self.longer = prefill, decode, longer
        self.free, self.reading = asyncio.Semaphore(slots), asyncio.Lock()
        self.meter = Meter(slots)
        self.teacher = BuiltinTeacher(seed=0)

    async def chat(self, request: web.Request) -> web.Response:
        asked = request_of(await request.json())
        self.meter.requests += 1
        async with self.free:
            self.meter.change(1)
            try:
                return await self.answered(asked)
            finally:
                self.meter.change(-1)

    async def answered(self, asked: Request) -> web.Response:
        prompt = sum(len(one.content) for one in asked.messages) // 4
        async with self.reading:
            await asyncio.sleep(prompt / self.prefill)
        replies = await self.teacher.complete(asked)
        tokens = [int(self.longer * (len(reply.text) // 4 + 1)) for reply in replies]
        await asyncio.sleep(max(tokens) / self.decode)
        choices = [
            {
                "index": number,
                "message": {"role": "assistant", "content": reply.text},
                "finish_reason": "stop",
            }
            for number, reply in enumerate(replies)
        ]
        usage = {"prompt_tokens": prompt, "completion_tokens": sum(tokens)}
        return web.json_response({"choices": choices, "usage": usage})

    async def models(self, _: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": MODEL, "object": "model", "root": "teacher-1"}]})

    async def health(self, _: web.Request) -> web.Response:
        return web.Response()

    async def serve(self) -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self.chat)
        app.router.add_get("/v1/models", self.models)
        app.router.add_get("/health", self.health)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        loop, over = asyncio.get_running_loop(), asyncio.Event()

        def wait() -> None:
            for line in sys.stdin:
                loop.call_soon_threadsafe(self.meter.begin if line == "begin\n" else tell)
            loop.call_soon_threadsafe(over.set)

        def tell() -> None:
            print(json.dumps(self.meter.report()), flush=True)

        threading.Thread(target=wait, daemon=True).start()
        await over.wait()


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulator", description=__doc__)
    parser.add_argument("--slots", type=int, default=256)
    parser.add_argument("--prefill", type=float, default=20_000.0, help="tokens per second")
    parser.add_argument("--decode", type=float, default=30.0, help="tokens per second and slot")
    parser.add_argument("--longer", type=float, default=1.0, help="answers count as so much longer")
    options = parser.parse_args()
    await Simulator(options.slots, options.prefill, options.decode, options.longer).serve()


if __name__ == "__main__":
    asyncio.run(main())
