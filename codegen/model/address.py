"""The address of a model server: read, brought into one form, and what of it a proxy is for.

Not here: choosing among servers (`codegen.model.replicas`).
"""

from __future__ import annotations

import re
import urllib.parse
import urllib.request

from codegen.errors import UsageError

_VERSION = re.compile(r"v\d")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def base_url(text: str) -> str:
    """Return a base URL in its one form, which ends in the API's version: `http://host:8000/v1`.

    Raises:
        UsageError: it is no HTTP URL, or carries a password or a query.
    """
    try:
        parts = urllib.parse.urlsplit(text.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        shown = "" if "@" in text or "?" in text else f" {text.strip()!r}"  # may be a secret
        raise UsageError(f"no usable base URL{shown}; give one such as http://127.0.0.1:8000/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        # Not shown: what is wrong with it may be a secret.
        raise UsageError(
            f"the base URL of {parts.hostname} carries a user, a query or a fragment; give the "
            "plain URL, and the key through the environment or a file"
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    if not any(_VERSION.match(segment) for segment in path.split("/")):
        path += "/v1"
    return f"{parts.scheme}://{parts.netloc}{path}"


def root_url(url: str) -> str:
    """Return what stands before the version in a base URL: where a server says how it is."""
    parts = urllib.parse.urlsplit(url)
    segments = parts.path.split("/")
    at = next(i for i, segment in enumerate(segments) if _VERSION.match(segment))
    return f"{parts.scheme}://{parts.netloc}{'/'.join(segments[:at])}"


def proxy_of(url: str) -> str | None:
    """Return the proxy that the environment names for a URL; never one for this machine."""
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    if host in _LOOPBACK or urllib.request.proxy_bypass(parts.netloc):
        return None
    return urllib.request.getproxies().get(parts.scheme)
