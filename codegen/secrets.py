"""The API key of a model server, held so that it is not shown by accident.

It is sent in one header and nowhere else: its text form is masked, it refuses to be copied or
pickled, and `scrub` takes it out of what a server echoes.
"""

from __future__ import annotations

import base64
import html
import json
import os
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from codegen.errors import UsageError

VARIABLES = ("CODEGEN_API_KEY", "OPENAI_API_KEY", "VLLM_API_KEY")
"""The environment variables that are looked at, in this order."""

SERVE_VARIABLE = "CODEGEN_SERVE_TOKEN"
"""The environment variable of the token that `codegen serve` asks for and its client shows."""

HOW = f"set {VARIABLES[0]}, or name a file that holds the key"
_MASK = "***"
_DISTINCTIVE = 16


class ApiKey:
    """A key and where it came from: `source` names an environment variable or a file."""

    __slots__ = ("_forms", "_secret", "source")

    def __init__(self, secret: str, source: str) -> None:
        """Hold a key; white space around it is dropped.

        Raises:
            UsageError: the key is empty, or has characters that no header can carry.
        """
        secret = secret.strip()
        if not secret:
            raise UsageError(f"the API key from {source} is empty; {HOW}")
        if not all("!" <= character <= "~" for character in secret):
            raise UsageError(
                f"the API key from {source} has spaces or characters outside ASCII; "
                "give the key alone, on one line"
            )
        self.source = source
        self._secret = secret
        self._forms = _forms(secret)

    def authorization(self) -> str:
        """Return the value of the header `Authorization`."""
        return f"Bearer {self._secret}"

    @property
    def distinctive(self) -> bool:
        """Whether the key cannot occur in a text by chance, as `EMPTY` or `token` can."""
        return len(self._secret) >= _DISTINCTIVE

    def scrub(self, text: str) -> str:
        """Return a text without the key, plain or in the usual encodings."""
        for form in self._forms:
            text = text.replace(form, _MASK)
        return text

    def __repr__(self) -> str:
        return f"ApiKey({_MASK} from {self.source})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not to be copied or stored")


def _forms(secret: str) -> tuple[str, ...]:
    forms = {
        secret,
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        html.escape(secret),
        urllib.parse.quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(),
    }
    # Longest first: a short form may be a part of a long one.
    return tuple(sorted(forms, key=len, reverse=True))


def find_api_key(
    file: Path | str | None = None, environ: Mapping[str, str] | None = None
) -> ApiKey | None:
    """Return the key in a file if one is named, else the first that the environment has, else None.

    Raises:
        UsageError: the file cannot be read, or what is there is no key.
    """
    if file is not None:
        try:
            text = Path(file).read_text(encoding="ascii")
        except OSError as error:
            raise UsageError(f"the API key file {file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UsageError(f"the API key file {file} does not hold ASCII text") from None
        return ApiKey(text, f"the file {file}")
    environ = os.environ if environ is None else environ
    name = next((name for name in VARIABLES if environ.get(name, "").strip()), None)
    return None if name is None else ApiKey(environ[name], f"the environment variable {name}")
