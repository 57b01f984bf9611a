"""A request's body: JSON, within bounds, and never so many large ones that memory runs out."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.requests import ClientDisconnect, Request

from codegen.serve.failures import Refused
from codegen.serve.turns import Busy

_LARGE = 4 << 20
_LARGE_AT_ONCE = 2
_IDLE_S = 60.0
_PATIENCE_S = 60.0
_LONGEST_S = 600.0

_JSON = ("application/json", "text/json")
LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines", *_JSON)


class Bodies:
    """Reads bodies; of those over 4 MiB two at once, which counts until they are answered."""

    def __init__(self) -> None:
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    @asynccontextmanager
    async def json(self, request: Request, limit: int) -> AsyncIterator[Any]:
        """Give the value that a body holds; `limit` is in bytes.

        Raises:
            Refused: it is too long, comes too slowly, or is not JSON in UTF-8.
            Busy: it is large, and other large ones are still at work.
        """
        expect(request, _JSON)
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(_LONGEST_S):
                    body = await self._read(request, limit, held)
            except TimeoutError:
                raise Refused(408, "too_slow", f"no body in {_LONGEST_S:.0f} s") from None
            large = len(body) > _LARGE
            yield await asyncio.to_thread(parsed, body) if large else parsed(body)

    async def _read(self, request: Request, limit: int, held: AsyncExitStack) -> bytes:
        """Return a body; what it holds on to while it is answered is put on the stack."""
        parts, size = [], 0
        async for part in chunks(request):
            if size <= _LARGE < size + len(part):
                await self._place(held)
            size += len(part)
            if size > limit:
                raise Refused(413, "too_large", f"the body is longer than {limit} bytes")
            parts.append(part)
        return b"".join(parts)

    async def _place(self, held: AsyncExitStack) -> None:
        try:
            await asyncio.wait_for(self._large.acquire(), _PATIENCE_S)
        except TimeoutError:
            raise Busy("other large requests are still at work", 10) from None
        held.callback(self._large.release)


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """Yield a body as it comes.

    Raises:
        Refused: nothing came for a minute.
        ClientDisconnect: the client is gone.
    """
    stream = request.stream().__aiter__()
    while True:
        try:
            yield await asyncio.wait_for(anext(stream), _IDLE_S)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Refused(408, "too_slow", f"no byte of the body for {_IDLE_S:.0f} s") from None


def expect(request: Request, kinds: tuple[str, ...]) -> None:
    """Check the declared kind of a body, which keeps out what a page of another site can send."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in kinds and not kind.endswith("+json"):
        raise Refused(415, "not_json", f"expected Content-Type: {kinds[0]}, got {kind or 'none'}")


def parsed(body: bytes) -> Any:
    """Return what JSON text holds.

    Raises:
        Refused: it is not JSON, not UTF-8, or nested too deeply.
    """
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise Refused(400, "not_json", f"the body is not UTF-8: {error.reason}") from None
    except RecursionError:
        raise Refused(400, "not_json", "the body is nested too deeply") from None
    except ValueError as error:
        raise Refused(400, "not_json", f"the body is not JSON: {error}") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON; write it as a string")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:40]} is beyond what a float holds")
    return number


__all__ = ["LINES", "Bodies", "ClientDisconnect", "chunks", "expect", "parsed"]
