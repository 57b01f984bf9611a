"""What stands before a model and keeps its contract: it has that one's name, revision and end.

Not here: what each does more, as a journal (`codegen.journal`) or a meter
(`codegen.synthesis.metered`).
"""

from __future__ import annotations

from codegen.model.contract import Embedder, Model


class BeforeModel:
    """A part of the contract `Model`, by the model behind it."""

    def __init__(self, model: Model) -> None:
        """Stand before a model; `close` closes it."""
        self._model = model

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def revision(self) -> str:
        """The model's revision."""
        return self._model.revision

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()


class BeforeEmbedder:
    """A part of the contract `Embedder`, by the embedder behind it."""

    def __init__(self, embedder: Embedder) -> None:
        """Stand before an embedder; `close` closes it."""
        self._embedder = embedder

    @property
    def name(self) -> str:
        """The model's name."""
        return self._embedder.name

    @property
    def revision(self) -> str:
        """The model's revision."""
        return self._embedder.revision

    @property
    def tokens(self) -> int:
        """The tokens that were embedded so far."""
        return self._embedder.tokens

    def expect(self, dimension: int) -> None:
        """Take note of how many numbers the vectors known from before have; see `Embedder`."""
        self._embedder.expect(dimension)

    async def close(self) -> None:
        """Close the embedder."""
        await self._embedder.close()
