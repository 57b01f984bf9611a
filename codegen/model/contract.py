"""The model contract: a conversation goes in, `n` answers come out.

Kept by the client for OpenAI-compatible servers (`codegen.model.openai`, made for vLLM), the
builtin teacher (`codegen.model.builtin`) and the recorded journal (`codegen.model.replay`).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, TypeAlias

from codegen.records import Usage
from codegen.wire import LATER

Purpose = Literal[
    "problem",
    "critic",
    "revision",
    "tests",
    "solution",
    "reference",
    "repair",
    "translation",
    "explanation",
    "regeneration",
    "diagnosis",
    "review",
    "judgement",
    "arbitration",
    "native_tests",
]
EMBEDDING = "embedding"
"""What the tokens of vectors were for, where those of calls have the call's purpose."""
precedence: ContextVar[int] = ContextVar("precedence", default=0)
"""Whose calls come first where they wait for a server: the lowest, from 0. In a run it is the
problem's number, so that problems are finished one after another and not all of them begun."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to draw answers. `seed` makes a backend that honours it reproducible."""

    temperature: float = 0.8
    top_p: float = 0.95
    max_tokens: int = 4096
    seed: int = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One call.

    `purpose` labels it for accounts and displays; `prompt_sha256` is the version of what is asked.
    `schema` is the JSON text of a schema that the answer is to keep, empty where it is free. A
    model that can hold its answers to it does so; whoever asks still has to check.
    """

    purpose: Purpose
    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    n: int = 1
    prompt_sha256: str = ""
    schema: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. Token counts are the server's; 0 where it gives none.

    `cached_tokens` are a part of `prompt_tokens`, `reasoning_tokens` of `completion_tokens`. `call`
    is the journal's key.
    """

    text: str
    finish_reason: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning: str = ""
    call: str = ""
    cached_tokens: int = 0
    reasoning_tokens: int = 0

    @property
    def usage(self) -> Usage:
        """What this answer cost, as one call."""
        return Usage(
            1,
            self.prompt_tokens,
            self.completion_tokens,
            self.cached_tokens,
            self.reasoning_tokens,
        )

    def uncounted(self) -> Reply:
        """Return the same answer without its tokens, for whom they would be counted twice."""
        return replace(
            self, prompt_tokens=0, completion_tokens=0, cached_tokens=0, reasoning_tokens=0
        )


class Model(Protocol):
    """Answers requests, many at once."""

    @property
    def name(self) -> str:
        """The model's name, as records carry it."""

    @property
    def revision(self) -> str:
        """What tells one version of the model from another; part of every call's key."""

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        """Return exactly `request.n` answers.

        The tokens of a call are on its first reply only, so that sums are right.

        Raises:
            ModelError: after retries; says what was tried and for how long, never a key.
        """

    async def close(self) -> None:
        """Release connections. Safe to call twice."""


Vector: TypeAlias = "array[float]"
"""What a text means, as 32-bit floats; of length 1, so that a product of two is their cosine."""


class Embedder(Protocol):
    """Gives texts vectors that lie close together where their meanings do."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def revision(self) -> str:
        """What tells one version of the model from another; part of every vector's key."""

    @property
    def tokens(self) -> int:
        """The tokens that were embedded so far, as the server counts them; 0 where it does not."""

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return a vector of length 1 for each text, all with as many numbers.

        Raises:
            ModelError: after retries; says what was tried and for how long, never a key.
        """

    def expect(self, dimension: int) -> None:
        """Take note of how many numbers the vectors known from before have.

        Raises:
            ModelError: those of this model have more or fewer.
        """

    async def close(self) -> None:
        """Release connections. Safe to call twice."""
