"""What a run may spend: tokens, money, time.

Tokens and money count the whole run, every start of it, as its journal has them; time counts one
start. Once a budget is spent no further call is made: those under way come to their end and are
written, answers that the journal holds are still given, and whoever needs a new one gets
`BudgetSpent`. So a budget is overrun by at most the calls that were under way.

Not here: the models that stop when it is spent (`codegen.synthesis.metered`); when a run has
reached its goal (`codegen.synthesis.loop`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from codegen.errors import UsageError
from codegen.model.contract import EMBEDDING
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
    """What a million tokens cost, in any currency.

    `cached` are tokens of a prompt that the server had read before, `reasoning` those of an answer
    that were thought; without a price of their own they cost what the others do.
    """

    prompt: float = 0.0
    completion: float = 0.0
    cached: float | None = None
    reasoning: float | None = None

    @property
    def any(self) -> bool:
        """Whether anything costs something."""
        return any((self.prompt, self.completion, self.cached, self.reasoning))

    def cost(self, usage: Usage) -> float:
        """Return what so many tokens cost."""
        cached = self.prompt if self.cached is None else self.cached
        reasoning = self.completion if self.reasoning is None else self.reasoning
        paid = (
            (usage.prompt_tokens - usage.cached_tokens) * self.prompt
            + usage.cached_tokens * cached
            + (usage.completion_tokens - usage.reasoning_tokens) * self.completion
            + usage.reasoning_tokens * reasoning
        )
        return paid / _MILLION


@dataclass(frozen=True, slots=True)
class Allowance:
    """The budgets of a run: tokens of prompts and answers, money, seconds; None: without bound.

    `models` are prices of single models by name; `prices` are those of every other that writes. One
    that embeds costs nothing without prices of its own.
    """

    tokens: int | None = None
    cost: float | None = None
    seconds: float | None = None
    prices: Prices = Prices()
    models: Mapping[str, Prices] = field(default_factory=dict)

    def price(self, model: str, purpose: str, usage: Usage) -> float:
        """Return what so many tokens of a model cost."""
        usual = Prices() if purpose == EMBEDDING else self.prices
        return self.models.get(model, usual).cost(usage)

    @property
    def counts_tokens(self) -> bool:
        """Whether it depends on the server's own counts."""
        return self.tokens is not None or self.cost is not None


@dataclass(slots=True)
class Meter:
    """What has been spent of an allowance: tokens of all models, and what they cost.

    `parts` are the tokens by model and purpose.
    """

    allowance: Allowance
    usage: Usage = field(default_factory=Usage)
    cost: float = 0.0
    parts: dict[tuple[str, str], Usage] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @classmethod
    def resumed(cls, allowance: Allowance, spent: Mapping[tuple[str, str], Usage]) -> Meter:
        """Return a meter that starts with what a journal holds, by model and purpose."""
        meter = cls(allowance)
        for (model, purpose), usage in spent.items():
            meter.count(model, purpose, usage)
        return meter

    def spent(self) -> Spending | None:
        """Return the budget that is spent, if one is."""
        allowed = self.allowance
        if allowed.tokens is not None and self.usage.tokens >= allowed.tokens:
            return "tokens"
        if allowed.cost is not None and self.cost >= allowed.cost:
            return "cost"
        if allowed.seconds is not None and self.clock() - self.started >= allowed.seconds:
            return "time"
        return None

    def hold(self) -> None:
        """Stop whoever is about to call a model once a budget is spent.

        Raises:
            BudgetSpent: one is.
        """
        spent = self.spent()
        if spent is not None:
            raise BudgetSpent(spent)

    def count(self, model: str, purpose: str, usage: Usage) -> None:
        """Count tokens of a model."""
        self.usage += usage
        self.parts[model, purpose] = self.parts.get((model, purpose), Usage()) + usage
        self.cost += self.allowance.price(model, purpose, usage)

    def need(self, tokens: int, what: str) -> None:
        """Refuse a server that does not count, where a budget depends on it.

        Raises:
            UsageError: it has counted no tokens of `what`.
        """
        if self.allowance.counts_tokens and not tokens:
            raise UsageError(
                f"the server does not say how many tokens {what} took, so that a budget of tokens"
                " or money cannot be kept; give --max-time or --limit instead"
            )


async def together(work: Iterable[Awaitable[T]]) -> list[T]:
    """Wait for all; where a budget ends one, the others come to their end before it is raised.

    Where anything else ends one, none of the others goes on.
    """
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    except BudgetSpent:
        for found in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(found, Exception) and not isinstance(found, BudgetSpent):
                raise found from None
        raise
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
