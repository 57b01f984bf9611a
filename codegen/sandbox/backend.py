"""What a way of isolating must offer: start a slot, name its toolchain, clean up.

A **slot** is an isolated place in which `supervisor.py` runs; a `Connection` is its standard input
and output. What travels over it is `codegen.sandbox.protocol`'s business, what a slot is used for
`codegen.sandbox.slot`'s. A backend gives the supervisor its isolation as the first argument (`uid`,
which is the default, or `namespaces`) and the toolchain's folders in `PATH`.

Not here: scheduling (`codegen.sandbox.pool`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from codegen.sandbox.environment import Environment


class Connection(Protocol):
    """The byte streams of one slot. Blocking; used from a worker thread, killed from any."""

    def write(self, data: bytes) -> None:
        """Write all of `data`.

        Raises:
            SandboxError: the slot is gone.
        """

    def read(self, size: int) -> bytes:
        """Return one to `size` bytes as soon as there are some, and `b""` when the slot is gone.

        Raises:
            UsageError: the slot says that it cannot work on this machine; with what to do.
        """

    def kill(self) -> None:
        """Destroy the slot at once. Thread-safe, idempotent; a blocked `read` or `write` ends."""

    def diagnosis(self) -> str:
        """Return the end of what the slot wrote to its standard error, for our error messages."""


class Backend(Protocol):
    """Starts slots. Every method blocks and may be called from several threads at once."""

    @property
    def name(self) -> str:
        """`docker` or `local`."""

    def start(self, environment: Environment) -> Connection:
        """Start a slot whose supervisor waits for its first message.

        Raises:
            SandboxError: the machine or the daemon failed; another try may work.
            UsageError: it cannot work here; the message says why and what to do.
            ToolchainError: the environment does not exist here and cannot be made.
        """

    def digest(self, environment: Environment) -> str:
        """Return what identifies the toolchain and everything that a slot puts beside it."""

    def close(self) -> None:
        """Remove what is left of every slot. Safe to call twice."""
