"""One process that listens: opens the sandbox, serves until it is told to end, and ends well.

The first SIGTERM or SIGINT closes the port and lets what was accepted finish, for so long; the
second, or the end of that time, cancels it.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import socket
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from prometheus_client import disable_created_metrics

from codegen.errors import UsageError
from codegen.language import Language
from codegen.sandbox.choose import Choice, open_sandbox
from codegen.sandbox.pool import Pool
from codegen.secrets import SERVE_VARIABLE
from codegen.serve.application import make_application
from codegen.serve.examine import examined
from codegen.serve.guard import local
from codegen.serve.listening import BACKLOG, Server, addresses, listen
from codegen.serve.metrics import Metrics
from codegen.serve.service import Service
from codegen.serve.tokens import Tokens
from codegen.serve.turns import Turns
from codegen.verify.verifier import Verifier

_KEEP_ALIVE_S = 75


@dataclass(frozen=True, slots=True)
class Settings:
    """How to serve. `queue` requests may wait, each `deadline_s` at most with its work.

    `jobs` offers the sandbox itself to runs elsewhere (see `codegen.serve.jobs`).
    """

    languages: tuple[Language, ...]
    tokens: Tokens
    host: str = "127.0.0.1"
    port: int = 8080
    sandbox: Choice = "auto"
    slots: int | None = None
    queue: int = 1024
    deadline_s: float = 600.0
    grace_s: float = 60.0
    jobs: bool = False


async def serve(settings: Settings, tell: Callable[[str], None]) -> None:
    """Serve until a signal ends it. `tell` gets a line for each thing worth telling.

    Raises:
        UsageError: it may not listen there, or cannot.
        CodegenError: there is no sandbox, or no language that works in it.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the page and say nothing that a counter does not
    listener = _listener(settings)
    with contextlib.closing(listener):
        pool = await open_sandbox(settings.sandbox, slots=settings.slots, on_event=tell)
        try:
            service = await _service(settings, pool, tell)
            host, port = listener.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            names = ", ".join(one.name for one in service.languages if not one.problem)
            tell(f"{names}: {pool.slots} at once in the {pool.name} sandbox")
            version = importlib.metadata.version("codegen-forge")
            application = make_application(service, settings.tokens, version)
            server = Server(_config(application, settings))
            server.on_listening = lambda: tell(f"listening on http://{shown}:{port}")
            await server.serve([listener])
        finally:
            await pool.close()


def _config(application: object, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        application,  # type: ignore[arg-type]  # uvicorn spells ASGI in its own way
        http="httptools",
        loop="asyncio",
        lifespan="off",
        log_config=None,  # it is the process's: see `--log-format`
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whoever sends them could pose as many clients
        backlog=BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=max(1, round(settings.grace_s)),
    )


def _listener(settings: Settings) -> socket.socket:
    host = settings.host
    family, address = addresses(host, settings.port)
    if not settings.tokens and not local(address[0]):
        raise UsageError(
            f"--host {host} can be reached from other machines, so clients must show a token; "
            f"set {SERVE_VARIABLE}, or name a file of tokens with --token-file"
        )
    return listen(family, address)


async def _service(settings: Settings, pool: Pool, tell: Callable[[str], None]) -> Service:
    """Prepare every language, and leave out those that do not work here."""
    found = [await examined(one, pool, tell) for one in settings.languages]
    for one in found:
        if one.problem:
            tell(f"{one.title} is left out: {one.problem}")
    if all(one.problem for one in found):
        raise UsageError("no language works here; see codegen doctor")
    turns = Turns(pool.slots, settings.queue)
    metrics = Metrics(turns, lambda: pool.counts)
    return Service(
        Verifier(pool),
        turns,
        metrics,
        tuple(found),
        deadline_s=settings.deadline_s,
        sandbox=pool if settings.jobs else None,
    )
