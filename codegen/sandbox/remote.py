"""A sandbox that is elsewhere: jobs go to a `codegen serve --jobs`, executions come back.

What makes the jobs, judges what came of them and writes them into the journal stays here, so a run
is the same with it as with a sandbox of this machine, and the other side scales apart: it may be
many replicas behind one address. Expected values never leave this side.

Not here: the server (`codegen.serve`), and how it is asked (`codegen.peer`).
"""

from __future__ import annotations

from typing import Any, Self

from codegen.errors import DeadlineError, SandboxError, ToolchainError, UsageError
from codegen.peer import Patience, Peer
from codegen.sandbox.contract import Execution, Job
from codegen.sandbox.environment import load
from codegen.sandbox.pool import Counts

_TRIES = 3
_PATIENCE = Patience(retry_s=3600.0, keep_alive=False)  # replicas take minutes to come
PATH = "/v1/job"


class RemoteSandbox:
    """Runs jobs on a server. Keeps the contract `Sandbox`; made by `open`."""

    def __init__(self, peer: Peer, told: dict[str, Any]) -> None:
        """Take a server, and what it said of itself."""
        self._peer, self._told = peer, told
        self._busy = 0

    @classmethod
    async def open(cls, url: str, *, token: str | None = None) -> Self:
        """Ask a server what it runs; `token` is by default what `CODEGEN_SERVE_TOKEN` holds.

        Raises:
            UsageError: it takes no jobs, or the token is wrong.
            InfrastructureError: it cannot be reached.
        """
        first = Peer(url, token=token, patience=Patience(retry_s=30.0))
        try:
            told = await first.ask(PATH)
        finally:
            await first.aclose()
        return cls(Peer(url, token=token, patience=_PATIENCE), told)

    @property
    def name(self) -> str:
        """`docker` or `local`, whichever the server's is."""
        return str(self._told["sandbox"])

    @property
    def slots(self) -> int:
        """How many jobs one replica runs at once."""
        return int(self._told["slots"])

    @property
    def counts(self) -> Counts:
        """How many jobs are there, those that wait there included."""
        return Counts(busy=self._busy, waiting=0, idle=0, recycled=0)

    async def run(self, job: Job) -> Execution:
        """Run one job there; see `codegen.sandbox.contract.Sandbox.run`."""
        from codegen.journal import codec  # noqa: PLC0415 - the journal knows the sandbox

        digest = await self.digest(job.environment)
        self._busy += 1
        try:
            answer = await self._tried({"digest": digest, "job": codec.plain(job)})
            return codec.execution_from(answer, "")
        except (KeyError, TypeError, ValueError) as error:
            raise SandboxError(f"{self._peer.shown} is of another version ({error})") from error
        finally:
            self._busy -= 1

    async def digest(self, environment: str) -> str:
        """Return what identifies the toolchain there.

        Raises:
            ToolchainError: the server does not have it.
            UsageError: the server's harness is not the one here.
        """
        wanted = load(environment)
        found = self._told["environments"].get(environment)
        if found is None:
            raise ToolchainError(f"{environment}: {self._peer.shown} does not serve it")
        if not found.endswith(wanted.scripts_digest):
            raise UsageError(f"{self._peer.shown} is of another version of codegen; use the same")
        return str(found)

    async def close(self) -> None:
        """Close the connections; what runs there is broken off."""
        await self._peer.aclose()

    async def _tried(self, body: dict[str, Any]) -> Any:
        """Return the answer to a job. One that waited too long for a slot there waits once more."""
        for _ in range(_TRIES - 1):
            try:
                return await self._peer.ask(PATH, body)
            except (DeadlineError, SandboxError):
                continue
        return await self._peer.ask(PATH, body)
