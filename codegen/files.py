"""Files and folders that are whole or not there: written beside their place, then moved onto it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from codegen.errors import UsageError

Own = Callable[[Path], Collection[str] | None]
"""Says which files of a folder this program wrote, by their paths in it; None: it wrote none."""


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
    out: Path, *, mark: str, own: Own | None = None, force: bool = False
) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `out` when the block ends well.

    With `force` it replaces a folder that is there and holds a file `mark`, which is what this
    program writes into folders of its own. Of that folder only the files that `own` names (without
    it, the mark alone) make way; all others are somebody else's and are taken over.

    Raises:
        UsageError: something else is at `out`, or such a folder without `force`; a file of
            somebody else's is where one is to be written; or the place may not be written or the
            disk is full. `out` is as it was.
    """
    ours = _ours(out, mark, own, force=force)
    place = out.resolve() if out.is_symlink() else out  # what a link leads to, and not the link
    folder: Path | None = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
        yield folder
        folder.chmod(0o755)
        _take_over(out, folder, ours)
        _move(folder, place)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror or error}") from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _ours(out: Path, mark: str, own: Own | None, *, force: bool) -> Collection[str]:
    """Return what at `out` may be replaced."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return ()
    found: Collection[str] | None = None
    if (out / mark).is_file():
        found = {mark} if own is None else own(out)
    if found is None:
        raise UsageError(
            f"{out} is there already and was not made by this, so that --force does not replace it"
            " either; name another folder"
        )
    if not force:
        raise UsageError(f"{out} is there already; replace it with --force, or name another")
    return found


def _take_over(old: Path, new: Path, ours: Collection[str]) -> None:
    """Put what is not ours into the new folder; the old one keeps it until it goes.

    Raises:
        UsageError: the new folder has a file of that name.
    """
    for folder, folders, files in os.walk(old):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for path in (Path(folder) / name for name in (*files, *links)):
            name = path.relative_to(old)
            if name.as_posix() in ours:
                continue
            target = new / name
            if os.path.lexists(target):
                raise UsageError(f"{path} was not made by this and is in the way; move it away")
            target.parent.mkdir(parents=True, exist_ok=True)
            _same_file(path, target)


def _same_file(path: Path, target: Path) -> None:
    if path.is_symlink():
        target.symlink_to(path.readlink())
        return
    try:
        target.hardlink_to(path)
    except OSError:  # a file system without such links
        shutil.copy2(path, target)


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
