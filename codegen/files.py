"""Files that are whole or not there: written beside their place, then moved onto it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from codegen.errors import UsageError


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """Open a file for writing that takes the place of `path` only when the block ends well.

    Raises:
        UsageError: the disk is full or the place may not be written; `path` is as it was.
    """
    name = ""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as handle:
            name = handle.name
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if name:
            Path(name).unlink(missing_ok=True)
