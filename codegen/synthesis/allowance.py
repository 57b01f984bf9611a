"""What a run may spend: tokens, money, time; and the model that stops when it is spent.

Tokens and money count the whole run, every start of it, as its journal has them; time counts one
start. Once a budget is spent no further call is made: those under way come to their end and are
written, answers that the journal holds are still given, and whoever needs a new one gets
`BudgetSpent`. So a budget is overrun by at most the calls that were under way.

Not here: when a run has reached its goal (`codegen.synthesis.loop`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from codegen.errors import UsageError
from codegen.model.contract import Model, Reply, Request
from codegen.records import Usage

Spending = Literal["tokens", "cost", "time"]
_MILLION = 1_000_000

T = TypeVar("T")


class BudgetSpent(Exception):  # noqa: N818 - a value of the loop, not a failure of ours
    """A call was wanted and the budget that is named is spent."""

    def __init__(self, budget: Spending) -> None:
        super().__init__(budget)
        self.budget = budget


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, in any currency."""

    prompt: float = 0.0
    completion: float = 0.0

    def cost(self, usage: Usage) -> float:
        """Return what so many tokens cost."""
        paid = usage.prompt_tokens * self.prompt + usage.completion_tokens * self.completion
        return paid / _MILLION


@dataclass(frozen=True, slots=True)
class Allowance:
    """The budgets of a run: tokens of prompts and answers, money, seconds; None: without bound."""

    tokens: int | None = None
    cost: float | None = None
    seconds: float | None = None
    prices: Prices = Prices()

    @property
    def counts_tokens(self) -> bool:
        """Whether it depends on the server's own counts."""
        return self.tokens is not None or self.cost is not None


@dataclass(slots=True)
class Meter:
    """What has been spent of an allowance; `usage` starts with what the journal holds."""

    allowance: Allowance
    usage: Usage = field(default_factory=Usage)
    clock: Callable[[], float] = time.monotonic
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def cost(self) -> float:
        """What the run has cost."""
        return self.allowance.prices.cost(self.usage)

    def spent(self) -> Spending | None:
        """Return the budget that is spent, if one is."""
        allowed = self.allowance
        tokens = self.usage.prompt_tokens + self.usage.completion_tokens
        if allowed.tokens is not None and tokens >= allowed.tokens:
            return "tokens"
        if allowed.cost is not None and self.cost >= allowed.cost:
            return "cost"
        if allowed.seconds is not None and self.clock() - self.started >= allowed.seconds:
            return "time"
        return None

    def add(self, reply: Reply) -> None:
        """Count one answer.

        Raises:
            UsageError: a budget depends on tokens, and the server does not count them.
        """
        if self.allowance.counts_tokens and reply.text and not reply.completion_tokens:
            raise UsageError(
                "the server does not say how many tokens an answer took, so that a budget of tokens"
                " or money cannot be kept; give --max-time or --limit instead"
            )
        self.usage += Usage(1, reply.prompt_tokens, reply.completion_tokens)


async def together(work: Iterable[Awaitable[T]]) -> list[T]:
    """Wait for all; where a budget ends one, the others come to their end before it is raised."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    except BudgetSpent:
        for found in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(found, Exception) and not isinstance(found, BudgetSpent):
                raise found from None
        raise


class MeteredModel:
    """A model that makes no call once a budget is spent; keeps the contract `Model`."""

    def __init__(self, model: Model, meter: Meter) -> None:
        """Put a meter before a model; `close` closes the model."""
        self._model = model
        self._meter = meter

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def revision(self) -> str:
        """The model's revision."""
        return self._model.revision

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        """Return the model's answers, counted.

        Raises:
            BudgetSpent: before anything is sent.
            ModelError: the model failed.
            UsageError: the server does not count the tokens that a budget depends on.
        """
        spent = self._meter.spent()
        if spent is not None:
            raise BudgetSpent(spent)
        replies = await self._model.complete(request)
        for reply in replies:
            self._meter.add(reply)
        return replies

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()
