"""Files that a user puts beside a program, and the names of those that are wanted back.

Paths are relative to the program's working folder and stay inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from codegen.errors import UsageError
from codegen.verify.text import text
from codegen.wire import bytes_from_json

_MOST_FILES = 1000
_MOST_BYTES = 256 << 20


def checked_files(files: Any, where: str) -> dict[str, bytes]:
    """Return files by their paths; a text stands for its UTF-8, `{"base64": …}` for its bytes.

    Raises:
        UsageError: a path that leads out of the working folder, or contents that are none.
    """
    if not isinstance(files, Mapping):
        raise UsageError(f"{where}: expected an object, got {type(files).__name__}")
    if len(files) > _MOST_FILES:
        raise UsageError(f"{where}: {len(files)} files; {_MOST_FILES} are the most")
    found = {
        checked_path(path, where): bytes_from_json(data, f"{where}[{path!r}]")
        for path, data in files.items()
    }
    if sum(map(len, found.values())) > _MOST_BYTES:
        raise UsageError(f"{where}: more than {_MOST_BYTES >> 20} MiB in all")
    for path in found:
        above = _within(path, found)
        if above is not None:
            raise UsageError(f"{where}: {above!r} is a file, and a folder in {path!r}")
    return found


def checked_path(path: Any, where: str) -> str:
    """Return a relative path that stays where it is.

    Raises:
        UsageError: it is absolute, or has an empty part, `.` or `..`.
    """
    parts = text(path, where).split("/")
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise UsageError(f"{where}: {path!r} is not a relative path inside the working folder")
    if len(path.encode()) > 1000 or max(len(part.encode()) for part in parts) > 255:  # noqa: PLR2004 - what file systems take
        raise UsageError(f"{where}: the path {path[:60]!r}… is too long")
    return str(path)


def refuse_ours(files: Iterable[str], ours: Iterable[str]) -> None:
    """Refuse a user's file that would stand where one of the verifier's own does.

    Raises:
        UsageError: names the file.
    """
    taken = set(ours)
    for path in files:
        if path in taken or _within(path, taken) or any(_within(one, (path,)) for one in taken):
            raise UsageError(f"files: {path!r} is the name of a file of the verifier's own")


def _within(path: str, files: Iterable[str]) -> str | None:
    """Return the one of `files` that a path has as a folder."""
    parts = path.split("/")
    folders = {"/".join(parts[:depth]) for depth in range(1, len(parts))}
    return next((one for one in files if one in folders), None)
