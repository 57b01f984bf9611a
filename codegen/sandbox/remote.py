"""A sandbox that is elsewhere: jobs go to `codegen serve --jobs`, executions come back.

What makes the jobs, judges what came of them and writes them into the journal stays here, so a run
is the same with it as with a sandbox of this machine, and the other side scales apart: several
servers, or many replicas behind one address. Expected values never leave this side.

Not here: the server (`codegen.serve`), and how it is asked (`codegen.peer`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from codegen.errors import InfrastructureError, SandboxError, ToolchainError, UsageError
from codegen.peer import Patience, Peer
from codegen.sandbox.contract import Execution, Job
from codegen.sandbox.environment import load
from codegen.sandbox.pool import Counts

PATH = "/v1/job"
_PATIENCE = Patience(retry_s=5.0, keep_alive=False)  # each job may reach another replica
_RETURN_S = 3600.0  # for servers to come back, and for queues that are full
_REST_S = 10.0
_TRIES = 3


@dataclass(slots=True)
class _Server:
    """One of the servers: `busy` jobs of ours are there; it is left alone until it has rested."""

    peer: Peer
    told: dict[str, Any]
    busy: int = 0
    rested: float = 0.0

    @property
    def load(self) -> tuple[bool, float]:
        """What is least where the next job should go."""
        return time.monotonic() < self.rested, self.busy / self.told["slots"]


class RemoteSandbox:
    """Runs jobs on servers with the same toolchains. Keeps the contract `Sandbox`; see `open`."""

    def __init__(self, servers: Sequence[_Server]) -> None:
        self._servers = tuple(servers)

    @classmethod
    async def open(cls, *urls: str, token: str | None = None) -> Self:
        """Ask the servers what they run; `token` is by default what `CODEGEN_SERVE_TOKEN` holds.

        Raises:
            UsageError: one takes no jobs, the token is wrong, or their toolchains are not the same.
            InfrastructureError: one cannot be reached.
        """
        servers = []
        for url in urls:
            first = Peer(url, token=token, patience=Patience(retry_s=30.0))
            try:
                told = await first.ask(PATH)
            finally:
                await first.aclose()
            servers.append(_Server(Peer(url, token=token, patience=_PATIENCE), told))
        one, *others = servers
        for other in others:
            for what in ("sandbox", "environments"):
                if other.told[what] != one.told[what]:
                    raise UsageError(
                        f"{one.peer.shown} and {other.peer.shown} have other toolchains;"
                        " start all from one image, for the same languages"
                    )
        return cls(servers)

    @property
    def name(self) -> str:
        """`docker` or `local`, whichever the servers' is."""
        return str(self._servers[0].told["sandbox"])

    @property
    def slots(self) -> int:
        """How many jobs the servers run at once; of replicas behind one address, one counts."""
        return sum(int(one.told["slots"]) for one in self._servers)

    @property
    def counts(self) -> Counts:
        """How many jobs are there, those that wait there included."""
        return Counts(sum(one.busy for one in self._servers), waiting=0, idle=0, recycled=0)

    async def run(self, job: Job) -> Execution:
        """Run one job there; see `codegen.sandbox.contract.Sandbox.run`."""
        from codegen.journal import codec  # noqa: PLC0415 - the journal knows the sandbox

        body = {"digest": await self.digest(job.environment), "job": codec.plain(job)}
        end, failures = time.monotonic() + _RETURN_S, 0
        while True:
            server = min(self._servers, key=lambda one: one.load)
            server.busy += 1
            try:
                return codec.execution_from(await server.peer.ask(PATH, body), "")
            except InfrastructureError as error:
                failures += isinstance(error, SandboxError)  # theirs, after tries of their own
                if failures == _TRIES or time.monotonic() > end:
                    raise SandboxError(str(error)) from error
                server.rested = time.monotonic() + _REST_S
            except (KeyError, TypeError, ValueError) as error:
                shown = server.peer.shown
                raise SandboxError(f"{shown} is of another version ({error})") from error
            finally:
                server.busy -= 1
            await asyncio.sleep(_REST_S / 10 if len(self._servers) > 1 else _REST_S / 2)

    async def digest(self, environment: str) -> str:
        """Return what identifies the toolchain there.

        Raises:
            ToolchainError: the servers do not have it.
            UsageError: their harness is not the one here.
        """
        wanted = load(environment)
        first = self._servers[0]
        found = first.told["environments"].get(environment)
        if found is None:
            raise ToolchainError(f"{environment}: {first.peer.shown} does not serve it")
        if not found.endswith(wanted.scripts_digest):
            raise UsageError(f"{first.peer.shown} is of another version of codegen; use the same")
        return str(found)

    async def close(self) -> None:
        """Close the connections; what runs there is broken off."""
        for one in self._servers:
            await one.peer.aclose()
