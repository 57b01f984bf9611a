"""Lives in this process: one event loop, its models, its sandbox.

Also what each worker of a cluster is inside (`codegen.engine.worker`).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from codegen.journal import Hits, Journal, JournaledModel, JournaledSandbox
from codegen.model.contract import Model, precedence
from codegen.records import ProblemRecord
from codegen.sandbox.contract import Sandbox
from codegen.sandbox.pool import Counts
from codegen.synthesis.assembly import Setting
from codegen.synthesis.bench import Bench
from codegen.synthesis.lead import Lead
from codegen.synthesis.life import Life
from codegen.synthesis.metered import MeteredModel
from codegen.synthesis.policy import Policy
from codegen.synthesis.settings import Settings
from codegen.synthesis.world import Strictness, Task, World
from codegen.verify.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Tools:
    """What lives work with; all of it stays the caller's to close.

    `second`, where it is given, writes programs again from texts and judges.
    """

    model: Model
    sandbox: Sandbox
    second: Model | None = None


@runtime_checkable
class _Counted(Protocol):
    @property
    def slots(self) -> int: ...
    @property
    def counts(self) -> Counts: ...


def slots_of(sandbox: Sandbox) -> tuple[int, int]:
    """Return how many of a sandbox's slots are busy, and how many there are, 0 where none are."""
    return (sandbox.counts.busy, sandbox.slots) if isinstance(sandbox, _Counted) else (0, 0)


def counts_of(sandbox: Sandbox) -> Callable[[], Counts] | None:
    """Return what says what a sandbox is doing; None where it does not say."""
    return (lambda: sandbox.counts) if isinstance(sandbox, _Counted) else None


@dataclass(frozen=True, slots=True)
class ProcessEngine:
    """Lives in this process; keeps the contract `codegen.synthesis.lead.Engine`."""

    world: World
    capacity: int
    models: tuple[JournaledModel, ...]
    sandbox: JournaledSandbox

    @property
    def calls(self) -> Hits:
        """How often the journal had the answer of a model."""
        return sum((one.hits for one in self.models), Hits())

    @property
    def executions(self) -> Hits:
        """How often the journal had the execution of a job."""
        return self.sandbox.hits

    async def live(self, task: Task) -> ProblemRecord:
        """Live one life, whose calls come before those of later ones; see the contract."""
        precedence.set(task.index)
        return await Life.of(self.world, task).run()

    async def settle(self) -> None:
        """Do nothing: what happens here is counted at once."""


@asynccontextmanager
async def open_process(lead: Lead, tools: Tools, journal: Journal) -> AsyncIterator[ProcessEngine]:
    """Make everything ready that lives in this process share."""
    model = JournaledModel(MeteredModel(tools.model, lead.meter), journal)
    second = tools.second
    reader = JournaledModel(MeteredModel(second, lead.meter), journal) if second else model
    sandbox = JournaledSandbox(tools.sandbox, journal)
    settings = lead.settings
    async with Verifier(sandbox, key=_nonce_key(settings)) as verifier:
        bench = Bench(
            model,
            reader,
            verifier,
            settings.sampling,
            settings.limits,
            Policy(settings.budget, settings.payoffs),
            settings.seed,
            lead.progress,
            settings.json_schemas,
        )
        models = (model, reader) if second else (model,)
        world = _world(lead, bench, tools.sandbox.name)
        yield ProcessEngine(world, settings.concurrency, models, sandbox)


def _world(lead: Lead, bench: Bench, sandbox: str) -> World:
    """Return what all lives of a run share."""
    settings = lead.settings
    number = settings.round.number if settings.round else 1
    return World(
        bench,
        Setting(bench.model, settings.sampling, settings.limits, sandbox, number),
        settings.languages,
        settings.inputs,
        bench.progress,
        lead.claim,
        settings.reference,
        Strictness(settings.mutants, settings.strength),
        settings.derive,
        lead.screen,
        settings.critic,
    )


def _nonce_key(settings: Settings) -> bytes:
    """Return the key of native tests' nonces: the run's own, so that its executions are found."""
    return hashlib.sha256(f"codegen nonces {settings.seed}".encode()).digest()
