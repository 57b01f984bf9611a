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
