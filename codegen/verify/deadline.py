"""A bound on the time that an answer may take, whatever happens to the work behind it.

What is given up is cancelled, and not waited for any longer than a moment: a daemon that hangs does
not hold up the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from codegen.errors import DeadlineError

if TYPE_CHECKING:
    from codegen.sandbox.contract import Job

T = TypeVar("T")
_MOMENT_S = 0.3
QUEUE_S = 6 * 3600.0
"""What a request without a deadline of its own may wait for a slot."""


def patience(jobs: Iterable[Job]) -> float:
    """Return the seconds after which jobs that run one after another must have come to an end.

    A slot gives up by itself, and a job is tried again on two others; the first start of a slot may
    have to prepare its toolchain.
    """
    steps = [step for job in jobs for step in job.steps]
    return 960.0 + 3.0 * sum(5.0 * step.limits.wall_s + 10.0 for step in steps)


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what the work returns.

    Raises:
        DeadlineError: the time is over. The work was cancelled.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait([task], timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    if not done:
        task.cancel()
        await asyncio.wait([task], timeout=_MOMENT_S)
        task.add_done_callback(_seen)
        if not task.done() or task.cancelled():
            raise DeadlineError(f"the deadline of {seconds:g} s is over; nothing was judged")
    return task.result()


def _seen(task: asyncio.Future[Any]) -> None:
    """Take note of an exception that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
