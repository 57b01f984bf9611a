"""Text that comes from a user, checked before anything is made of it."""

from __future__ import annotations

from typing import Any

from codegen.errors import UsageError


def text(value: Any, where: str) -> str:
    """Return a text that can be written as UTF-8.

    Raises:
        UsageError: it is no text, or holds half a surrogate pair.
    """
    if not isinstance(value, str):
        raise UsageError(f"{where}: expected text, got {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{where}: not valid Unicode (a lone surrogate)") from error
    return value


def program(value: Any, where: str) -> str:
    """Return source code that ends with a line break.

    Raises:
        UsageError: it is no text, or empty.
    """
    source = text(value, where)
    if not source.strip():
        raise UsageError(f"{where}: empty; expected source code")
    return source if source.endswith("\n") else source + "\n"
