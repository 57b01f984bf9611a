"""Leases on keys, so that of many processes one makes a call and the others wait for its row.

A lease is a row: the key, and the number of the session that has it. The session holds an advisory
lock on its number, which the server gives back when the process or its connection has died: no
clock is read and no sign of life is written. A process that has lost its connection comes back with
a new number and moves its leases to it; only an owner that stays away for `GONE_S` seconds while
the server is there has lost them.

Not here: who wants a lease, and for how long (`codegen.journal.wanted`).
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from codegen.journal.schema import leases

GONE_S = 10.0
_BITS = 62  # positive as a bigint

_HELD = text(
    "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks"
    " WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Leases:
    """The leases of one process; claimed over one connection, released over any."""

    def __init__(self, *, driver: bool) -> None:
        """Have none."""
        self._driver = driver
        self._owners: list[int] = []
        self._keys: set[str] = set()
        self._missing: dict[tuple[str, int], float] = {}
        self._lock = threading.Lock()

    def prepare(self, connection: Connection) -> None:
        """Take a new number over a new connection, and move the leases to it."""
        number = secrets.randbits(_BITS)
        connection.execute(select(func.pg_advisory_lock(number)))
        with self._lock:
            kept = sorted(self._keys)
            before = list(self._owners)
            self._owners.append(number)
        self._missing.clear()  # it is since now that others can be seen
        if kept:
            mine = leases.c.key.in_(kept) & leases.c.owner.in_(before)
            connection.execute(update(leases).where(mine).values(owner=number))
            # a server that was killed may have lost the newest
            again = insert(leases).on_conflict_do_nothing()
            connection.execute(again, [self._row(key, number) for key in kept])

    def clear(self, connection: Connection) -> None:
        """Take away what earlier drivers left; whoever calls is the only one that drives."""
        connection.execute(delete(leases).where(leases.c.driver))

    def claim(self, connection: Connection, keys: Sequence[str]) -> Collection[str]:
        """Lease those of the keys, sorted, that no living owner has, and return them."""
        owner = self._owners[-1]
        made = insert(leases).on_conflict_do_nothing().returning(leases.c.key)
        ours = set(connection.execute(made, [self._row(key, owner) for key in keys]).scalars())
        others = [key for key in keys if key not in ours]
        if others:
            ours |= self._taken_over(connection, others)
        with self._lock:
            self._keys |= ours
        return ours

    def release(self, connection: Connection, keys: Collection[str]) -> None:
        """Give back those of the keys that this process has."""
        with self._lock:
            held = sorted(self._keys.intersection(keys))
            owners = list(self._owners)
        if held:
            leased = leases.c.key.in_(held) & leases.c.owner.in_(owners)
            connection.execute(delete(leases).where(leased))
        with self._lock:
            self._keys.difference_update(held)

    def release_all(self, connection: Connection) -> None:
        """Give everything back."""
        connection.execute(delete(leases).where(leases.c.owner.in_(self._owners)))

    def _row(self, key: str, owner: int) -> dict[str, object]:
        return {"key": key, "owner": owner, "driver": self._driver}

    def _taken_over(self, connection: Connection, keys: Sequence[str]) -> set[str]:
        found = connection.execute(
            select(leases.c.key, leases.c.owner).where(leases.c.key.in_(keys))
        )
        theirs = {row.key: row.owner for row in found}
        alive = set(connection.execute(_HELD).scalars())
        ours = set()
        for key, owner in sorted(theirs.items()):
            if owner == self._owners[-1]:
                ours.add(key)
            elif owner in self._owners or self._is_gone(key, owner, alive):
                mine = leases.c.key == key, leases.c.owner == owner
                moved = connection.execute(
                    update(leases).where(*mine).values(owner=self._owners[-1], driver=self._driver)
                )
                ours |= {key} if moved.rowcount else set()
        return ours

    def _is_gone(self, key: str, owner: int, alive: Collection[int]) -> bool:
        if owner in alive:
            self._missing.pop((key, owner), None)
            return False
        since = self._missing.setdefault((key, owner), time.monotonic())
        return time.monotonic() - since >= GONE_S
