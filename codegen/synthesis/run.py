"""A run put together: journal, model, sandbox, verifier and loop over one folder.

`open_run` is what `codegen synthesize` and a program of your own start from; the folder's journal
decides what is new. Not here: options and messages (`codegen.cli.synthesize`).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from codegen.export.dataset import LEAST_LEVEL, Dataset, write_dataset
from codegen.files import replacing
from codegen.journal import Journal, JournaledEmbedder, JournaledModel, JournaledSandbox
from codegen.model.contract import Embedder, Model
from codegen.records import Json, Usage, canonical
from codegen.report.statistics import Statistics, statistics_of
from codegen.sandbox.contract import Sandbox
from codegen.similarity import NearDuplicates, NearVectors
from codegen.synthesis.allowance import Meter, MeteredModel
from codegen.synthesis.assembly import Setting
from codegen.synthesis.bench import Bench
from codegen.synthesis.finished import problem_records
from codegen.synthesis.loop import Goal, Loop
from codegen.synthesis.policy import Policy
from codegen.synthesis.progress import Progress
from codegen.synthesis.registry import Meanings, Registry
from codegen.synthesis.screening import Screen, load_benchmarks
from codegen.synthesis.settings import Settings
from codegen.synthesis.tasks import tasks_of
from codegen.synthesis.world import Strictness, World
from codegen.verify.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Run:
    """An open run: its loop, and what can be read and written when it is over."""

    folder: Path
    journal: Journal
    loop: Loop
    progress: Progress
    models: tuple[JournaledModel, ...]
    sandbox: JournaledSandbox
    fingerprint: Json
    meter: Meter

    @property
    def model(self) -> JournaledModel:
        """The model that writes."""
        return self.models[0]

    def statistics(self) -> Statistics:
        """Count the run's records."""
        return statistics_of(problem_records(self.journal))

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
    on_event: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[Run]:
    """Open a run's folder and make everything ready; models and sandbox stay the caller's.

    `second`, where it is given, writes programs again from texts and judges; `embedder` tells which
    statements mean the same. `on_event` gets a line for each thing worth telling.

    Raises:
        JournalError: the journal cannot be opened or belongs to a running process.
        UsageError: the seeds or the problems cannot be used, or the folder holds a run with other
            settings; lists what differs.
    """
    # before the folder is made: what cannot be used must not bind it to a run that never was
    tasks = tasks_of(settings, on_event)
    screen = Screen(load_benchmarks(settings.decontaminate))
    async with AsyncExitStack() as stack:
        journal = stack.enter_context(Journal.open(folder))
        fingerprint = settings.fingerprint(model.name, model.revision, sandbox.name)
        fingerprint |= _helpers(settings, second, embedder)
        journal.fingerprint(fingerprint)
        meter = Meter(settings.allowance, sum(journal.usage().values(), Usage()))
        kept_model = JournaledModel(MeteredModel(model, meter), journal)
        reader = JournaledModel(MeteredModel(second, meter), journal) if second else kept_model
        kept_sandbox = JournaledSandbox(sandbox, journal)
        verifier = await stack.enter_async_context(Verifier(kept_sandbox, key=_nonce_key(settings)))
        progress = Progress(target=settings.target, limit=settings.limit)
        progress.quotas = {(q.dimension, q.value): float(q.share) for q in settings.quotas}
        registry = _registry(settings, JournaledEmbedder(embedder, journal) if embedder else None)
        bench = Bench(
            kept_model,
            reader,
            verifier,
            settings.sampling,
            settings.limits,
            Policy(settings.budget, settings.payoffs),
            settings.seed,
            progress,
        )
        world = _world(settings, bench, sandbox.name, registry, screen)
        loop = Loop(
            world,
            journal,
            tasks,
            Goal(settings.target, settings.limit),
            settings.concurrency,
            progress,
            registry,
        )
        models = (kept_model, reader) if second else (kept_model,)
        yield Run(folder, journal, loop, progress, models, kept_sandbox, fingerprint, meter)


def _helpers(
    settings: Settings, second: Model | None, embedder: Embedder | None
) -> dict[str, Json]:
    """Return what a fingerprint says of the models that a run need not have."""
    found: dict[str, Json] = {}
    if second is not None:
        found["second"] = [second.name, second.revision]
    if embedder is not None:
        close = settings.embedding_threshold
        found["embedding"] = [embedder.name, embedder.revision, close]
    return found


def _world(
    settings: Settings, bench: Bench, sandbox: str, registry: Registry, screen: Screen
) -> World:
    """Return what all lives of a run share."""
    number = settings.round.number if settings.round else 1
    return World(
        bench,
        Setting(bench.model, settings.sampling, settings.limits, sandbox, number),
        settings.languages,
        settings.inputs,
        bench.progress,
        registry.claim,
        settings.reference,
        Strictness(settings.mutants, settings.strength),
        settings.derive,
        screen,
        settings.critic,
    )


def _registry(settings: Settings, embedder: Embedder | None) -> Registry:
    alike, close = settings.near_duplicates, settings.embedding_threshold
    return Registry(
        NearDuplicates(alike) if alike is not None else None,
        set(settings.round.known if settings.round else ()),
        Meanings(embedder, NearVectors(close)) if embedder is not None else None,
    )


def _nonce_key(settings: Settings) -> bytes:
    """Return the key of native tests' nonces: the run's own, so that its executions are found."""
    return hashlib.sha256(f"codegen nonces {settings.seed}".encode()).digest()


def _indented(value: Json) -> str:
    import json  # noqa: PLC0415 - the only place that wants indentation

    return json.dumps(json.loads(canonical(value)), indent=2, ensure_ascii=False)
