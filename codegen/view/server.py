"""One process on loopback: opens a dataset or a run, serves its pages, and ends well."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from codegen.curate.opened import opened
from codegen.errors import CodegenError
from codegen.journal.place import Named
from codegen.serve.listening import Server, addresses, listen
from codegen.view.application import make_application
from codegen.view.library import Library

HOST = "127.0.0.1"
"""Nowhere else: there are no passwords."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What to show, where, and who annotates. Port 0 is any free one.

    Annotations are kept in the folder `notes`; where there is none, nothing can be annotated.
    """

    path: Named
    annotator: str
    port: int = 0
    notes: Path | None = None


def view(settings: Settings, tell: Callable[[str], None], ready: Callable[[str], None]) -> None:
    """Serve until a signal ends it. `ready` is called with the address once it answers.

    Raises:
        UsageError: there is neither a run nor a dataset, or the port is taken.
        JournalError: the run cannot be read.
    """
    with contextlib.ExitStack() as held:
        listener = held.enter_context(contextlib.closing(listen(*addresses(HOST, settings.port))))
        dataset = held.enter_context(opened(settings.path))
        library = held.enter_context(
            contextlib.closing(Library(dataset, settings.path, settings.notes))
        )
        held.enter_context(_filling(library, tell))
        server = Server(_config(make_application(library, settings.annotator)))
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        server.on_listening = lambda: ready(address)
        asyncio.run(server.serve([listener]))


@contextlib.contextmanager
def _filling(library: Library, tell: Callable[[str], None]) -> Iterator[None]:
    """Make everything searchable meanwhile."""
    ended = threading.Event()

    def fill() -> None:
        try:
            library.catalogue.fill(ended.is_set)
        except CodegenError as error:
            tell(f"searching finds only a part: {error}")

    thread = threading.Thread(target=fill, name="view-words", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _config(application: object) -> uvicorn.Config:
    return uvicorn.Config(
        application,  # type: ignore[arg-type]  # uvicorn spells ASGI in its own way
        loop="asyncio",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
