"""What a person sees of a run: a live panel on a terminal, a line now and then elsewhere.

Not here: the figures after the run (`codegen.cli.summary`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from codegen.cli.log import Log
from codegen.records import Outcome
from codegen.sandbox.pool import Counts
from codegen.synthesis.progress import Progress

REFRESH_S = 0.25
LINE_S = 5.0
_WRONG = [one for one in Outcome if one is not Outcome.PASSED]


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is going on outside the loop, asked for at each refresh.

    `counts` are the sandbox's, where it is in this process.
    """

    calls_in_flight: Callable[[], int]
    slots_busy: Callable[[], int]
    slots: Callable[[], int]
    counts: Callable[[], Counts] | None = None


@dataclass(slots=True)
class Display:
    """Shows a `Progress`; use it as an asynchronous context around the run.

    A log in JSON has no panel, whatever the terminal.
    """

    log: Log
    progress: Progress
    gauges: Gauges
    languages: tuple[str, ...]
    started: float = 0.0

    @asynccontextmanager
    async def showing(self) -> AsyncIterator[None]:
        """Refresh until the block ends; the terminal is restored whatever happens."""
        self.started = time.monotonic()
        panel = not self.log.json and self.log.console.is_terminal
        show = self._live if panel else self._lines
        task = asyncio.create_task(show())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _live(self) -> None:
        with Live(
            self._panel(), console=self.log.console, auto_refresh=False, transient=True
        ) as live:
            while True:
                await asyncio.sleep(REFRESH_S)
                live.update(self._panel(), refresh=True)

    async def _lines(self) -> None:
        while True:
            await asyncio.sleep(LINE_S)
            self.log.event("progress", self.line(), **self.facts())

    def line(self) -> str:
        """Return the state in one line."""
        progress = self.progress
        goal = f"/{progress.target}" if progress.target is not None else ""
        rejected = ", ".join(f"{n} {reason}" for reason, n in progress.rejected.most_common(3))
        return (
            f"{self._elapsed():4.0f} s  accepted {progress.accepted}{goal}"
            f"  rejected {progress.rejected.total()}{f' ({rejected})' if rejected else ''}"
            f"  answers {progress.attempts.total()}  repaired {progress.repaired.total()}"
            f"  model calls {self.gauges.calls_in_flight()}"
            f"  slots {self.gauges.slots_busy()}/{self.gauges.slots()}  left {self._left()}"
            + ("  mix " + mix_text(self.progress) if self.progress.quotas else "")
        )

    def facts(self) -> dict[str, Any]:
        """Return what a line says, as figures."""
        now, (goal, done) = self.progress, self._goal()
        return {
            "seconds": round(self._elapsed(), 1),
            "accepted": now.accepted,
            "rejected": dict(now.rejected),
            "done": done,
            "goal": goal,
            "answers": now.attempts.total(),
            "repaired": now.repaired.total(),
            "calls_in_flight": self.gauges.calls_in_flight(),
            "slots_busy": self.gauges.slots_busy(),
            "slots": self.gauges.slots(),
            "stages": {name: n for name, n in now.stages.items() if n},
        }

    def _panel(self) -> RenderableType:
        return Group(self._head(), self._table(), self._foot())

    def _head(self) -> RenderableType:
        grid = Table.grid(padding=(0, 2))
        goal, done = self._goal()
        grid.add_row(
            Text(f"{self.progress.accepted} accepted", "bold green"),
            ProgressBar(total=goal or 1, completed=done, width=32),
            f"{done}/{goal or '?'}",
            f"{self._elapsed():.0f} s",
            f"left {self._left()}",
        )
        return grid

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 2), header_style="dim")
        for name in ("language", "answers", "per second", "passed", "repaired", "failed"):
            table.add_column(name, justify="left" if name in ("language", "failed") else "right")
        for language in self.languages:
            answers = self.progress.attempts[language]
            failed = [
                f"{self.progress.outcomes[language, one]} {one.value}"
                for one in _WRONG
                if self.progress.outcomes[language, one]
            ]
            table.add_row(
                language,
                str(answers),
                f"{answers / max(self._elapsed(), 1e-9):.1f}",
                str(self.progress.passed[language]),
                str(self.progress.repaired[language]),
                ", ".join(failed),
            )
        return table

    def _foot(self) -> Text:
        stages = "  ".join(f"{name} {n}" for name, n in self.progress.stages.items())
        rejected = ", ".join(f"{n} {why}" for why, n in self.progress.rejected.most_common(4))
        return Text(
            f"now: {stages or 'starting'}   model calls {self.gauges.calls_in_flight()}"
            f"   sandbox slots {self.gauges.slots_busy()}/{self.gauges.slots()}"
            + (f"\nrejected: {rejected}" if rejected else "")
            + (f"\nmix: {mix_text(self.progress)}" if self.progress.quotas else ""),
            "dim",
        )

    def _goal(self) -> tuple[int | None, int]:
        if self.progress.target is not None:
            return self.progress.target, self.progress.accepted
        return self.progress.limit, self.progress.finished

    def _elapsed(self) -> float:
        return time.monotonic() - self.started

    def _left(self) -> str:
        goal, done = self._goal()
        fresh = done - (self.progress.resumed if self.progress.target is None else 0)
        if goal is None or fresh <= 0:
            return "?"
        seconds = self._elapsed() / fresh * (goal - done)
        return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - two minutes


def mix_text(progress: Progress) -> str:
    """Return the share of every quota so far, and the one that was asked for."""
    return ", ".join(
        f"{dimension}={value} {have:.0%} of {asked:.0%}"
        for dimension, value, asked, have in progress.shares()
    )
