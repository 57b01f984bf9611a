"""The lock of a run's driver in a database: one process at a time drives.

It is an advisory lock on the session that writes, so that whoever has lost it, with its connection,
cannot write any more; the server gives it back however the process ends.

Not here: the lock on a folder (`codegen.journal.lock`).
"""

from __future__ import annotations

import hashlib
import time

from sqlalchemy import Connection, func, select, text

from codegen.errors import JournalError, UnusableJournalError
from codegen.journal.link import Link
from codegen.journal.place import Shared

_LINGERS_S = 2.0  # as long as the server may take to notice that a killed process has gone
_HOLDER = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted"
    " AND (l.classid::bigint << 32) | l.objid::bigint = :number"
)


class DriverLock:
    """The lock of one run, taken anew over every new connection."""

    def __init__(self, link: Link) -> None:
        """Take nothing yet."""
        self._link = link
        self._number = _number(link.place)
        self._had = False

    def take(self, connection: Connection) -> None:
        """Take the lock, waiting a little for a session of somebody who has gone.

        Raises:
            JournalError: another process holds it; says which.
        """
        end = time.monotonic() + (self._link.patience_s if self._had else _LINGERS_S)
        while not connection.execute(select(func.pg_try_advisory_lock(self._number))).scalar():
            if time.monotonic() > end:
                holder = connection.execute(_HOLDER, {"number": self._number}).scalar()
                lost = JournalError if self._had else UnusableJournalError
                raise lost(
                    f"{self._link.place} is in use by {holder or 'another process'}; wait for it "
                    "to end, stop it, or name another run"
                )
            time.sleep(0.1)
        self._had = True


def _number(place: Shared) -> int:
    digest = hashlib.sha256(f"codegen driver {place.run}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 2  # positive as a bigint
