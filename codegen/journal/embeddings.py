"""An embedding model that pays for no text twice: look up, else ask once and write.

Not here: the client (`codegen.model.embedding`), what makes two texts equal
(`codegen.journal.keys`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from codegen.journal import keys
from codegen.journal.entries import EmbeddingEntry
from codegen.journal.flights import Flights, Hits
from codegen.journal.store import Journal
from codegen.model.before import BeforeEmbedder
from codegen.model.contract import Embedder, Vector

_AT_ONCE = 4096


class JournaledEmbedder(BeforeEmbedder):
    """An embedder whose every vector is in the journal; keeps the contract `Embedder`."""

    def __init__(self, embedder: Embedder, journal: Journal) -> None:
        """Put a journal before an embedder. Both stay the caller's; `close` closes the embedder."""
        super().__init__(embedder)
        self._journal = journal
        self._flights: Flights[Vector] = Flights(journal.wanting)
        self._written = embedder.tokens

    @property
    def hits(self) -> Hits:
        """How often the journal had the vector."""
        return self._flights.hits

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return a vector of length 1 for each text: the journal's, else the model's, once written.

        Raises:
            ModelError: the model failed, or gives vectors of another length than the journal's;
                of the texts that were asked for together some may be written.
            JournalError: the journal failed; the run should stop.
        """
        found: list[Vector] = []
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            found += await asyncio.gather(*(self._vector(text) for text in part))
        return found

    async def _vector(self, text: str) -> Vector:
        key = keys.embedding_key(self.name, self.revision, text)

        async def find(key: str) -> Vector | None:
            known = await self._journal.find_embedding(key, lease=True)
            if known is not None:
                self.expect(len(known))
            return known

        async def make(key: str) -> Vector:
            started = time.time()
            (vector,) = await self._embedder.embed([text])
            tokens, self._written = self.tokens - self._written, self.tokens
            entry = EmbeddingEntry(key, self.name, self.revision, vector, started, tokens)
            if await self._journal.add(entry):
                return vector
            return await self._journal.find_embedding(key) or vector

        return await self._flights.run(key, find, make)
