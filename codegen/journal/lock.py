"""An exclusive lock on a run folder: one process writes, a second one is told who does.

The system gives the lock back however the process ends, kill -9 included.

Not here: locks between machines; a run folder belongs on a local disk.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from pathlib import Path

from codegen.errors import UnusableJournalError

NAME = "journal.lock"


class FolderLock:
    """Holds the lock from its making until `release`."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            JournalError: another process holds it; says which and since when.
            OSError: the folder cannot be written to.
        """
        self._path = folder / NAME
        self._descriptor = _acquire(self._path)
        since = time.strftime("%Y-%m-%d %H:%M:%S")
        holder = f"process {os.getpid()} on {socket.gethostname()} since {since}"
        with contextlib.suppress(OSError):  # on a full disk the lock goes without a name
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, holder.encode("utf-8", "replace"))

    def release(self) -> None:
        """Give the lock back and remove its file. Safe to call twice."""
        if self._descriptor >= 0:
            # While the lock is held, so that nobody's new file is removed.
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1


def _acquire(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if not _try_lock(descriptor):
                raise _in_use(path, descriptor)  # noqa: TRY301 - the descriptor is closed either way
            if _is_still(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its holder removed the file between our open and our lock


def _in_use(path: Path, descriptor: int) -> UnusableJournalError:
    holder = os.read(descriptor, 500).decode("utf-8", "replace") or "another process"
    return UnusableJournalError(
        f"{path.parent} is in use by {holder}; wait for it to end, stop it, "
        "or give another output folder"
    )


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        # A byte far beyond the end: Windows forbids others to read a locked range.
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
