"""The bearer tokens that clients show, held so that they are neither shown nor guessed.

Only their hashes are kept. A token comes as `Authorization: Bearer TOKEN`, or as the password of
basic authentication, which is how a client that knows nothing of tokens sends the one in
`http://any:TOKEN@host:port`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from codegen.errors import UsageError
from codegen.secrets import SERVE_VARIABLE

_SHORTEST = 16


class Tokens:
    """The tokens that are accepted; none at all accepts everybody."""

    __slots__ = ("_hashes",)

    def __init__(self, tokens: tuple[str, ...]) -> None:
        self._hashes = tuple(map(_hashed, tokens))

    def __len__(self) -> int:
        return len(self._hashes)

    def known(self, authorization: str) -> int | None:
        """Return the number of the token that a header shows, or None. Takes the same time."""
        shown, found = _hashed(_shown(authorization)), None
        for number, one in enumerate(self._hashes):
            if hmac.compare_digest(one, shown):
                found = number
        return found

    def __repr__(self) -> str:
        return f"Tokens({len(self)})"


def find_tokens(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Tokens:
    """Return the tokens of a file, one a line, or else the one in the environment, or none.

    Raises:
        UsageError: the file cannot be read, others may read it, or a token is too short.
    """
    environ = os.environ if environ is None else environ
    if file is None:
        found = environ.get(SERVE_VARIABLE, "").strip()
        return Tokens(
            (_checked(found, f"the environment variable {SERVE_VARIABLE}"),) if found else ()
        )
    where = f"the token file {file}"
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"{where} can be read by others; run: chmod 600 {file}")
        lines = file.read_text(encoding="ascii").split()
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{where} does not hold ASCII text") from None
    if not lines:
        raise UsageError(f"{where} is empty; put one token on each line")
    return Tokens(tuple(_checked(line, where) for line in lines))


def _checked(token: str, where: str) -> str:
    if len(token) < _SHORTEST or not all("!" <= character <= "~" for character in token):
        raise UsageError(
            f"{where} holds a token that is too short or not ASCII; "
            f"give {_SHORTEST} characters or more, as from: openssl rand -hex 24"
        )
    return token


def _shown(authorization: str) -> str:
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(value.strip(), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return decoded.partition(":")[2]


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
