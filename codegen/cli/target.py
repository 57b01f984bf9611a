"""Where a command may write a file: over its own results, and over nothing else that matters.

Not here: folders that are made as a whole (`codegen.files.appearing`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from codegen.errors import UsageError

_DATABASES = ("journal.sqlite", "dataset.sqlite", "annotations.sqlite", "view.sqlite")
_MARKS = ("journal.url", *_DATABASES, "manifest.json", "images.json")
"""A folder that holds one of these is a run's, a dataset's, an export's or a mixture's."""
_OURS = frozenset(
    (
        *_MARKS,
        *(f"{name}-{end}" for name in _DATABASES for end in ("wal", "shm", "journal")),
        *("journal.lock", "examples.jsonl", "sft.jsonl", "preference.jsonl", "summary.json"),
        *("curation.json", "unfit.jsonl", "croissant.json", "about.toml"),
    )
)


def check_target(path: Path, inputs: Iterable[Path | str] = ()) -> None:
    """Check that a file may be written.

    Raises:
        UsageError: there is no folder for it, it is a folder, it is one of the `inputs` by
            whatever name, or it is a file of a run or a dataset that other commands write.
    """
    if path.is_dir():
        raise UsageError(f"cannot write {path}: it is a folder; name a file")
    folder = path.parent
    if not folder.is_dir():
        wrong = f"{folder} is no folder" if folder.exists() else f"there is no folder {folder}"
        raise UsageError(f"cannot write {path}: {wrong}; make it, or name another")
    check_no_input(path, inputs)
    for named in (path, path.resolve()):
        if named.name in _OURS and any((named.parent / mark).exists() for mark in _MARKS):
            raise UsageError(
                f"cannot write {path}: {named.name} of {named.parent} is written by other commands,"
                " and what it holds would be lost; name another file"
            )


def check_no_input(path: Path, inputs: Iterable[Path | str]) -> None:
    """Check that a file is none of a command's inputs.

    Raises:
        UsageError: it is one of them, be it by another path or by a link.
    """
    for given in inputs:
        if path.exists() and os.path.exists(given) and os.path.samefile(path, given):  # noqa: PTH110, PTH121 - `given` may be a URL
            raise UsageError(
                f"cannot write {path}: it is read as {given}, and would be lost; name another file"
            )
