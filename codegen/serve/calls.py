"""A route out of a function: its body parsed, its client watched, its answer or failure sent.

A client that goes away takes its work with it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from codegen.errors import CodegenError
from codegen.records import Verdict, to_json
from codegen.serve.body import Bodies
from codegen.serve.failures import failed

if TYPE_CHECKING:
    from codegen.serve.service import Service

T = TypeVar("T")
_CLIENT_GONE = 499  # nobody reads it; it is for the log


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked, by whom, and who can do it."""

    service: Service
    client: str
    body: Any
    query: Mapping[str, str]


def posted(
    work: Callable[[Call], Coroutine[Any, Any, Any]],
    *,
    overloaded: int = 429,
    limit: int = 64 << 20,
) -> Callable[[Request], Awaitable[Response]]:
    """Return the route that answers a JSON body with the JSON of what `work` returns.

    `overloaded` is the status when the queue is full; `limit` bounds the body, in bytes.
    """

    async def route(request: Request) -> Response:
        state = request.app.state
        bodies: Bodies = state.bodies
        try:
            async with bodies.json(request, limit) as body:
                client = request.scope["codegen.client"]
                call = Call(state.service, client, body, request.query_params)
                return reply(await while_there(request, work(call)))
        except ClientDisconnect:
            return Response(status_code=_CLIENT_GONE)
        except CodegenError as error:
            return failed(error, overloaded)

    route.__name__, route.__doc__ = work.__name__, work.__doc__
    return route


def reply(value: Any) -> Response:
    """Return a JSON response; half a surrogate pair in it is escaped, not an error."""
    return Response(json.dumps(value, allow_nan=False).encode(), media_type="application/json")


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns; cancel it when the client goes.

    Raises:
        ClientDisconnect: it went.
    """
    task, gone = asyncio.create_task(work), asyncio.create_task(stay(request))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else gone.result()
    finally:
        task.cancel()
        gone.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def stay(request: Request) -> NoReturn:
    """Wait for the client to go; its body has been read.

    Raises:
        ClientDisconnect: it went.
    """
    while (await request.receive())["type"] != "http.disconnect":
        pass
    raise ClientDisconnect


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Return the JSON form of a verdict, with `passed` beside its fields."""
    return {"passed": verdict.passed, **to_json(verdict)}
