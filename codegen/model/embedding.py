"""A client for OpenAI-compatible embedding servers, made for vLLM: texts in, unit vectors out.

Texts of all callers wait in one line and go out in batches; each batch is tried again as a chat
request is (`codegen.model.exchange`). Of a batch that the server refuses each text is asked for
alone, and a text that it refuses alone, for being too long mostly, is asked for by its first half,
its first quarter and so on.

Not here: the journal (`codegen.journal.embeddings`), comparing (`codegen.similarity`).
"""

from __future__ import annotations

import asyncio
import json
import math
from array import array
from collections import deque
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from codegen.errors import ModelError, ModelRefusal, UsageError
from codegen.model import wire
from codegen.model.contract import Vector
from codegen.model.exchange import Body, Exchange, Target
from codegen.model.replicas import Replicas
from codegen.model.served import CHECK_S, Endpoint, common_root, endpoints_of, roots_of
from codegen.model.transport import Client
from codegen.model.wire import Failure, Kind
from codegen.secrets import ApiKey

BATCH = 64
"""Texts in one request."""
_AT_ONCE = 4096  # texts of one caller that wait at the same time
_LEAST_TEXT = 200  # characters, below which a text is not cut

_Waiting = tuple[str, "asyncio.Future[Vector]"]


class EmbeddingModel:
    """An embedding model behind one or more servers; keeps `codegen.model.contract.Embedder`."""

    def __init__(
        self,
        name: str,
        base_urls: Sequence[str],
        *,
        api_key: ApiKey | None = None,
        concurrency: int = 8,
        timeout_s: float = 600.0,
        batch: int = BATCH,
    ) -> None:
        """Describe the model; nothing is opened yet.

        `concurrency` bounds the requests in flight, each of `batch` texts at most; `timeout_s` is
        the deadline of a request, in seconds, retries included.

        Raises:
            UsageError: a URL is not usable, or a number is not positive.
        """
        if not name or concurrency < 1 or batch < 1 or timeout_s <= 0:
            raise UsageError("an embedding model needs a name, and numbers above 0")
        client = Client(api_key)
        self._target = Target(name, Replicas(base_urls), client, api_key, {})
        self._concurrency = concurrency
        self._timeout_s = timeout_s
        self._batch = batch
        self._revision: str | None = None
        self._dimension = 0
        self._tokens = 0
        self._line: deque[_Waiting] = deque()
        self._clerks: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The model's name, as the servers know it."""
        return self._target.name

    @property
    def revision(self) -> str:
        """What is served (vLLM's `root`).

        Raises:
            ModelError: `check` has not found it yet.
        """
        if self._revision is None:
            raise ModelError(f"the revision of {self.name} is not known before it was checked")
        return self._revision

    @property
    def tokens(self) -> int:
        """The tokens that were embedded so far, as the servers count them; 0 if they do not."""
        return self._tokens

    async def check(self, *, timeout_s: float = CHECK_S) -> tuple[Endpoint, ...]:
        """Ask every server for its models, and for a first vector; find the revision.

        Raises:
            ModelError: a server cannot be reached within `timeout_s`, refuses the key, does not
                list the model or gives no vectors for it, or the servers serve different ones.
        """
        endpoints = await endpoints_of(self._target, timeout_s)
        self._revision = common_root(self.name, roots_of(self.name, endpoints))
        await self.embed([self.name])
        return endpoints

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return a vector of length 1 for each text, all with as many numbers.

        Raises:
            ModelRefusal: the servers will never embed one of the texts.
            ModelError: no answer before the deadline, or none can be had at all.
        """
        found: list[Vector] = []
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            found += await asyncio.gather(*(self._vector(text) for text in part))
        return found

    def expect(self, dimension: int) -> None:
        """Hold the servers to vectors of so many numbers, as those known from before have.

        Raises:
            ModelError: they have given others already.
        """
        if self._dimension not in (0, dimension):
            raise ModelError(f"{self.name}: {_changed(self._dimension, dimension)}")
        self._dimension = dimension

    async def close(self) -> None:
        """Close the connections; whoever still waits is cancelled. Safe to call twice."""
        clerks = list(self._clerks)
        for clerk in clerks:
            clerk.cancel()
        await asyncio.gather(*clerks, return_exceptions=True)
        while self._line:
            self._line.popleft()[1].cancel()
        await self._target.client.close()

    async def _vector(self, text: str) -> Vector:
        future: asyncio.Future[Vector] = asyncio.get_running_loop().create_future()
        self._line.append((text, future))
        if len(self._clerks) < self._concurrency:
            clerk = asyncio.create_task(self._serve())
            self._clerks.add(clerk)
            clerk.add_done_callback(self._clerks.discard)
        return await future

    async def _serve(self) -> None:
        while self._line:
            taken = [self._line.popleft() for _ in range(min(self._batch, len(self._line)))]
            try:
                # whoever was cancelled meanwhile is not asked for
                await self._answer([one for one in taken if not one[1].done()])
            except Exception as error:  # noqa: BLE001 - a clerk that dies would leave them waiting
                _fail(taken, ModelError, f"the embedding client failed: {error!r}")
            finally:
                for _, future in taken:
                    future.cancel()

    async def _answer(self, asked: list[_Waiting]) -> None:
        try:
            vectors = await self._fetched([text for text, _ in asked]) if asked else []
        except ModelRefusal as refusal:
            await self._answer_refused(asked, str(refusal))
        except ModelError as error:
            _fail(asked, ModelError, str(error))
        else:
            for (_, future), vector in zip(asked, vectors, strict=True):
                if not future.done():
                    future.set_result(vector)

    async def _answer_refused(self, asked: list[_Waiting], reason: str) -> None:
        if len(asked) > 1:
            for one in asked:
                await self._answer([one])
            return
        ((text, future),) = asked
        if len(text) > _LEAST_TEXT:
            await self._answer([(text[: len(text) // 2], future)])
        else:
            _fail(asked, ModelRefusal, reason)

    async def _fetched(self, texts: list[str]) -> list[Vector]:
        content = {
            "model": self.name,
            "input": [wire.unicode(text) or " " for text in texts],  # servers refuse empty texts
            "encoding_format": "float",
        }
        asked = f"a request for {len(texts)} vectors of {self.name}"
        exchange = Exchange(self._target, "/embeddings", asked, self._timeout_s)
        return await exchange.post(
            Body(json.dumps(content).encode()), lambda data: self._read(data, len(texts))
        )

    def _read(self, data: bytes, count: int) -> list[Vector] | Failure:
        response = wire.json_object(data)
        found = vectors_in(response, count)
        if isinstance(found, Failure):
            return found
        dimension = len(found[0])
        if self._dimension not in (0, dimension):
            reason = _changed(self._dimension, dimension)
            return Failure(Kind.HOPELESS, reason, HTTPStatus.OK)
        self._dimension = dimension
        self._tokens += wire.prompt_tokens(response)
        return found


def vectors_in(response: dict[str, Any], count: int) -> list[Vector] | Failure:
    """Return the `count` unit vectors in a response, in the order asked for, or what is wrong."""
    try:
        listed = {one["index"]: _unit(one["embedding"]) for one in response["data"]}
        found = [listed[index] for index in range(count)]
    except (ValueError, TypeError, LookupError, ArithmeticError):
        found = []
    if len({len(vector) for vector in found}) != 1:
        return Failure(Kind.DOUBTFUL, f"the answer does not hold {count} vectors of one length")
    return found


def _unit(numbers: Any) -> Vector:
    """Return the vector of length 1 in the same direction.

    Raises:
        TypeError, ValueError, ArithmeticError: they are no numbers, or point nowhere.
    """
    length = math.hypot(*numbers)
    if not 0 < length < math.inf:
        raise ValueError
    return array("f", [number / length for number in numbers])


def _changed(before: int, now: int) -> str:
    return (
        f"vectors of {now} numbers came, and of {before} before: another model is served under "
        "the same name"
    )


def _fail(asked: list[_Waiting], kind: type[ModelError], reason: str) -> None:
    # one for each: an exception object that is raised in many places gathers all their frames
    for _, future in asked:
        if not future.done():
            future.set_exception(kind(reason))
