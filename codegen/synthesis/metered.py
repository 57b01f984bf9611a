"""Models that count what they spend, and make no call once a budget is spent.

Not here: the budgets (`codegen.synthesis.allowance`).
"""

from __future__ import annotations

from collections.abc import Sequence

from codegen.model.before import BeforeEmbedder, BeforeModel
from codegen.model.contract import EMBEDDING, Embedder, Model, Reply, Request, Vector
from codegen.records import Usage
from codegen.synthesis.allowance import Meter
from codegen.telemetry import span


class MeteredModel(BeforeModel):
    """A model that makes no call once a budget is spent; keeps the contract `Model`."""

    def __init__(self, model: Model, meter: Meter) -> None:
        """Put a meter before a model; `close` closes the model."""
        super().__init__(model)
        self._meter = meter

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        """Return the model's answers, counted.

        Raises:
            BudgetSpent: before anything is sent.
            ModelError: the model failed.
            UsageError: the server does not count the tokens that a budget depends on.
        """
        self._meter.hold()
        replies = await self._model.complete(request)
        used = sum((reply.usage for reply in replies), Usage())
        if any(reply.text for reply in replies):
            self._meter.need(used.completion_tokens, "an answer")
        self._meter.count(self.name, request.purpose, used)
        return replies


class MeteredEmbedder(BeforeEmbedder):
    """An embedder that asks for no vector once a budget is spent; keeps the contract `Embedder`."""

    def __init__(self, embedder: Embedder, meter: Meter) -> None:
        """Put a meter before an embedder; `close` closes the embedder."""
        super().__init__(embedder)
        self._meter = meter
        self._counted = embedder.tokens

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return the embedder's vectors, and count their tokens.

        Raises:
            BudgetSpent: before anything is sent.
            ModelError: the model failed.
            UsageError: the server does not count the tokens that a budget depends on.
        """
        self._meter.hold()
        with span(f"embeddings {self.name}", remote=True) as told:
            vectors = await self._embedder.embed(texts)
            self._meter.need(self.tokens, "a vector")
            # those of others in the same request may be among them
            new, self._counted = self.tokens - self._counted, self.tokens
            told.tell({"gen_ai.operation.name": "embeddings", "gen_ai.request.model": self.name})
            told.tell({"gen_ai.usage.input_tokens": new})
        self._meter.count(self.name, EMBEDDING, Usage(1 if new else 0, new))
        return vectors
