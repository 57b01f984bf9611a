"""What it costs to be watched: the CPU of journaled calls and executions, unwatched and watched.

    python -m benchmarks.watching [WORK]

A piece of work is a call and an execution that the journal does not hold yet, as a life has them by
the dozen, inside a span for the problem and one for the stage. It is done four ways in turn: with
the spans taken out, with spans that nobody hears, with metrics, and with traces that go to a
collector which takes everything and does nothing; what that costs is counted too.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from unittest import mock

from codegen import telemetry
from codegen.journal import Journal, JournaledModel, JournaledSandbox, cached, spans
from codegen.metrics import Watched, measured
from codegen.model.contract import Message, Reply, Request, Sampling
from codegen.sandbox.contract import Execution, Job, Status, Step, StepResult
from codegen.synthesis.allowance import Allowance, Meter
from codegen.synthesis.progress import Progress
from codegen.tracing import traced

ROUNDS = 5


class Instant:
    """A model and a sandbox that answer at once."""

    name, revision = "instant", "1"

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        return (Reply("an answer", prompt_tokens=len(request.messages), completion_tokens=1),)

    async def run(self, job: Job) -> Execution:
        return Execution(tuple(StepResult(one.name, Status.EXITED) for one in job.steps))

    async def digest(self, environment: str) -> str:
        return environment

    async def close(self) -> None:
        return


async def work(count: int, start: int) -> float:
    """Return the CPU microseconds of one piece of work, those of every thread."""
    with tempfile.TemporaryDirectory() as folder, Journal.open(folder) as journal:
        model, sandbox = JournaledModel(Instant(), journal), JournaledSandbox(Instant(), journal)

        async def one(number: int) -> None:
            asked = Request("solution", (Message("user", "?"),), Sampling(seed=number))
            with telemetry.span("problem", root=True), telemetry.span("stage solutions"):
                await model.complete(asked)
                await sandbox.run(Job("python", (Step("run", ("run.py", str(number))),)))

        before = time.process_time()
        for at in range(start, start + count, 64):
            await asyncio.gather(*(one(number) for number in range(at, at + 64)))
        return 1e6 * (time.process_time() - before) / count


@contextlib.contextmanager
def without_spans() -> Iterator[None]:
    nothing = contextlib.nullcontext(telemetry.current())

    def span(*_: Any, **__: Any) -> Any:
        return nothing

    def facts(*_: Any, **__: Any) -> telemetry.Facts:
        return {}

    with contextlib.ExitStack() as stack:
        for module in (telemetry, cached):
            stack.enter_context(mock.patch.object(module, "span", span))
        for name in ("asked", "answered", "executed"):
            stack.enter_context(mock.patch.object(spans, name, facts))
        yield


@contextlib.contextmanager
def collecting() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def main() -> None:
    """Print the CPU of each way, and how much more that is than of the first."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
    with collecting() as url:
        watched = Watched(Progress(), Meter(Allowance()), lambda: 1)
        ways: dict[str, Any] = {
            "no spans": without_spans,
            "spans, nobody listens": contextlib.nullcontext,
            "metrics": lambda: measured("127.0.0.1", 0, watched),
            "traces": lambda: traced(url, print),
        }
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                context: AbstractContextManager[Any] = way()
                with context:
                    found[name].append(asyncio.run(work(count, 0)))
    least = statistics.median(found["no spans"])
    for name, times in found.items():
        one = statistics.median(times)
        print(f"{name:24} {one:8.0f} µs of CPU for a call and an execution, {one / least:.3f} x")


if __name__ == "__main__":
    main()
