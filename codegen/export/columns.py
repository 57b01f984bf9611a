"""What columns hold: a small closed set of types, checked row by row, the same in every file type.

    "text"  "integer"  "number"  "flag"     one value
    [T]                                     a list
    {"name": T, …}                          an object with exactly these keys

Nothing is ever null: whoever reads a first row knows what all others are like.

Not here: writing files (`codegen.export.shards`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from codegen.records import Json

if TYPE_CHECKING:
    import pyarrow as pa

Type: TypeAlias = "str | Sequence[Type] | Mapping[str, Type]"
Columns = Mapping[str, Type]

TEXT, INTEGER, NUMBER, FLAG = "text", "integer", "number", "flag"
UNKNOWN = ""
CHAT: Type = [{"role": TEXT, "content": TEXT}]
_SCALARS: Mapping[str, type] = {TEXT: str, INTEGER: int, NUMBER: float, FLAG: bool}
_INT64 = 1 << 63


def fault(value: Json, wanted: Type, where: str) -> str:
    """Return what is wrong with a value, after its place; empty where it is as wanted."""
    if isinstance(wanted, str):
        return _scalar_fault(value, wanted, where)
    if isinstance(wanted, Mapping):
        if not isinstance(value, Mapping) or list(value) != list(wanted):
            return f"{where}: expected an object with {', '.join(wanted)}"
        inner = [(value[name], kind, f"{where}.{name}") for name, kind in wanted.items()]
    elif isinstance(value, list):
        inner = [(one, wanted[0], f"{where}[{number}]") for number, one in enumerate(value)]
    else:
        return f"{where}: expected a list"
    found = (fault(one, kind, place) for one, kind, place in inner)
    return next((one for one in found if one), "")


def _scalar_fault(value: Any, wanted: str, where: str) -> str:
    if type(value) is not _SCALARS[wanted]:
        return f"{where}: expected {wanted}, got {type(value).__name__}"
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        return f"{where}: no 64-bit integer"
    if isinstance(value, str) and not _is_unicode(value):
        return f"{where}: no Unicode text"
    return ""


def _is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8; half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def inferred(value: Json) -> Type:
    """Return the type of a value; the empty text where it does not say, as in an empty list.

    Raises:
        ValueError: it is null, or of no type of these.
    """
    if isinstance(value, Mapping):
        return {str(name): inferred(inner) for name, inner in value.items()}
    if isinstance(value, list):
        made: Type = UNKNOWN
        for one in value:
            made = common(made, inferred(one))
        return [made]
    if type(value) is int and not -_INT64 <= value < _INT64:
        raise ValueError("no 64-bit integer")
    for name, kind in _SCALARS.items():
        if type(value) is kind:
            return name
    raise ValueError(f"a value of type {type(value).__name__}")


def common(one: Type, other: Type) -> Type:
    """Return the type that holds values of both.

    Raises:
        ValueError: there is none.
    """
    if UNKNOWN in (one, other):
        return other if one == UNKNOWN else one
    if isinstance(one, Mapping) and isinstance(other, Mapping) and set(one) == set(other):
        return {name: common(kind, other[name]) for name, kind in one.items()}
    if isinstance(one, list) and isinstance(other, list):
        return [common(one[0], other[0])]
    if {str(one), str(other)} == {INTEGER, NUMBER}:
        return NUMBER
    if one != other:
        raise ValueError(f"{one} here and {other} there")
    return one


def fitted(value: Json, kind: Type) -> Json:
    """Return a value as its column holds it: numbers as numbers, keys in their order."""
    if isinstance(kind, Mapping):
        return {name: fitted(value[name], inner) for name, inner in kind.items()}
    if isinstance(value, list):
        return [fitted(one, kind[0]) for one in value]
    return float(value) if kind == NUMBER else value


def settled(kind: Type) -> Type:
    """Return a type with text where nothing said what it is."""
    if isinstance(kind, Mapping):
        return {name: settled(inner) for name, inner in kind.items()}
    if isinstance(kind, str):
        return kind or TEXT
    return [settled(kind[0])]


def arrow_schema(columns: Columns) -> pa.Schema:
    """Return the columns as Arrow knows them."""
    import pyarrow as pa  # noqa: PLC0415 - optional, and heavy

    return pa.schema([pa.field(n, _arrow(kind), nullable=False) for n, kind in columns.items()])


def _arrow(kind: Type) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - as above

    if isinstance(kind, str):
        made = {TEXT: pa.string(), INTEGER: pa.int64(), NUMBER: pa.float64(), FLAG: pa.bool_()}
        return made[kind]
    if isinstance(kind, Mapping):
        return pa.struct([pa.field(name, _arrow(inner)) for name, inner in kind.items()])
    return pa.list_(_arrow(kind[0]))
