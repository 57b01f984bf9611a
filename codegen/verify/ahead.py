"""Work done side by side, with answers in the order in which it was given."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def in_order(
    requests: Iterable[T] | AsyncIterable[T], work: Callable[[T], Awaitable[R]], ahead: int
) -> AsyncIterator[R]:
    """Yield what `work` returns for each request, at most `ahead` of them begun.

    So the source may be endless. An exception of `work` is raised in its place, after the answers
    before it; what was begun is then cancelled.
    """
    running: deque[asyncio.Future[R]] = deque()
    try:
        async for request in _each(requests):
            running.append(asyncio.ensure_future(work(request)))
            while len(running) >= ahead or (running and running[0].done()):
                yield await running[0]
                running.popleft()
        while running:
            yield await running[0]
            running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def all_of(work: Iterable[Awaitable[R]]) -> list[R]:
    """Wait for all, and return what they return; where one fails, none of the others goes on."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _each(requests: Iterable[T] | AsyncIterable[T]) -> AsyncIterator[T]:
    if isinstance(requests, AsyncIterable):
        async for request in requests:
            yield request
        return
    for request in requests:
        yield request
