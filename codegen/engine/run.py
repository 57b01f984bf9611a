"""A run put together: journal, loop and engine over one folder.

`open_run` is what a program of your own starts from, `open_led` what lets another engine live the
lives; the folder's journal decides what is new. Not here: options and messages
(`codegen.cli.synthesize`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from codegen.engine.process import Tools, open_process
from codegen.export.dataset import LEAST_LEVEL, Dataset, write_dataset
from codegen.files import replacing
from codegen.journal import Journal, JournaledEmbedder
from codegen.journal.place import chosen, point
from codegen.model.contract import Embedder, Model
from codegen.records import Json, canonical
from codegen.report.costs import Costs
from codegen.report.statistics import Statistics, statistics_of
from codegen.sandbox.contract import Sandbox
from codegen.similarity import NearDuplicates, NearVectors
from codegen.synthesis.allowance import Meter
from codegen.synthesis.finished import problem_records
from codegen.synthesis.lead import Engine, Lead, Makers
from codegen.synthesis.loop import Goal, Loop
from codegen.synthesis.metered import MeteredEmbedder
from codegen.synthesis.progress import Progress
from codegen.synthesis.registry import Meanings, Registry
from codegen.synthesis.screening import Screen, load_benchmarks
from codegen.synthesis.settings import Settings
from codegen.synthesis.tasks import tasks_of

Start = Callable[[Lead, Journal], AbstractAsyncContextManager[Engine]]
"""Starts the engine of a run; it ends with the block."""


@dataclass(frozen=True, slots=True)
class Run:
    """An open run: its loop, and what can be read and written when it is over."""

    folder: Path
    journal: Journal
    loop: Loop
    makers: Makers
    fingerprint: Json
    lead: Lead

    @property
    def progress(self) -> Progress:
        """What has happened so far."""
        return self.lead.progress

    @property
    def engine(self) -> Engine:
        """Where the lives are lived."""
        return self.loop.engine

    @property
    def meter(self) -> Meter:
        """What has been spent."""
        return self.lead.meter

    def statistics(self) -> Statistics:
        """Count the run's records."""
        return statistics_of(problem_records(self.journal))

    def costs(self, statistics: Statistics) -> Costs:
        """Return what the run's calls cost, those of every start, for the examples it has."""
        return Costs(self.journal.usage(), statistics.examples, self.meter.cost)

    def write(self, statistics: Statistics, facts: Json, *, least: str = LEAST_LEVEL) -> Dataset:
        """Write the datasets (see `write_dataset`) and `summary.json` (the figures and `facts`).

        Raises:
            UsageError: the folder cannot be written or the disk is full.
        """
        made = write_dataset(problem_records(self.journal), self.folder, least=least)
        with replacing(self.folder / "summary.json") as handle:
            handle.write(_indented({**statistics.to_json(), **facts}) + "\n")
        return made


@asynccontextmanager
async def open_run(  # noqa: PLR0913 - four that a run needs, and optional ones that are named
    folder: Path,
    settings: Settings,
    model: Model,
    sandbox: Sandbox,
    *,
    second: Model | None = None,
    embedder: Embedder | None = None,
    database: str | None = None,
    on_event: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[Run]:
    """Open a run in this process; models and sandbox stay the caller's. See `open_led`.

    `second`, where it is given, writes programs again from texts and judges.
    """
    tools = Tools(model, sandbox, second)
    makers = Makers(model, sandbox.name, second)

    def start(lead: Lead, journal: Journal) -> AbstractAsyncContextManager[Engine]:
        return open_process(lead, tools, journal)

    async with open_led(
        folder, settings, makers, start, embedder=embedder, database=database, on_event=on_event
    ) as run:
        yield run


@asynccontextmanager
async def open_led(  # noqa: PLR0913 - four that a run needs, and optional ones that are named
    folder: Path,
    settings: Settings,
    makers: Makers,
    start: Start,
    *,
    embedder: Embedder | None = None,
    database: str | None = None,
    on_event: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[Run]:
    """Open a run's folder and make everything ready; `start` gives the engine that lives it.

    `embedder` tells which statements mean the same. `database` is the URL of one that keeps the
    journal; without it the folder does. `on_event` gets a line for each thing worth telling.

    Raises:
        JournalError: the journal cannot be opened or belongs to a running process.
        UsageError: the seeds or the problems cannot be used, or the folder holds a run with other
            settings; lists what differs.
    """
    # before the folder is made: what cannot be used must not bind it to a run that never was
    tasks = tasks_of(settings, on_event)
    screen = Screen(load_benchmarks(settings.decontaminate))
    async with AsyncExitStack() as stack:
        place = chosen(folder, database)
        journal = stack.enter_context(Journal.open(place, on_event=on_event))
        fingerprint = settings.fingerprint(makers.model.name, makers.model.revision, makers.sandbox)
        fingerprint |= _helpers(settings, makers, embedder)
        journal.fingerprint(fingerprint)
        point(folder, journal.place)
        meter = Meter.resumed(settings.allowance, journal.usage_by_model())
        progress = Progress(target=settings.target, limit=settings.limit)
        progress.quotas = {(q.dimension, q.value): float(q.share) for q in settings.quotas}
        registry = _registry(settings, _embedding(embedder, meter, journal))
        lead = Lead(settings, screen, registry.claim, progress, meter)
        engine = await stack.enter_async_context(start(lead, journal))
        loop = Loop(
            engine, journal, tasks, Goal(settings.target, settings.limit), progress, registry
        )
        yield Run(folder, journal, loop, makers, fingerprint, lead)


def _helpers(settings: Settings, makers: Makers, embedder: Embedder | None) -> dict[str, Json]:
    """Return what a fingerprint says of the models that a run need not have."""
    found: dict[str, Json] = {}
    if makers.second is not None:
        found["second"] = [makers.second.name, makers.second.revision]
    if embedder is not None:
        close = settings.embedding_threshold
        found["embedding"] = [embedder.name, embedder.revision, close]
    return found


def _registry(settings: Settings, embedder: Embedder | None) -> Registry:
    alike, close = settings.near_duplicates, settings.embedding_threshold
    return Registry(
        NearDuplicates(alike) if alike is not None else None,
        set(settings.round.known if settings.round else ()),
        Meanings(embedder, NearVectors(close)) if embedder is not None else None,
    )


def _embedding(embedder: Embedder | None, meter: Meter, journal: Journal) -> Embedder | None:
    return JournaledEmbedder(MeteredEmbedder(embedder, meter), journal) if embedder else None


def _indented(value: Json) -> str:
    import json  # noqa: PLC0415 - the only place that wants indentation

    return json.dumps(json.loads(canonical(value)), indent=2, ensure_ascii=False)
