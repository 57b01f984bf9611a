"""A function over many values, in their order, by several processes and in bounded memory."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

CHUNK = 256
_AHEAD = 3  # chunks that wait for each process


def mapped(
    function: Callable[[list[T]], list[R]],
    values: Iterable[T],
    workers: int,
    *,
    chunk: int = CHUNK,
) -> Iterator[R]:
    """Yield what `function` makes of chunks of values, value by value.

    It is sent to each process once, so it must be one that can be sent. A single worker, or a
    single chunk, is done in this process.
    """
    chunks = _chunks(iter(values), chunk)
    begun = list(islice(chunks, 2 if workers > 1 else 1))
    if len(begun) > 1:
        yield from _shared(function, chain(begun, chunks), workers)
        return
    for one in chain(begun, chunks):
        yield from function(one)


def _chunks(values: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(values, size)):
        yield chunk


def _shared(
    function: Callable[[list[T]], list[R]], chunks: Iterable[list[T]], workers: int
) -> Iterator[R]:
    # a forked process would hold this one's open databases
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _take, (function,)) as pool:
        running: deque[Future[list[R]]] = deque()
        try:
            for chunk in chunks:
                running.append(pool.submit(_apply, chunk))
                if len(running) >= workers * _AHEAD:
                    yield from running.popleft().result()
            while running:
                yield from running.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


_TAKEN: list[Callable[[list[Any]], list[Any]]] = []  # in a worker, the function that it is for


def _take(function: Callable[[list[Any]], list[Any]]) -> None:
    _TAKEN[:] = [function]


def _apply(chunk: list[Any]) -> list[Any]:
    return _TAKEN[0](chunk)
