"""Many verifications in one request: a line of JSON for each, and a line back as each is done.

Lines are taken a bounded number ahead of what is done, so a batch may be as long as it likes, and
takes its turns beside those of other clients. A client may send everything before it reads
anything: results wait for it, up to a bound. A line that cannot be used is answered with its error;
the others go on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from codegen.errors import CodegenError, InfrastructureError, UsageError
from codegen.records import Outcome, Stage, Verdict
from codegen.serve.body import LINES, chunks, expect, parsed
from codegen.serve.calls import stay, verdict_json
from codegen.serve.failures import Refused, failed
from codegen.serve.service import Service
from codegen.verify.request import request_from_json

_AHEAD = 4
_LONGEST_LINE = 16 << 20
_MOST_UNREAD = 64 << 20
_UNREAD_PATIENCE_S = 300.0


async def batch(request: Request) -> Response:
    """Verify one program for each line; answers come as they are ready, with `index` (from 0)."""
    service: Service = request.app.state.service
    try:
        expect(request, LINES)
        service.turns.admit()
    except CodegenError as error:
        return failed(error)
    return _Stream(service, request)


class _Stream(Response):
    """Reads lines, judges them and writes results, all at once."""

    media_type = "application/x-ndjson"

    def __init__(self, service: Service, request: Request) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._service, self._request = service, request
        self._client = request.scope["codegen.client"]
        self._places = asyncio.Semaphore(_AHEAD * service.turns.slots)
        self._results: asyncio.Queue[bytes] = asyncio.Queue()
        self._unread = 0
        self._room = asyncio.Event()
        self._room.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 - ASGI
        """Answer. As soon as the client is gone, everything of it ends."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        try:
            async with asyncio.TaskGroup() as group:
                writing = group.create_task(self._write(send))
                jobs = await self._read(group)
                watching = group.create_task(stay(self._request))
                await asyncio.gather(*jobs)
                self._results.put_nowait(b"")
                await writing
                watching.cancel()
        except* ClientDisconnect:
            pass  # nobody is left to be told

    async def _read(self, group: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        """Start a job for each line, as places come free. Returns those that are not done."""
        jobs: set[asyncio.Task[None]] = set()
        try:
            async for number, line in _numbered(self._request):
                await self._places.acquire()
                await self._patient()
                job = group.create_task(self._one(number, line))
                jobs.add(job)
                job.add_done_callback(jobs.discard)
        except Refused as refused:
            self._add({"error": {"kind": refused.kind, "message": str(refused)}})
        return list(jobs)

    async def _patient(self) -> None:
        """Wait while too many results are unread."""
        try:
            await asyncio.wait_for(self._room.wait(), _UNREAD_PATIENCE_S)
        except TimeoutError:
            raise ClientDisconnect from None

    async def _one(self, number: int, line: bytes) -> None:
        try:
            self._add({"index": number, **await self._answer(line)})
        finally:
            self._places.release()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        name: dict[str, Any] = {}
        try:
            row = parsed(line)
            if isinstance(row, dict) and "id" in row:
                name["id"] = row.pop("id")
            wanted = request_from_json(row)
            verdict = await self._service.verify(wanted, self._client, admitted=True)
        except Refused as error:
            return {"error": {"kind": error.kind, "message": str(error)}}
        except UsageError as error:
            return {**name, "error": {"kind": "usage", "message": str(error)}}
        except InfrastructureError as error:
            verdict = Verdict(Outcome.INFRASTRUCTURE_ERROR, Stage.RUN, message=str(error))
        return {**name, "verdict": verdict_json(verdict)}

    def _add(self, result: dict[str, Any]) -> None:
        line = json.dumps(result, allow_nan=False).encode() + b"\n"
        self._unread += len(line)
        if self._unread > _MOST_UNREAD:
            self._room.clear()
        self._results.put_nowait(line)

    async def _write(self, send: Any) -> None:
        while line := await self._results.get():
            await send({"type": "http.response.body", "body": line, "more_body": True})
            self._unread -= len(line)
            if self._unread <= _MOST_UNREAD:
                self._room.set()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _numbered(request: Request) -> AsyncIterator[tuple[int, bytes]]:
    """Yield the lines of a body that are not blank, numbered from 0."""
    number, rest = 0, bytearray()
    async for chunk in chunks(request):
        rest += chunk
        *lines, last = rest.split(b"\n") if b"\n" in chunk else (rest,)
        rest = bytearray(last)
        if len(rest) > _LONGEST_LINE:
            raise Refused(413, "too_large", f"line {number} is longer than {_LONGEST_LINE} bytes")
        for line in filter(bytes.strip, map(bytes, lines)):
            yield number, line
            number += 1
    if rest.strip():
        yield number, bytes(rest)
