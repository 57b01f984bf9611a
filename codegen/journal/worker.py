"""A thread that answers operations in batches, so that the event loop never waits for a disk.

What has piled up while one batch was at work is the next batch: a quiet journal answers at once, a
busy one shares an fsync between hundreds of rows.

Not here: what an operation is (`codegen.journal.store`).
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from codegen.errors import JournalError

Operation = TypeVar("Operation")
Answer = TypeVar("Answer")
IDLE_S = 3.0
_Job = tuple[Operation, "asyncio.Future[Answer]"]


class Worker(Generic[Operation, Answer]):
    """Passes operations to `answer`, at most `most` at a time, from one thread of its own.

    `answer` returns one answer or one `JournalError` for each operation. A `JournalError` that it
    raises instead ends everything: it is the answer to every operation from then on.
    """

    def __init__(
        self,
        name: str,
        answer: Callable[[Sequence[Operation]], Sequence[Answer | JournalError]],
        *,
        most: int,
        idle: Callable[[], None] | None = None,
    ) -> None:
        """Start the thread. It calls `idle` when there was nothing to do for `IDLE_S` seconds."""
        self._answer = answer
        self._idle = idle
        self._most = most
        self._queue: queue.SimpleQueue[_Job[Operation, Answer] | None] = queue.SimpleQueue()
        self._broken: JournalError | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, operation: Operation) -> asyncio.Future[Answer]:
        """Queue an operation, from the event loop's thread, and return its future answer.

        The operation is carried out even when nobody waits for the answer any more.

        Raises:
            JournalError: the journal is closed.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._closed:
                raise JournalError("the journal is closed")
            self._queue.put((operation, future))
        return future

    def close(self) -> None:
        """Finish what is queued and end the thread. Safe to call twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        last = False
        while not last:
            batch, last = self._batch()
            if batch:
                _deliver(batch, self._answers([operation for operation, _ in batch]))

    def _batch(self) -> tuple[list[_Job[Operation, Answer]], bool]:
        found: list[_Job[Operation, Answer]] = []
        item = self._next()
        while item is not None:
            found.append(item)
            if len(found) == self._most:
                return found, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return found, False
        return found, True

    def _next(self) -> _Job[Operation, Answer] | None:
        if self._idle is None:
            return self._queue.get()
        while True:
            try:
                return self._queue.get(timeout=IDLE_S)
            except queue.Empty:
                self._rest(self._idle)

    def _rest(self, idle: Callable[[], None]) -> None:
        if self._broken is None:
            try:
                idle()
            except JournalError as error:
                self._broken = error

    def _answers(self, operations: Sequence[Operation]) -> Sequence[Answer | JournalError]:
        if self._broken is None:
            try:
                return self._answer(operations)
            except JournalError as error:
                self._broken = error
            except Exception as error:  # noqa: BLE001 - a dead thread would leave its callers waiting
                self._broken = JournalError(f"the journal failed: {error!r}")
        # One for each: an exception object that is raised in many places gathers all their frames.
        return [JournalError(str(self._broken)) for _ in operations]


def _deliver(
    batch: Sequence[_Job[Operation, Answer]], answers: Sequence[Answer | JournalError]
) -> None:
    waiting: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Answer], object]]] = {}
    for (_, future), answer in zip(batch, answers, strict=True):
        waiting.setdefault(future.get_loop(), []).append((future, answer))
    for loop, settled in waiting.items():
        try:
            loop.call_soon_threadsafe(_settle, settled)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _settle(settled: Sequence[tuple[asyncio.Future[Answer], object]]) -> None:
    for future, answer in settled:
        if future.done():
            continue
        if isinstance(answer, JournalError):
            future.set_exception(answer)
        else:
            future.set_result(answer)  # type: ignore[arg-type]  # what is no error is an Answer
