"""The fields of a foreign request: typed where they are used, with defaults, strangers ignored.

An old client may send what a service that it was written for has since come to know, so unknown
keys are no error here. A null stands for the default.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Any

from codegen.errors import UsageError
from codegen.serve.failures import Refused
from codegen.verify.text import text

_LONGEST_S = 3600.0


class Fields:
    """An object of a request. `where` names it in messages."""

    def __init__(self, value: Any, where: str = "") -> None:
        if not isinstance(value, Mapping):
            raise _wrong(where or "the body", "an object", value)
        self._fields, self._where = value, where

    def has(self, key: str) -> bool:
        """Whether a field is there and not null."""
        return self._fields.get(key) is not None

    def any(self, key: str) -> Any:
        """Return a field as it is; None where it is not there."""
        return self._fields.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there."""
        return _text(self._given(key, default), self._path(key))

    def seconds(self, key: str, default: float, *, unit: float = 1.0) -> float:
        """Return a time in seconds, above zero; `unit` is what one of the field's is."""
        value = self.number(key, default / unit) * unit
        if not 0 < value <= _LONGEST_S:
            raise Refused(400, "usage", f"{self._path(key)}: expected 0 < time ≤ {_LONGEST_S} s")
        return value

    def number(self, key: str, default: float) -> float:
        """Return a finite number."""
        value = self._given(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _wrong(self._path(key), "a number", value)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise _wrong(self._path(key), "a finite number", value)
        return number

    def items(self, key: str) -> list[Any]:
        """Return an array; empty where it is not there."""
        value = self._given(key, [])
        if not isinstance(value, list):
            raise _wrong(self._path(key), "an array", value)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return an array of texts."""
        found = self.items(key)
        return tuple(_text(one, f"{self._path(key)}[{n}]") for n, one in enumerate(found))

    def inner(self, key: str) -> Fields:
        """Return an object; empty where it is not there."""
        return Fields(self._given(key, {}), self._path(key))

    def files(self, key: str) -> dict[str, bytes]:
        """Return files in base64 by their paths; those that are null are left out."""
        value = self._given(key, {})
        if not isinstance(value, Mapping):
            raise _wrong(self._path(key), "an object", value)
        return {
            path: decoded(data, f"{self._path(key)}[{path!r}]")
            for path, data in value.items()
            if data is not None
        }

    def _given(self, key: str, default: Any) -> Any:
        value = self._fields.get(key)
        if value is None and default is None:
            raise Refused(400, "usage", f"{self._path(key)}: missing")
        return default if value is None else value

    def _path(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key


def decoded(data: Any, where: str) -> bytes:
    """Return the bytes of a text in base64.

    Raises:
        Refused: it is none; names it by `where`.
    """
    if not isinstance(data, str):
        raise _wrong(where, "text in base64", data)
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "usage", f"{where}: not base64") from None


def _wrong(where: str, wanted: str, value: Any) -> Refused:
    return Refused(400, "usage", f"{where}: expected {wanted}, got {type(value).__name__}")


def _text(value: Any, where: str) -> str:
    try:
        return text(value, where)
    except UsageError as error:
        raise Refused(400, "usage", str(error)) from error
