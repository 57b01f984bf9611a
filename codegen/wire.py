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
from collections.abc import Callable, Hashable, Mapping
from enum import StrEnum
from functools import partial
from typing import Any, Literal, TypeVar

from codegen.errors import UsageError

Json = Any  # None | bool | int | float | str | list[Json] | dict[str, Json]

T = TypeVar("T")
Reader = Callable[[Json, str], Any]
"""Makes a value of its JSON form; the second argument says where that stands."""

_PLAIN = frozenset((str, int, float, bool, type(None)))
LATER: Mapping[str, bool] = {"later": True}
"""Marks a record's field that was not always there: `field(default=…, metadata=LATER)`.

While it has its default it is left out of the JSON form, so that older records keep their hashes.
"""


def to_json(value: Any) -> Json:
    """Return the plain JSON form of a record, a mapping, a sequence or a scalar."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple or kind is list:
        return [to_json(item) for item in value]
    fields = _written(typing.cast("Hashable", kind))
    if fields is not None:
        return {
            name: to_json(getattr(value, name))
            for name, default, later in fields
            if not later or getattr(value, name) != default
        }
    return _other_to_json(value)


def written(record: Any) -> dict[str, Any]:
    """Return what is written of a record, by field: all but what is `LATER` and has its default."""
    fields = _written(typing.cast("Hashable", type(record))) or ()
    return {
        name: value
        for name, default, later in fields
        for value in (getattr(record, name),)
        if not later or value != default
    }


def _other_to_json(value: Any) -> Json:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return _bytes_to_json(value) if isinstance(value, bytes) else value


@functools.cache
def _written(kind: Any) -> tuple[tuple[str, Any, bool], ...] | None:
    """Return of a record's fields the name, the default, and whether it may be left out."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple(
        (f.name, f.default, bool(f.metadata.get("later"))) for f in dataclasses.fields(kind)
    )


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
    made: T = _reader(typing.cast("Hashable", kind))(value, where or kind.__name__)
    return made


@functools.cache
def _reader(hint: Any) -> Reader:  # noqa: PLR0911 - one return per kind of hint
    """Return what reads values of a type; it is found out once for each type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return _as_it_is
    if origin in (typing.Union, types.UnionType):
        return partial(_optional, _reader(arguments[0]))
    if origin is Literal:
        return partial(_member, arguments)
    if origin is Mapping:
        return partial(_mapping, _reader(arguments[1]))
    if origin is tuple:
        return partial(_array, _reader(arguments[0]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return partial(_named, hint, tuple(str(member) for member in hint))
    if dataclasses.is_dataclass(hint):
        return partial(_record, hint)
    return partial(_scalar, hint)


def _record(kind: Any, value: Json, where: str) -> Any:
    if type(value) is not dict and not isinstance(value, Mapping):
        raise UsageError(f"{where}: expected an object, got {_shown(value)}")
    readers, required = _fields(kind)
    if value.keys() != readers.keys():
        _check_keys(value, readers, required, where)
    return kind(**{name: readers[name](item, f"{where}.{name}") for name, item in value.items()})


def _check_keys(
    value: Mapping[str, Json], readers: Mapping[str, Reader], required: dict[str, None], where: str
) -> None:
    unknown = value.keys() - readers.keys()
    if unknown:
        known = ", ".join(readers)
        raise UsageError(f"{where}: unknown key {min(unknown)!r} (known: {known})")
    if not required.keys() <= value.keys():
        missing = next(name for name in required if name not in value)
        raise UsageError(f"{where}: missing key {missing!r}")


@functools.cache
def _fields(kind: Any) -> tuple[dict[str, Reader], dict[str, None]]:
    """Return the readers of a record's fields by name, and the names of those without a default."""
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    required = {
        f.name: None
        for f in fields
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    }
    return {f.name: _reader(hints[f.name]) for f in fields}, required


def _as_it_is(value: Json, _: str) -> Any:
    return value


def _optional(inner: Reader, value: Json, where: str) -> Any:
    return None if value is None else inner(value, where)


def _array(inner: Reader, value: Json, where: str) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise UsageError(f"{where}: expected an array, got {_shown(value)}")
    return tuple([inner(item, f"{where}[{i}]") for i, item in enumerate(value)])


def _mapping(inner: Reader, value: Json, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: expected an object, got {_shown(value)}")
    return {str(key): inner(item, f"{where}.{key}") for key, item in value.items()}


def _named(kind: type[StrEnum], allowed: tuple[str, ...], value: Json, where: str) -> StrEnum:
    return kind(_member(allowed, value, where))


def _member(allowed: tuple[Any, ...], value: Json, where: str) -> Any:
    if value not in allowed:
        raise UsageError(
            f"{where}: expected one of {', '.join(map(repr, allowed))}, got {_shown(value)}"
        )
    return value


def _scalar(hint: Any, value: Json, where: str) -> Any:
    if hint is bytes:
        return bytes_from_json(value, where)
    if hint is float and type(value) is int:
        return _float(value, where)
    if type(value) is not hint:
        raise UsageError(f"{where}: expected {hint.__name__}, got {_shown(value)}")
    return value


def _float(value: int, where: str) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise UsageError(f"{where}: {_shown(value)} is beyond what a float holds") from error


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
