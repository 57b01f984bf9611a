"""Carries a run out as the command line asked: opens what it needs, shows it, writes its files.

Not here: the options (`codegen.cli.synthesize`).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from typing import Any

import click
from rich.console import Console

from codegen.cli.budgets import ENDED_BY_BUDGET, spent_text
from codegen.cli.display import Display, Gauges, mix_text
from codegen.cli.embedding import open_embedder
from codegen.cli.engine import collect_less_often, open_engine
from codegen.cli.equipment import with_experience
from codegen.cli.log import Log
from codegen.cli.own_model import served
from codegen.cli.rounds import tell_round
from codegen.cli.servers import server_facts, server_lines
from codegen.cli.summary import counted, show_summary
from codegen.cli.watching import watched
from codegen.engine.run import Run, open_led
from codegen.records import content_id
from codegen.report.statistics import Statistics
from codegen.synthesis.settings import Settings
from codegen.telemetry import Facts, span

_MISSED = {
    "limit": "as many problems were attempted as --limit allows",
    "patience": "far too few problems were accepted (see the reasons above)",
    "seeds": "the seeds came to an end",
}


async def carry_out(settings: Settings, options: dict[str, Any]) -> int:
    """Run to the goal and return the exit code.

    Raises:
        CodegenError: fit to be printed; whatever was finished is kept.
    """
    log = Log(options["log_format"])
    console, tell = log.console, log.tell
    _stop_on_terminate()
    collect_less_often()
    async with contextlib.AsyncExitStack() as stack:
        options = await stack.enter_async_context(served(options, tell))
        embedder = await open_embedder(options)
        if embedder is not None:
            stack.push_async_callback(embedder.close)
        opened = await stack.enter_async_context(open_engine(settings, options, console, tell))
        makers = opened.makers
        settings = with_experience(opened.settings, options["policy_from"], makers.model, tell)
        tell_round(settings, makers.model, tell)
        languages = ", ".join(one.title for one in settings.languages)
        reads = f", {makers.second.name} reads" if makers.second else ""
        tell(
            f"{languages}: {makers.model.name} writes{reads}, the {makers.sandbox} sandbox runs it"
        )
        run = await stack.enter_async_context(
            open_led(
                options["out"],
                settings,
                makers,
                opened.start,
                embedder=embedder,
                database=options["journal"],
                on_event=tell,
            )
        )
        gauges = Gauges(
            lambda: run.progress.calls_in_flight,
            lambda: opened.slots()[0],
            lambda: opened.slots()[1],
            opened.counts,
        )
        with watched(options, run, gauges, tell):
            return await _live(run, settings, log, gauges)


async def _live(run: Run, settings: Settings, log: Log, gauges: Gauges) -> int:
    console = log.console
    display = Display(log, run.progress, gauges, tuple(x.name for x in settings.languages))
    started = time.monotonic()
    try:
        async with display.showing():
            with span("run") as told:
                told.tell(_named(run))
                await run.loop.run()
    except BaseException:
        kept = counted(run.progress.accepted, "accepted problem")
        log.event("stopped", f"stopped; {kept} in {run.folder}, and the same command goes on")
        raise
    seconds = time.monotonic() - started
    statistics = run.statistics()
    facts = {**_facts(run, settings, seconds), "costs": run.costs(statistics).to_json()}
    facts["servers"] = await server_facts(run.makers.model)
    dataset = run.write(statistics, facts, least=settings.least)
    if log.json:
        log.event("finished", "the run is over", **statistics.to_json(), **facts)
    else:
        _show(run, console, statistics, seconds)
        for line in server_lines(facts["servers"]):
            console.print(line, highlight=False, markup=False)
    click.echo(f"dataset  {dataset.examples} ({dataset.rows} examples)")
    click.echo(
        f"to train {dataset.sft} ({dataset.chats}), {dataset.preference} ({dataset.pairs}):"
        f" {settings.least} and above"
    )
    click.echo(f"summary  {run.folder / 'summary.json'}")
    return _end(run, settings, statistics.accepted, console)


def _show(run: Run, console: Console, statistics: Statistics, seconds: float) -> None:
    show_summary(console, statistics, seconds, run.costs(statistics))
    if run.progress.quotas:
        console.print(f"mix: {mix_text(run.progress)}", highlight=False)
    if run.progress.resumed:
        console.print(f"{run.progress.resumed} of the problems were there from an earlier start")


def _named(run: Run) -> Facts:
    """Return what the run's span says of it."""
    return {
        "codegen.run.id": content_id(run.fingerprint),
        "codegen.seed": run.lead.settings.seed,
        "gen_ai.request.model": run.makers.model.name,
        "codegen.sandbox": run.makers.sandbox,
    }


def _facts(run: Run, settings: Settings, seconds: float) -> dict[str, Any]:
    calls, executions = run.engine.calls, run.engine.executions
    return {
        "run": run.fingerprint,
        "target": settings.target,
        "limit": settings.limit,
        "ended_by": run.loop.ending,
        "cost": round(run.meter.cost, 6),
        "quotas": [
            {"dimension": dimension, "value": value, "asked": asked, "share": round(have, 4)}
            for dimension, value, asked, have in run.progress.shares()
        ],
        "seconds": round(seconds, 1),
        "problems_resumed": run.progress.resumed,
        "journal": {
            "calls_made": calls.misses,
            "calls_found": calls.hits + calls.shared,
            "executions_made": executions.misses,
            "executions_found": executions.hits + executions.shared,
        },
    }


def _end(run: Run, settings: Settings, accepted: int, console: Console) -> int:
    """Say why the run ended, where that is not what was asked for, and return the exit code."""
    ending, missed = run.loop.ending, settings.target is not None and accepted < settings.target
    if ending in ("tokens", "cost", "time"):
        console.print(spent_text(ending, run.meter), highlight=False)
        return ENDED_BY_BUDGET if missed or settings.problems is not None else 0
    if missed:
        console.print(f"the target of {settings.target} was not reached: {_MISSED[str(ending)]}")
        return ENDED_BY_BUDGET if ending == "limit" else 1
    if not accepted:
        console.print("no problem was accepted (see the reasons above)")
        return 1
    return 0


def _stop_on_terminate() -> None:
    """End on SIGTERM as on Ctrl-C: everything is closed, and what is finished is kept."""
    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
