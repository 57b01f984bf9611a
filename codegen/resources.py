"""Where the data folders are: inside the installed package first, then beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from codegen.errors import UsageError

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return the folder `languages`, `prompts` or `sandboxes`.

    Raises:
        UsageError: the installation is incomplete.
    """
    for parent in (_PACKAGE, _PACKAGE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise UsageError(
        f"the folder {name!r} is missing from this installation; install codegen again"
    )
