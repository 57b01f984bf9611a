"""What the leader of a run and the workers of a cluster tell each other. All of it is pickled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from codegen.engine.process import Tools
from codegen.journal import Hits
from codegen.records import Outcome, Problem, Usage
from codegen.sandbox.pool import Counts
from codegen.synthesis.screening import Screen
from codegen.synthesis.settings import Settings
from codegen.telemetry import Span

Opener = Callable[[int, Callable[[str], None]], AbstractAsyncContextManager[Tools]]
"""Opens a worker's own models and sandbox; given its CPUs, and what takes a line worth telling.

It is pickled by its name, so it is a function of a module or a `partial` of one.
"""
Claimed = tuple[int, Problem | None]
Attempts = Mapping[tuple[str, Outcome], int]


@dataclass(frozen=True, slots=True)
class Name:
    """A model, by what tells it from others."""

    name: str
    revision: str


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a worker has: its place, its models and its sandbox.

    `digests` has the toolchain of each environment, `missing` says why there is none.
    """

    host: str
    model: Name
    second: Name | None
    sandbox: str
    slots: int
    digests: Mapping[str, str]
    missing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker needs to begin: the run's settings, and where its journal is.

    Where the run is `measured`, its news have its spans.
    """

    settings: Settings
    screen: Screen
    journal: str
    measured: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """What happened at a worker since it last told; from `stages` on, how it is at the moment.

    `usage` is by model and purpose; `spans` are those that have ended and are counted. `sandbox` is
    None where it does not say; `calls` and `executions` count from the worker's start.
    """

    claims: tuple[Claimed, ...] = ()
    lines: tuple[str, ...] = ()
    attempts: Attempts = field(default_factory=dict)
    usage: Mapping[tuple[str, str], Usage] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    stages: Mapping[str, int] = field(default_factory=dict)
    calls_in_flight: int = 0
    slots_busy: int = 0
    sandbox: Counts | None = None
    calls: Hits = field(default_factory=Hits)
    executions: Hits = field(default_factory=Hits)


@dataclass(frozen=True, slots=True)
class Raised:
    """An error that is handed over as a value, so that it arrives as what it is."""

    error: Exception
