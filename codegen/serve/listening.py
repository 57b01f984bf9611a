"""A port and the process that listens on it, for the services of this package.

Not here: what is served (`codegen.serve.server`, `codegen.view.server`).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from codegen.errors import UsageError

BACKLOG = 2048


class Server(uvicorn.Server):
    """A server whose end is an ordinary one: the signal that asked for it is not raised again.

    The first SIGTERM or SIGINT ends it well, the second at once.
    """

    on_listening: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.on_listening()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals that end it, for as long as the block lasts."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _end(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def addresses(host: str, port: int) -> tuple[int, tuple[str, int]]:
    """Return the address family and the address of a host.

    Raises:
        UsageError: there is no such host.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UsageError(f"--host {host}: {error.strerror}") from None
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))


def listen(family: int, address: tuple[str, int]) -> socket.socket:
    """Open a port.

    Raises:
        UsageError: it is in use, or may not be opened.
    """
    host, port = address
    try:
        listener = socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    # asyncio does this only for sockets that say TCP, as those of `create_server` do not; without
    # it an answer in two parts waits 40 ms for its second
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
