"""What became of problems before: one small file for a user, so that nothing is run twice.

A key covers the solutions, the signature, the cases and all questions, and the version of codegen:
whatever could change the answer.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Self

from codegen.errors import UsageError


class Memory:
    """Numbers of questions by key, in a file; use it in a `with` statement."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file, made where there is none.

        Raises:
            UsageError: it cannot be opened.
        """
        self._path = path or _place()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS found (key TEXT PRIMARY KEY, number INT)"
            )
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"{self._path} cannot be opened: {error}; remove it") from error

    def find(self, key: str) -> tuple[int | None] | None:
        """Return (number or None), or None for what was never looked at."""
        with closing(self._file.execute("SELECT number FROM found WHERE key = ?", (key,))) as rows:
            found: tuple[int | None] | None = rows.fetchone()
        return found

    def keep(self, key: str, number: int | None) -> None:
        """Keep what was found."""
        self._file.execute("INSERT OR REPLACE INTO found VALUES (?, ?)", (key, number))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _place() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "codegen" / "contamination.sqlite"
