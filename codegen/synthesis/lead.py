"""What joins the loop and its lives, wherever these are lived: `Lead` goes in, an `Engine` works.

Kept by this process (`codegen.engine.process`) and by a Ray cluster (`codegen.engine.ray`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from codegen.journal import Hits
from codegen.records import Problem, ProblemRecord
from codegen.synthesis.allowance import Meter
from codegen.synthesis.progress import Progress
from codegen.synthesis.registry import Clash
from codegen.synthesis.screening import Screen
from codegen.synthesis.settings import Settings
from codegen.synthesis.world import Task

Claim = Callable[[int, Problem | None], Awaitable[Clash | None]]


class Named(Protocol):
    """A model, by what tells it from others."""

    @property
    def name(self) -> str:
        """The model's name, as records carry it."""

    @property
    def revision(self) -> str:
        """What tells one version of the model from another."""


@dataclass(frozen=True, slots=True)
class Makers:
    """Who makes a run's records: the models, and the sandbox by its name."""

    model: Named
    sandbox: str
    second: Named | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """What lives need of the one place that leads a run.

    `claim` and `meter` decide for the whole run, `progress` counts it; the rest is fixed.
    """

    settings: Settings
    screen: Screen
    claim: Claim
    progress: Progress
    meter: Meter


class Engine(Protocol):
    """Lives the lives that it is given, many at once, and lasts as long as its run."""

    @property
    def capacity(self) -> int:
        """How many lives may be under way now; at least 1. It may change."""

    @property
    def calls(self) -> Hits:
        """How often the journal had the answer of a model."""

    @property
    def executions(self) -> Hits:
        """How often the journal had the execution of a job."""

    async def live(self, task: Task) -> ProblemRecord:
        """Live the life that starts from a task; what is lost on the way is started again.

        Raises:
            BudgetSpent: a call was wanted, and a budget is spent.
            InfrastructureError: ours; a life started again repeats no finished call.
        """

    async def settle(self) -> None:
        """Have everything counted that happened, now that no life is under way."""
