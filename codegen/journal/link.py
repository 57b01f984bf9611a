"""Connections to a PostgreSQL server that goes away and comes back.

Whatever is done over a session is done again when its connection was lost, so it must be work that
done twice is as if done once. What a lost commit came to is never guessed.

Not here: what is done (`codegen.journal.postgresql`).
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from codegen.errors import JournalError, UsageError
from codegen.journal.failures import explained, reason
from codegen.journal.place import Shared

T = TypeVar("T")
_ENCODING = "UTF8"
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0
_TOLD_AFTER = 2  # attempts: a connection that is cut off and made again is nothing to speak of
_AGAIN = frozenset({"40001", "40P01"})  # the work was undone, the connection is good
_AWAY = frozenset({"57P01", "57P02", "57P03", "57P05", "53300"})  # it stops, or is full
# A peer that vanished without a word is noticed within half a minute, on either side.
_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_SETTINGS = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"


class Link:
    """One server, the sessions over it, and whether it is there."""

    def __init__(
        self, place: Shared, role: str, on_event: Callable[[str], None], patience_s: float
    ) -> None:
        """Remember how to connect; nothing is opened yet."""
        self.place = place
        self.patience_s = patience_s
        self.closing = threading.Event()
        self._name = f"codegen {role} {os.getpid()}@{socket.gethostname()}"[:63]
        self._on_event = on_event
        self._lock = threading.Lock()
        self._told = 0.0
        self.engine: Engine = create_engine(
            "postgresql+psycopg://", creator=self._connect, poolclass=NullPool, hide_parameters=True
        )

    def _connect(self) -> psycopg.Connection[Any]:
        asked = conninfo_to_dict(self.place.server)
        settings = f'-c search_path="{self.place.run}" -c synchronous_commit=on {_SETTINGS}'
        own: dict[str, Any] = {"connect_timeout": 10, "tcp_user_timeout": 30_000, **_ALIVE}
        made = psycopg.connect(
            self.place.server,
            **{name: value for name, value in own.items() if name not in asked},
            application_name=self._name,
            client_encoding=_ENCODING,
            options=f"{asked.get('options') or ''} {settings}".strip(),
        )
        encoding = made.info.parameter_status("server_encoding")
        if encoding == _ENCODING:
            return made
        refused = _other_encoding(self.place, made.info.dbname, encoding)
        made.close()
        raise UsageError(refused)

    def once(
        self,
        work: Callable[[Connection], T],
        prepare: Callable[[Connection], None] = lambda _: None,
    ) -> T:
        """Do work in one transaction over a connection of its own, with no patience.

        Raises:
            JournalError: it failed.
        """
        session = Session(self, prepare)
        try:
            session.open()
            return session.run(work)
        finally:
            session.close()

    def explained(self, error: Exception, *, opening: bool = False) -> JournalError:
        """Return the error to be raised for a failure of the database."""
        return explained(str(self.place), error, opening=opening)

    def missed(self, error: Exception, attempt: int) -> None:
        """Say once that the server is away."""
        with self._lock:
            if attempt >= _TOLD_AFTER and not self._told:
                self._told = time.monotonic()
                self._on_event(
                    f"{self.place}: the database does not answer ({reason(error)}); waiting for it,"
                    f" {self.patience_s:.0f} s at most"
                )

    def answered(self) -> None:
        """Say that it is back, if it was said that it was away."""
        if self._told:
            with self._lock:
                seconds, self._told = time.monotonic() - self._told, 0.0
                self._on_event(f"{self.place}: the database is back after {seconds:.0f} s")


class Session:
    """One connection, made again when it is lost, which one thread at a time may use."""

    def __init__(
        self, link: Link, prepare: Callable[[Connection], None] | None = None, *, last: bool = False
    ) -> None:
        """Open nothing yet. `prepare` is done to every new connection.

        With `last`, work goes on while the journal closes.
        """
        self._link = link
        self._prepare = prepare
        self._last = last
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def open(self) -> None:
        """Connect at once.

        Raises:
            JournalError: it cannot be done.
        """
        try:
            self._connected()
        except (SQLAlchemyError, psycopg.Error) as error:
            raise self._link.explained(error, opening=True) from error

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction, again whenever the connection was lost.

        Raises:
            JournalError: it failed, or the server was away for too long.
        """
        with self._lock:
            attempt, since = 0, time.monotonic()
            while True:
                try:
                    result = self._once(work)
                except (SQLAlchemyError, psycopg.Error) as error:
                    if not is_passing(error):
                        raise self._link.explained(error) from error
                    attempt += 1
                    self._wait(error, attempt, since)
                    continue
                self._link.answered()
                return result

    def close(self) -> None:
        """Close the connection, if there is one."""
        with self._lock:
            self._drop()

    def _once(self, work: Callable[[Connection], T]) -> T:
        connection = self._connected()
        with connection.begin():
            return work(connection)

    def _connected(self) -> Connection:
        if self._connection is None:
            connection = self._link.engine.connect()
            try:
                if self._prepare is not None:
                    with connection.begin():
                        self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _wait(self, error: Exception, attempt: int, since: float) -> None:
        if _state(error) not in _AGAIN:
            self._drop()
        waited = time.monotonic() - since
        given_up = self._link.closing.is_set() and not self._last
        if waited > self._link.patience_s or given_up:
            raise JournalError(
                f"{self._link.place}: the database has not answered for {waited:.0f} s "
                f"({reason(error)}); see to it: nothing that was finished is lost, start the same "
                "command again"
            ) from error
        self._link.missed(error, attempt)
        pause = min(_FIRST_PAUSE_S * 2 ** (attempt - 1), _LONGEST_PAUSE_S)
        if self._last:
            time.sleep(pause)
        else:
            self._link.closing.wait(pause)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(SQLAlchemyError, psycopg.Error):
                connection.invalidate()
            with contextlib.suppress(SQLAlchemyError, psycopg.Error):
                connection.close()


def _other_encoding(place: Shared, database: str, encoding: str | None) -> str:
    return (
        f"{place.server}: the encoding of the database {database!r} is {encoding}, which does not "
        f"hold all that models write; make one that does (CREATE DATABASE codegen ENCODING "
        f"'{_ENCODING}' LOCALE 'C' TEMPLATE template0) and name it"
    )


def is_passing(error: Exception) -> bool:
    """Whether the same work may succeed later, over another connection if need be."""
    state = _state(error)
    if state:
        return state.startswith("08") or state in _AWAY or state in _AGAIN
    original = _original(error)
    return getattr(error, "connection_invalidated", False) or isinstance(
        original, psycopg.OperationalError | psycopg.InterfaceError
    )


def _original(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig else error


def _state(error: Exception) -> str:
    return getattr(_original(error), "sqlstate", None) or ""
