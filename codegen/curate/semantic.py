"""Statements that mean the same in other words, told by an embedding model.

As with likeness of words, problems are compared within a kind and a language, the best first, and
what is closer to a kept one than the threshold goes. Vectors are kept in a journal in the user's
cache, so that no text is paid for twice.

Each statement is compared with all that are kept of its kind and language: the time grows with the
square of their number, and memory by four bytes for each number of each vector.

Not here: the server's client (`codegen.model.embedding`), references, whose words are compared
alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

from codegen.curate.draft import Draft
from codegen.curate.material import material_of
from codegen.curate.scratch import Item, Scratch
from codegen.curate.settings import Meaning
from codegen.journal import Journal, JournaledEmbedder
from codegen.model.contract import Embedder, Vector
from codegen.model.embedding import EmbeddingModel
from codegen.secrets import find_api_key
from codegen.similarity import NearVectors, need_numpy

_AT_ONCE = 2_000


class Meanings:
    """The vectors of all problems' statements, by the scratch file's numbers of problems."""

    def __init__(self, settings: Meaning) -> None:
        """Make sure that vectors can be compared here.

        Raises:
            UsageError: numpy is missing.
        """
        need_numpy()
        self._settings = settings
        self._vectors: dict[int, Vector] = {}

    def read(self, draft: Draft, scratch: Scratch) -> None:
        """Ask for the vector of every problem of which something is kept.

        Raises:
            ModelError: the server does not answer, or gives no vectors.
        """
        asyncio.run(self._read(draft, scratch))

    async def _read(self, draft: Draft, scratch: Scratch) -> None:
        statements = _statements(draft, scratch.first_positions())
        async with _opened(self._settings) as embedder:
            while batch := list(islice(statements, _AT_ONCE)):
                vectors = await embedder.embed([statement for _, statement in batch])
                numbers = (number for number, _ in batch)
                self._vectors.update(zip(numbers, vectors, strict=True))

    def alike(self, items: Iterator[Item]) -> Iterator[tuple[Item, int, float]]:
        """Yield the problems that mean what a kept one means, its position, and the cosine."""
        kept = NearVectors(self._settings.threshold)
        for item in items:
            vector = self._vectors.get(item.problem)
            if vector is None:
                continue
            found = kept.find(vector)
            if found is None:
                kept.add(item.position, vector)
            else:
                yield item, *found


def _statements(draft: Draft, firsts: Mapping[int, int]) -> Iterator[tuple[int, str]]:
    for row in draft.rows():
        if row.position in firsts:
            yield firsts[row.position], material_of(row.data).statement


@asynccontextmanager
async def _opened(settings: Meaning) -> AsyncIterator[Embedder]:
    urls: Sequence[str] = settings.url
    key = find_api_key(Path(settings.key_file)) if settings.key_file else None
    model = EmbeddingModel(settings.model, urls, api_key=key)
    try:
        await model.check()
        with Journal.open(_place()) as journal:
            yield JournaledEmbedder(model, journal)
    finally:
        await model.close()


def _place() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "codegen" / "embeddings"
