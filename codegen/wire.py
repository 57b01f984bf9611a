"""Between records and JSON: a round trip that refuses what it does not know, and content hashes.

Bytes are a string where they are UTF-8, and `{"base64": "…"}` where they are not.

Not here: what the records are (`codegen.records`, which also offers these four functions).
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import hashlib
import json
import types
import typing
from collections.abc import Hashable, Mapping
from enum import StrEnum
from typing import Any, Literal, TypeVar

from codegen.errors import UsageError

Json = Any  # None | bool | int | float | str | list[Json] | dict[str, Json]

T = TypeVar("T")
LATER: Mapping[str, bool] = {"later": True}
"""Marks a record's field that was not always there: `field(default=…, metadata=LATER)`.

While it has its default it is left out of the JSON form, so that older records keep their hashes.
"""


def to_json(value: Any) -> Json:
    """Return the plain JSON form of a record, a mapping, a sequence or a scalar."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: to_json(held)
            for f in dataclasses.fields(value)
            if (held := getattr(value, f.name)) != f.default or not f.metadata.get("later")
        }
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return _bytes_to_json(value) if isinstance(value, bytes) else value


def _bytes_to_json(value: bytes) -> Json:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


def bytes_from_json(value: Json, where: str) -> bytes:
    """Return the bytes that a text or `{"base64": …}` stands for.

    Raises:
        UsageError: it is neither.
    """
    if isinstance(value, bytes):
        return value
    try:
        if isinstance(value, str):
            return value.encode()
        if isinstance(value, Mapping) and set(value) == {"base64"}:
            return base64.b64decode(value["base64"], validate=True)
    except (ValueError, TypeError) as error:
        raise UsageError(f"{where}: not valid: {error}") from error
    raise UsageError(f'{where}: expected text or {{"base64": …}}, got {_shown(value)}')


def from_json(kind: type[T], value: Json, where: str = "") -> T:
    """Build a record of type `kind` from its JSON form.

    Raises:
        UsageError: an unknown key, a missing field or a value of the wrong type; names the field.
    """
    where = where or kind.__name__
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: expected an object, got {_shown(value)}")
    hints, fields = _shape(typing.cast("Hashable", kind))
    unknown = sorted(set(value) - set(fields))
    if unknown:
        known = ", ".join(fields)
        raise UsageError(f"{where}: unknown key {unknown[0]!r} (known: {known})")
    required = [
        name
        for name, f in fields.items()
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    missing = [name for name in required if name not in value]
    if missing:
        raise UsageError(f"{where}: missing key {missing[0]!r}")
    return kind(
        **{name: _typed(hints[name], item, f"{where}.{name}") for name, item in value.items()}
    )


@functools.cache
def _shape(kind: Hashable) -> tuple[dict[str, Any], dict[str, dataclasses.Field[Any]]]:
    record = typing.cast("type[Any]", kind)
    return typing.get_type_hints(record), {f.name: f for f in dataclasses.fields(record)}


def _typed(hint: Any, value: Json, where: str) -> Any:  # noqa: PLR0911 - one return per kind of hint
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _typed(arguments[0], value, where)
    if origin is Literal:
        return _member(value, arguments, where)
    if origin is Mapping:
        return _mapping(arguments[1], value, where)
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise UsageError(f"{where}: expected an array, got {_shown(value)}")
        return tuple(_typed(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(_member(value, tuple(str(m) for m in hint), where))
    if dataclasses.is_dataclass(hint):
        return from_json(typing.cast("type[Any]", hint), value, where)
    return _scalar(hint, value, where)


def _mapping(hint: Any, value: Json, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: expected an object, got {_shown(value)}")
    return {str(key): _typed(hint, item, f"{where}.{key}") for key, item in value.items()}


def _member(value: Json, allowed: tuple[Any, ...], where: str) -> Any:
    if value not in allowed:
        raise UsageError(
            f"{where}: expected one of {', '.join(map(repr, allowed))}, got {_shown(value)}"
        )
    return value


def _scalar(hint: Any, value: Json, where: str) -> Any:
    if hint is bytes:
        return bytes_from_json(value, where)
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise UsageError(f"{where}: expected {hint.__name__}, got {_shown(value)}")
    return value


def _shown(value: Json) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(
        to_json(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def content_id(value: Any) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of a value's canonical form."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()
