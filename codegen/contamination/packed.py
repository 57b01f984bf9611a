"""Cases that a benchmark keeps packed, so that no crawler reads them: LiveCodeBench's private ones.

The form is base64 of zlib of a pickle that holds one text, which is JSON. A file of somebody else
is not trusted: a pickle that names anything at all is refused, and so is one that unpacks to more
than a bound.
"""

from __future__ import annotations

import base64
import binascii
import io
import pickle
import zlib
from typing import Any, NoReturn

MOST_BYTES = 256 << 20


class _TextOnly(pickle.Unpickler):
    """Reads pickles of plain values; one that wants code is refused."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it names {module}.{name}")


def unpacked(text: str) -> str:
    """Return the JSON text in packed cases; a text that is JSON already is returned as it is.

    Raises:
        ValueError: it is neither, it unpacks to more than 256 MiB, or its pickle holds no text.
    """
    if text.lstrip()[:1] in ("[", "{", ""):
        return text
    try:
        packed = base64.b64decode(text, validate=True)
        reader = zlib.decompressobj()
        data = reader.decompress(packed, MOST_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"neither JSON nor packed cases: {error}") from error
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError(f"packed cases are cut off, or of more than {MOST_BYTES >> 20} MiB")
    return _text(data)


def _text(data: bytes) -> str:
    try:
        found: Any = _TextOnly(io.BytesIO(data)).load()
    except Exception as error:
        raise ValueError(f"packed cases are no pickle of a text: {error}") from error
    if not isinstance(found, str):
        raise ValueError(f"packed cases hold a {type(found).__name__}, not a text")  # noqa: TRY004 - a value of a file
    return found
