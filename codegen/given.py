"""What users give as TOML or JSON: read, or refused in the same words by every command.

Not here: which keys it may have (`codegen.records.from_json`), and JSON out of a model's answer
(`codegen.answer.values`).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from codegen.errors import UsageError

_DEEPEST = 200  # what is checked and written by recursion takes several frames for each level


def read_toml(path: Path) -> dict[str, Any]:
    """Return the table of a TOML file.

    Raises:
        UsageError: it cannot be read, or is not TOML in UTF-8; names the file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    return toml_of(data, str(path))


def toml_of(text: str | bytes, where: str) -> dict[str, Any]:
    """Return the table that a TOML text holds; `where` names it in messages.

    Raises:
        UsageError: it is not TOML, not UTF-8, or nested too deeply.
    """
    table: dict[str, Any] = _parsed(tomllib.loads, text, where, "TOML")
    if _is_deep(table):
        raise UsageError(_too_deep(where, "TOML"))
    return table


def json_of(text: str | bytes, where: str) -> Any:
    """Return what a JSON text holds; `where` names it in messages.

    Raises:
        UsageError: it is not JSON, not UTF-8, or nested too deeply.
    """
    value = _parsed(json.loads, text, where, "JSON")
    if _has_brackets(text) and _is_deep(value):
        raise UsageError(_too_deep(where, "JSON"))
    return value


def decoded(data: bytes, where: str) -> str:
    """Return a text in UTF-8, without the mark of order that some editors put before it.

    Raises:
        UsageError: it is not UTF-8; says at which byte.
    """
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UsageError(f"{where} is not UTF-8 at byte {error.start}") from error


def _parsed(parse: Callable[[str], Any], text: str | bytes, where: str, what: str) -> Any:
    try:
        return parse(text if isinstance(text, str) else decoded(text, where))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, " if error.lineno > 1 else ""
        reason = f"{error.msg} at {place}column {error.colno}"
        raise UsageError(f"{where} is not {what}: {reason}") from error
    except ValueError as error:  # of TOML, and of a number with thousands of digits
        raise UsageError(f"{where} is not {what}: {error}") from error
    except RecursionError:
        raise UsageError(_too_deep(where, what)) from None


def _too_deep(where: str, what: str) -> str:
    return f"{where} is not usable {what}: more than {_DEEPEST} levels in one another"


def _has_brackets(text: str | bytes) -> bool:
    """Whether a text could be nested too deeply: counting them is quicker than looking inside."""
    if isinstance(text, str):
        return text.count("[") + text.count("{") > _DEEPEST
    return text.count(b"[") + text.count(b"{") > _DEEPEST


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST + 1):
        level = [
            item
            for one in level
            if isinstance(one, (list, dict))
            for item in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
