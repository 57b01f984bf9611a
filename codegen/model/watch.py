"""Looks after the servers of a model during a run: their health, and the file that lists them.

A server that fails two looks in a row is left out, and is back when it is well again and still
serves the same model. One that has answered since the last look is not disturbed. A file of
endpoints is read again when it changes: servers join and leave, and one that serves another model
is refused. A file that cannot be used is told once, and what it said before counts on.

Not here: what a failed request does (`codegen.model.replicas`); what is right to serve
(`codegen.model.openai`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import ModelError, UsageError
from codegen.model.exchange import Target
from codegen.model.replica import Replica
from codegen.model.served import Endpoint, endpoint_of
from codegen.model.wire import Failure, no_such_route

_TICK_S = 0.5
_EVERY_S = 5.0  # between two looks at a server that is quiet
_OUT_S = 1.0  # between two looks at one that is left out
_ANSWER_S = 10.0
_STRIKES = 2
UNSEEN = "not looked at yet"

Vet = Callable[[Endpoint], str]
"""Says why what a server lists will not do; empty where it will."""


class EndpointsFile:
    """A file with one base URL a line; `#` begins a comment."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read yet."""
        self.path = path
        self._seen = ""

    def urls(self) -> list[str]:
        """Read the file.

        Raises:
            UsageError: it cannot be read, or names no server.
        """
        try:
            self._seen = self.path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
            raise UsageError(f"{self.path} cannot be read: {reason}") from error
        lines = (line.partition("#")[0].strip() for line in self._seen.splitlines())
        if not (found := [line for line in lines if line]):
            raise UsageError(f"{self.path} names no server; give one base URL a line")
        return found

    def changed(self) -> bool:
        """Return whether it says something else than when it was read, or cannot be read."""
        try:
            return self.path.read_text("utf-8") != self._seen
        except (OSError, UnicodeDecodeError):
            return True


@dataclass(slots=True)
class _Notes:
    """What is remembered of one server between two looks."""

    looked: float = 0.0
    answered: int = 0
    strikes: int = 0
    was_in: bool = True
    look: asyncio.Task[None] | None = None


class Watch:
    """Looks after the servers of a target until it is stopped."""

    def __init__(
        self, target: Target, vet: Vet, file: EndpointsFile | None, tell: Callable[[str], None]
    ) -> None:
        """Take what to look after; `tell` gets a line for each change."""
        self._target = target
        self._vet = vet
        self._file = file
        self._tell = tell
        self._told = ""
        self._notes: dict[Replica, _Notes] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop; does nothing when it has begun."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End. Safe to call twice."""
        looks = [note.look for note in self._notes.values() if note.look is not None]
        tasks = [task for task in (self._task, *looks) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._reread()
            for replica in self._target.replicas.all:
                notes = self._notes.setdefault(replica, _Notes())
                if (notes.look is None or notes.look.done()) and self._due(replica, notes):
                    notes.look = asyncio.create_task(self._look(replica, notes))

    def _reread(self) -> None:
        if self._file is None or not self._file.changed():
            return
        replicas = self._target.replicas
        before = replicas.all
        try:
            fresh = replicas.become(self._file.urls())
        except UsageError as error:
            self._say_once(f"{error}; the servers from before are kept")
            return
        self._told = ""
        for replica in fresh:
            replica.out = UNSEEN
            self._notes[replica] = _Notes(was_in=False)
        for replica in before:
            if replica not in replicas.all:
                self._tell(f"{replica.url} is not listed any more and gets no more requests")
        replicas.wake()

    def _say_once(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self._tell(text)

    def _due(self, replica: Replica, notes: _Notes) -> bool:
        since = time.monotonic() - notes.looked
        if replica.out:
            return since >= _OUT_S
        if replica.suspect or notes.strikes:
            return True
        if replica.answered != notes.answered:
            notes.answered, notes.looked = replica.answered, time.monotonic()
            return False
        return since >= _EVERY_S

    async def _look(self, replica: Replica, notes: _Notes) -> None:
        replica.suspect = False
        try:
            trouble = await self._trouble(replica)
            if not trouble and replica.out:
                trouble = await self._refusal(replica)
        except ModelError as error:  # it vanished between two questions, or refuses the key
            trouble = str(error)
        notes.looked = time.monotonic()
        if replica.out:
            self._seen_out(replica, notes, trouble)
        elif not trouble:
            notes.strikes = 0
        else:
            notes.strikes += 1
            if notes.strikes >= _STRIKES:
                replica.out, replica.ejections = trouble, replica.ejections + 1
                self._tell(f"{replica.url} is left out: {trouble}")

    def _seen_out(self, replica: Replica, notes: _Notes, trouble: str) -> None:
        if trouble:
            if not notes.was_in and trouble != replica.out:
                self._tell(f"{replica.url} cannot join: {trouble}")
            replica.out = trouble
            return
        replica.out, replica.rests_until = "", 0.0
        replica.limit.restart()
        self._tell(f"{replica.url} {'is back' if notes.was_in else 'has joined'}")
        notes.was_in, notes.strikes, notes.answered = True, 0, replica.answered
        self._target.replicas.wake()

    async def _trouble(self, replica: Replica) -> str:
        """Return what is wrong with a server; nothing where it answers as it should."""
        fetch = self._target.client.fetch
        answer = await fetch(replica, "/health", None, _ANSWER_S, base=replica.root_url)
        if isinstance(answer, Failure) and no_such_route(answer):
            answer = await fetch(replica, "/models", None, _ANSWER_S)
            if isinstance(answer, Failure) and no_such_route(answer):
                return ""  # it answers; what it refuses, requests will be told
        return answer.reason if isinstance(answer, Failure) else ""

    async def _refusal(self, replica: Replica) -> str:
        try:
            return self._vet(await endpoint_of(self._target, replica, _ANSWER_S))
        except UsageError as error:
            return str(error)
