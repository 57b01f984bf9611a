"""One of several processes that ask the same things of a shared journal; says what it pays for.

Run as a program: PLACE ROLE FIRST LAST SECONDS.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from itertools import count

from codegen.journal import Journal, JournaledModel, JournaledSandbox
from codegen.model.contract import Message, Reply, Request, Sampling
from codegen.sandbox.contract import Execution, Job, Status, Step, StepResult

AT_ONCE = 30


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


class Paid:
    """A model and a sandbox whose every answer is another; each takes so many seconds."""

    name, revision = "paid", "1"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._numbers = count()

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        say("call", request.sampling.seed)
        await asyncio.sleep(self._seconds)
        return (Reply(f"{os.getpid()}.{next(self._numbers)}"),)

    async def digest(self, environment: str) -> str:
        return environment

    async def run(self, job: Job) -> Execution:
        say("run", job.steps[0].stdin.decode())
        await asyncio.sleep(self._seconds)
        return Execution((StepResult("run", Status.EXITED, stdout=os.urandom(8)),))

    async def close(self) -> None:
        pass


async def one(journal: Journal, kept: JournaledModel, ran: JournaledSandbox, number: int) -> None:
    request = Request("solution", (Message("user", "go"),), Sampling(seed=number))
    (reply,) = await kept.complete(request)
    files = {"shared": b"#" * 3000, "own": str(number % 7).encode() * 3000}
    execution = await ran.run(
        Job("py", (Step("run", ("x",), files=files, stdin=str(number).encode()),))
    )
    out = execution.steps[0].stdout.hex()
    await journal.record(number, "accepted", [reply.text, out])
    say("done", number, reply.text, out)


async def some(
    journal: Journal, kept: JournaledModel, ran: JournaledSandbox, numbers: Iterator[int]
) -> None:
    for number in numbers:
        await one(journal, kept, ran, number)


async def main(place: str, role: str, first: str, last: str, seconds: str) -> None:
    paid = Paid(float(seconds))
    worker = role == "worker"
    with Journal.open(place, worker=worker, on_event=lambda text: say("event", text)) as journal:
        model, sandbox = JournaledModel(paid, journal), JournaledSandbox(paid, journal)
        say("open")
        numbers = iter(range(int(first), int(last)))
        await asyncio.gather(*(some(journal, model, sandbox, numbers) for _ in range(AT_ONCE)))
    say("end")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
