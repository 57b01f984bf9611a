"""A function over many values, in their order, by several processes and in bounded memory."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

CHUNK = 256
_AHEAD = 3  # chunks that wait for each process


def mapped(
    function: Callable[[list[T]], list[R]], values: Iterable[T], workers: int
) -> Iterator[R]:
    """Yield what `function` makes of chunks of values, value by value.

    It must be one that another process can import. A single worker, or a single chunk, is done in
    this process.
    """
    waiting = iter(values)
    first = list(islice(waiting, CHUNK))
    second = list(islice(waiting, CHUNK)) if len(first) == CHUNK and workers > 1 else []
    if not second:
        yield from _alone(function, first, waiting)
        return
    yield from _shared(function, [first, second], waiting, workers)


def _alone(
    function: Callable[[list[T]], list[R]], chunk: list[T], waiting: Iterator[T]
) -> Iterator[R]:
    while chunk:
        yield from function(chunk)
        chunk = list(islice(waiting, CHUNK))


def _shared(
    function: Callable[[list[T]], list[R]],
    begun: list[list[T]],
    waiting: Iterator[T],
    workers: int,
) -> Iterator[R]:
    # a forked process would hold this one's open databases
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        running: deque[Future[list[R]]] = deque(pool.submit(function, one) for one in begun)
        try:
            while chunk := list(islice(waiting, CHUNK)):
                running.append(pool.submit(function, chunk))
                if len(running) >= workers * _AHEAD:
                    yield from running.popleft().result()
            while running:
                yield from running.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
