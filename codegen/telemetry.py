"""Spans of a run, from seed to example, for whoever listens; nobody does unless it was asked for.

A piece of work that is worth a span opens one where it is done. While nobody listens that is one
look at an empty tuple, so it may stand anywhere but in an inner loop.

Not here: those who listen (`codegen.tracing`, `codegen.metrics`); names for what a model and a
sandbox were asked (`codegen.journal.spans`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol, Self

Value = str | bool | int | float | Sequence[str]
Facts = Mapping[str, Value]


class Listener(Protocol):
    """Hears of every span."""

    def opened(self, span: Span) -> Callable[[], None]:
        """Take note that a span begins; what is returned is called when it has ended."""


@dataclass(slots=True)
class Span:
    """One piece of work: its name, what is known of it, how long it took in seconds.

    `root` spans begin a trace of their own; `remote` ones are calls to another process. `error` is
    the kind of exception that ended it, empty if none did.
    """

    name: str
    facts: dict[str, Value] = field(default_factory=dict)
    root: bool = False
    remote: bool = False
    seconds: float = 0.0
    error: str = ""

    def tell(self, facts: Facts) -> None:
        """Add what is known of it."""
        self.facts.update(facts)


class _Nothing(Span):
    """What everybody is given while nobody listens."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def tell(self, facts: Facts) -> None:  # noqa: ARG002 - it is a span's
        return


_NOTHING = _Nothing("")
_listeners: tuple[Listener, ...] = ()
_counting: tuple[Listener, ...] = ()
_current: ContextVar[Span] = ContextVar("codegen span", default=_NOTHING)


class _Opened:
    """A span while the work is done."""

    __slots__ = ("_ends", "_span", "_started", "_token")

    def __init__(self, span: Span) -> None:
        self._span = span

    def __enter__(self) -> Span:
        self._ends = [listener.opened(self._span) for listener in _listeners]
        self._token = _current.set(self._span)
        self._started = time.monotonic()
        return self._span

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._span.seconds = time.monotonic() - self._started
        self._span.error = kind.__name__ if kind is not None else ""
        _current.reset(self._token)
        for end in reversed(self._ends):
            end()


def span(name: str, *, root: bool = False, remote: bool = False) -> _Opened | _Nothing:
    """Return a context around a piece of work; entering it gives its `Span`."""
    return _Opened(Span(name, root=root, remote=remote)) if _listeners else _NOTHING


def current() -> Span:
    """Return the innermost span that is open."""
    return _current.get()


@contextmanager
def heard(listener: Listener, *, counts: bool = False) -> Iterator[None]:
    """Let a listener hear of the spans that are opened in the block, by whomever.

    One that `counts` hears of those of other processes as well, when they are retold here.
    """
    global _listeners, _counting  # noqa: PLW0603 - where work is done, nobody should have to know who listens
    _listeners = (*_listeners, listener)
    _counting = (*_counting, listener) if counts else _counting
    try:
        yield
    finally:
        _listeners = tuple(one for one in _listeners if one is not listener)
        _counting = tuple(one for one in _counting if one is not listener)


def retell(span: Span) -> None:
    """Have those who count hear of a span that has ended in another process."""
    for listener in _counting:
        listener.opened(span)()
