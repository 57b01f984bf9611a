"""The application: every route, its guard, and what is answered where nothing else is."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codegen.serve.body import Bodies
from codegen.serve.compatible import code_judge, others, piston, sandboxfusion, submissions
from codegen.serve.failures import failure
from codegen.serve.guard import Guard
from codegen.serve.native import add_native
from codegen.serve.service import Service
from codegen.serve.tokens import Tokens

_ABOUT = """Verdicts on programs, each of them executed in a sandbox. The routes under `/v1` are our
own; the others are those of services that this one replaces, for clients that exist."""
_COMPATIBLE = (sandboxfusion, submissions, piston, others, code_judge)


def make_application(service: Service, tokens: Tokens, version: str) -> ASGIApp:
    """Return the ASGI application that serves a service."""
    application = FastAPI(
        title="codegen", version=version, description=_ABOUT, docs_url=None, redoc_url=None
    )
    application.state.service = service
    application.state.bodies = Bodies()
    application.add_exception_handler(HTTPException, _http)
    application.add_exception_handler(Exception, _ours)
    add_native(application)
    for service_of_others in _COMPATIBLE:
        service_of_others.add(application)
    return Guard(_Counted(application, service), tokens)


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return failure(error.status_code, "http", str(error.detail), error.headers)


async def _ours(_: Request, __: Exception) -> Response:
    return failure(500, "internal", "an error of ours; the server's log has it")


class _Counted:
    """Counts answers by route and status."""

    def __init__(self, application: FastAPI, service: Service) -> None:
        self._application, self._requests = application, service.metrics.requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                self._requests.labels(route, message["status"]).inc()
            await send(message)

        if scope["type"] == "http":
            await self._application(scope, receive, counted)
        else:
            await self._application(scope, receive, send)
