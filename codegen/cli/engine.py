"""`codegen synthesize --engine`: the options, and what lives the lives of a run."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from codegen.cli.options import declared
from codegen.errors import ToolchainError, UsageError

if TYPE_CHECKING:
    from codegen.engine.process import Tools
    from codegen.engine.run import Start
    from codegen.sandbox.pool import Counts
    from codegen.synthesis.lead import Makers
    from codegen.synthesis.settings import Settings

Tell = Callable[[str], None]

COLLECTOR = (10_000, 20, 20)
"""`gc.set_threshold` for a run. A thousand calls that wait are young objects which live on: with
Python's own 700 they are looked at again and again, at a fifth of the CPU that a call costs."""

engine_options = declared(
    click.option(
        "--engine",
        type=click.Choice(["process", "ray"]),
        default="process",
        show_default=True,
        help="Where the problems are worked on: in this process, or on a Ray cluster.",
    ),
    click.option(
        "--ray-address",
        help="`auto`, `local` (a cluster for this run, on this machine), or HOST:PORT."
        "  [default: auto]",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1),
        help="Workers on the Ray cluster.  [default: as many as it has room for]",
    ),
    click.option(
        "--worker-cpus",
        type=click.IntRange(1),
        help="CPUs of a worker.  [default: those of the smallest node, at most 16]",
    ),
    click.option(
        "--worker-gpus",
        type=click.IntRange(0),
        help="GPUs of a worker, for a model that it loads itself.  [default: 1 with --model"
        " vllm:…, where there are any]",
    ),
)


def collect_less_often() -> None:
    """Set the garbage collector of this process, which works on a run."""
    gc.set_threshold(*COLLECTOR)


@dataclass(frozen=True, slots=True)
class Opened:
    """What was opened to live the lives: `slots` says how many are busy, and how many there are.

    `settings` has the languages that are left; `counts` are those of the sandboxes, if they say.
    """

    settings: Settings
    makers: Makers
    start: Start
    slots: Callable[[], tuple[int, int]]
    counts: Callable[[], Counts] | None = None


def check_engine(options: dict[str, Any]) -> None:
    """Refuse options that go with another engine, and a cluster without a journal for it.

    Raises:
        UsageError: says what is missing, or too much.
    """
    if options["engine"] == "process":
        for name in ("ray_address", "workers", "worker_cpus", "worker_gpus"):
            if options[name] is not None:
                raise UsageError(f"--{name.replace('_', '-')} needs --engine ray")
        return
    if options["serve_model"] and options["ray_address"] != "local":
        raise UsageError(
            "--serve-model serves this machine alone; serve the model where all nodes reach it"
            " (`codegen model serve`), and give --base-url"
        )
    from codegen.journal.place import Shared, chosen, place_of

    if not isinstance(place_of(chosen(options["out"], options["journal"])), Shared):
        raise UsageError(
            "--engine ray needs --journal postgresql://HOST/DATABASE?run=NAME, where all workers"
            " can write"
        )


@asynccontextmanager
async def open_engine(
    settings: Settings, options: dict[str, Any], console: Console, tell: Tell
) -> AsyncIterator[Opened]:
    """Open the engine of the options.

    Raises:
        CodegenError: it cannot be opened; says what to do.
    """
    opened = _in_process(settings, options, console, tell)
    if options["engine"] == "ray":
        opened = _on_ray(settings, options, tell)
    async with opened as found:
        yield found


@asynccontextmanager
async def _in_process(
    settings: Settings, options: dict[str, Any], console: Console, tell: Tell
) -> AsyncIterator[Opened]:
    from codegen.cli.equipment import open_tools, with_tools
    from codegen.engine.process import counts_of, open_process, slots_of
    from codegen.synthesis.lead import Makers

    async with open_tools(options, settings, None, tell) as tools:
        settings = await with_tools(settings, tools.sandbox, console)
        yield Opened(
            settings,
            Makers(tools.model, tools.sandbox.name, tools.second),
            lambda lead, journal: open_process(lead, tools, journal),
            lambda: slots_of(tools.sandbox),
            counts_of(tools.sandbox),
        )


@asynccontextmanager
async def _on_ray(settings: Settings, options: dict[str, Any], tell: Tell) -> AsyncIterator[Opened]:
    from codegen import tracing
    from codegen.cli.own_model import is_own
    from codegen.engine.crew import open_crew
    from codegen.engine.ray import Place, RaySite, connected
    from codegen.synthesis.lead import Makers

    place = Place(
        options["ray_address"] or "auto",
        workers=options["workers"],
        worker_cpus=options["worker_cpus"],
        worker_gpus=options["worker_gpus"],
        loads=is_own(options),
    )
    environments = tuple(one.environment for one in settings.languages)
    opener = partial(_open_worker, {**options, "otlp": tracing.place(options["otlp"])}, settings)
    with connected(place):
        site, measured = RaySite(place, opener, environments), options["metrics_port"] is not None
        async with open_crew(site, tell, measured=measured) as crew:
            first = crew.standard
            settings = _with_tools(settings, crew.missing(), tell)
            makers = Makers(first.model, first.sandbox, first.second)
            counts = crew.counts if first.slots else None
            yield Opened(settings, makers, crew.begin, lambda: crew.slots, counts)


@asynccontextmanager
async def _open_worker(
    options: dict[str, Any], settings: Settings, cpus: int, tell: Tell
) -> AsyncIterator[Tools]:
    """Open a worker's models and sandbox, and send its traces to where the run's go."""
    from codegen.cli.equipment import open_tools
    from codegen.cli.watching import traced

    collect_less_often()
    with traced(options["otlp"], tell):
        async with open_tools(options, settings, cpus, tell) as tools:
            yield tools


def _with_tools(settings: Settings, missing: dict[str, str], tell: Tell) -> Settings:
    """Return the settings with the languages that every worker has; names the others.

    Raises:
        ToolchainError: none is left.
    """
    for language in settings.languages:
        if language.environment in missing:
            tell(f"{language.title} is left out: {missing[language.environment]}")
    left = tuple(one for one in settings.languages if one.environment not in missing)
    if not left:
        raise ToolchainError("no language is left:\n  " + "\n  ".join(missing.values()))
    return replace(settings, languages=left)
