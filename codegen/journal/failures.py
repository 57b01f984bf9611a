"""A database's and the system's errors in our own words: what happened, where, what to do."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from codegen.errors import JournalError, UnusableJournalError

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
_STATES = {  # of PostgreSQL, by the beginning of their code
    "53100": f"the server's disk is full; free some space, {_RESUME}",
    "53": f"the server is short of something; see to it, {_RESUME}",
    "58": f"the server's disk cannot be read or written; see to it, {_RESUME}",
    "XX": f"the database is damaged; see to it, {_RESUME}",
    "25006": "the server takes no writes; name the primary one",
    "42501": "permission denied; the user needs the right to create in this database",
    "28": "the server does not let this user in; check user and password (PGPASSWORD, ~/.pgpass)",
    "3D": "there is no such database; create it first",
}
_SAYS = {  # of a connection that was refused, which has no code
    "password": _STATES["28"],
    "authentication": _STATES["28"],
    "pg_hba.conf": _STATES["28"],
    'role "': _STATES["28"],
    'database "': _STATES["3D"],
    "URI": "the URL cannot be read; correct it",
}


_PLACE_ERRORS = {
    *(errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENOENT, errno.ENAMETOOLONG),
    *(errno.EACCES, errno.EPERM, errno.EROFS),
}
_PLACE_ADVICE = {
    *(_KNOWN[f"SQLITE_{name}"] for name in ("READONLY", "CANTOPEN", "PERM", "NOTADB")),
    *(_STATES[code] for code in ("42501", "28", "3D")),
    _SAYS["URI"],
}


def explained(place: Path | str, error: Exception, *, opening: bool = False) -> JournalError:
    """Return the error to be raised for a failure of the database or of the system.

    While a journal is opened, it may be the user's, who named a place that cannot be used.
    """
    original = _original(error)
    kind = UnusableJournalError if opening and _is_of_place(original) else JournalError
    if isinstance(original, OSError):
        if isinstance(original, FileExistsError | NotADirectoryError):
            return kind(f"{place}: a file is where a folder is wanted; name another folder")
        because = original.strerror or str(original)
        return kind(f"{place}: {because}; check the folder and its permissions")
    advice = _advice(original)
    said = reason(original)
    return kind(f"{place}: {advice} ({said})" if advice else f"{place}: {said}")


def reason(error: BaseException) -> str:
    """Return what a database said, in one line."""
    return " ".join(str(_original(error)).split())


def _original(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig else error


def _is_of_place(original: BaseException) -> bool:
    """Whether another place, or another permission, is what is needed: nothing is out of order."""
    if isinstance(original, OSError):
        return original.errno in _PLACE_ERRORS
    return _advice(original) in _PLACE_ADVICE


def _advice(original: BaseException) -> str:
    if isinstance(original, sqlite3.Error):
        name = getattr(original, "sqlite_errorname", "")
        return next((says for start, says in _KNOWN.items() if name.startswith(start)), "")
    if not hasattr(original, "sqlstate"):
        return ""
    state, said = original.sqlstate, str(original)
    if state:
        return next((says for start, says in _STATES.items() if state.startswith(start)), "")
    unreachable = "the server cannot be reached; check the URL, and that the server runs"
    return next((says for words, says in _SAYS.items() if words in said), unreachable)
