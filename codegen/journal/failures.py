"""SQLite's and the system's errors in our own words: what happened, to which file, what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from codegen.errors import JournalError

_RESUME = "nothing that was finished is lost: start the same command again"
_KNOWN = {
    "SQLITE_FULL": f"the disk is full; free some space, {_RESUME}",
    "SQLITE_IOERR": f"the disk cannot be read or written; see to it, {_RESUME}",
    "SQLITE_READONLY": "it cannot be written to; check its permissions",
    "SQLITE_CANTOPEN": "it cannot be opened; check that the folder exists and its permissions",
    "SQLITE_PERM": "permission denied; check its permissions",
    "SQLITE_NOTADB": "it is not a journal; name another folder",
    "SQLITE_CORRUPT": "it is damaged; restore it from a copy, or give another output folder",
    "SQLITE_BUSY": "another program holds it open; close that program and start again",
}


def explained(path: Path, error: Exception) -> JournalError:
    """Return the error to be raised for a failure of the database or of the system."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if isinstance(original, OSError):
        if isinstance(original, FileExistsError | NotADirectoryError):
            return JournalError(f"{path}: a file is where a folder is wanted; name another folder")
        reason = original.strerror or str(original)
        return JournalError(f"{path}: {reason}; check the folder and its permissions")
    name = original.sqlite_errorname if isinstance(original, sqlite3.Error) else ""
    for prefix, advice in _KNOWN.items():
        if name.startswith(prefix):
            return JournalError(f"{path}: {advice} ({original})")
    return JournalError(f"{path}: {original}")
