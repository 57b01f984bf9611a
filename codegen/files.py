"""Files and folders that are whole or not there: written beside their place, then moved onto it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
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


@contextmanager
def appearing(
    out: Path, *, mark: str, force: bool = False, kept: Sequence[str] = ()
) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `out` when the block ends well.

    With `force` it replaces a folder that is there and holds a file `mark`, which is what this
    program writes into folders of its own; the files `kept` are taken over from it.

    Raises:
        UsageError: something else is at `out`, or such a folder without `force`; or the place may
            not be written or the disk is full. `out` is as it was.
    """
    _check_place(out, mark, force=force)
    folder: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        yield folder
        folder.chmod(0o755)
        for name in kept:
            if (out / name).exists():
                shutil.copy2(out / name, folder / name)
        _move(folder, out)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror or error}") from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _check_place(out: Path, mark: str, *, force: bool) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (out / mark).is_file():
        raise UsageError(f"{out} is there already and was not made by this; name another folder")
    if not force:
        raise UsageError(f"{out} is there already; replace it with --force, or name another")


def _move(folder: Path, out: Path) -> None:
    if not out.exists():
        folder.rename(out)
        return
    old = folder.with_name(folder.name + ".old")
    out.rename(old)
    try:
        folder.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
