"""One slot's standard streams, over the connection that Docker attaches to a container.

Docker sends both output streams on one connection, each piece behind eight bytes: the stream's
number, three zeros, the length in big-endian order. Standard error is kept for error messages.

Not here: how the container is made (`codegen.sandbox.docker`).
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

from codegen.errors import CodegenError, SandboxError

_HEADER = struct.Struct(">BxxxI")
_STDERR = 2
_KEPT_STDERR = 8192


class DockerConnection:
    """Keeps the `Connection` contract over an attached socket; `remove` destroys the container."""

    def __init__(self, attached: Any, remove: Callable[[], None]) -> None:
        self._attached = attached
        # The docker package hands out a reader around the socket, which can only read.
        self._socket: socket.socket = getattr(attached, "_sock", attached)
        # Its timeout is meant for requests; a slot may rightly be silent for long.
        self._socket.settimeout(None)
        self._remove = remove
        self._left = 0
        self._stream = 0
        self._stderr = b""
        self._killing = threading.Lock()
        self._killed = False

    def write(self, data: bytes) -> None:
        """Write all of `data`.

        Raises:
            SandboxError: the slot is gone.
        """
        try:
            self._socket.sendall(data)
        except (OSError, ValueError) as error:
            raise SandboxError(f"the slot's container is gone: {error}{self._ending()}") from error

    def read(self, size: int) -> bytes:
        """Return one to `size` bytes as soon as there are some, and `b""` when the slot is gone."""
        while True:
            if self._left == 0:
                header = self._exactly(_HEADER.size)
                if not header:
                    return b""
                self._stream, self._left = _HEADER.unpack(header)
                continue
            wanted = self._left if self._stream == _STDERR else min(size, self._left)
            piece = self._receive(min(wanted, 1 << 20))
            self._left -= len(piece)
            if self._stream != _STDERR or not piece:
                return piece
            self._stderr = (self._stderr + piece)[-_KEPT_STDERR:]

    def kill(self) -> None:
        """Destroy the container at once. Thread-safe, idempotent; a blocked call ends."""
        with self._killing:
            if self._killed:
                return
            self._killed = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        # Where the daemon fails, nothing more can be done from here: the supervisor leaves when its
        # input closes, and the next start removes what is left.
        with contextlib.suppress(CodegenError):
            self._remove()
        self._attached.close()
        self._socket.close()

    def diagnosis(self) -> str:
        """Return the end of what the supervisor wrote to its standard error."""
        return self._stderr.decode("utf-8", "replace").strip()

    def _ending(self) -> str:
        return f"\n{self.diagnosis()}" if self._stderr else ""

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self._receive(size - len(found))
            if not piece:
                return b""
            found += piece
        return found

    def _receive(self, size: int) -> bytes:
        try:
            return self._socket.recv(size)
        except (OSError, ValueError):
            return b""
