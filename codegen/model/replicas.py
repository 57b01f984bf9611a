"""Several servers of one model: the least busy one first, a failing one left alone for a while.

Not here: HTTP (`codegen.model.openai`).
"""

from __future__ import annotations

import random
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from codegen.errors import UsageError

_VERSION = re.compile(r"v\d")
_FIRST_S = 0.5
_LONGEST_S = 15.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Replica:
    """One server. `url` ends in the API's version, as in `http://host:8000/v1`."""

    def __init__(self, url: str) -> None:
        """Read a base URL, given with or without `/v1` and a slash at the end.

        Raises:
            UsageError: it is no HTTP URL, or carries a password or a query.
        """
        self.url = base_url(url)
        self.proxy = _proxy(self.url)
        self.in_flight = 0
        self.rests_until = 0.0

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count a request while it is under way."""
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1


class Replicas:
    """Servers of one model. Times are those of `time.monotonic`, in seconds."""

    def __init__(self, urls: Sequence[str]) -> None:
        """Take base URLs, at least one, each once.

        Raises:
            UsageError: there is none, one is twice, or one is not usable.
        """
        self.all = tuple(Replica(url) for url in urls)
        self.urls = tuple(replica.url for replica in self.all)
        if not self.all:
            raise UsageError("the model needs a base URL, such as http://127.0.0.1:8000/v1")
        if len(set(self.urls)) != len(self.urls):
            raise UsageError(f"a base URL is given twice: {', '.join(self.urls)}")
        self._turn = 0

    def __str__(self) -> str:
        return ", ".join(self.urls)

    def pick(self) -> Replica:
        """Return the least busy server that does not rest; in turn where they are equally busy."""
        now = time.monotonic()
        self._turn += 1
        turned = self.all[self._turn % len(self.all) :] + self.all[: self._turn % len(self.all)]
        return min(turned, key=lambda r: (max(0.0, r.rests_until - now), r.in_flight))

    def rest_s(self) -> float:
        """Return the seconds until a server is there that does not rest."""
        return max(0.0, min(r.rests_until for r in self.all) - time.monotonic())

    def failed(self, replica: Replica, attempt: int, wait_s: float | None) -> None:
        """Let a server rest: for `wait_s` if it asked for that, else longer with every attempt."""
        if wait_s is None:
            longest = min(_LONGEST_S, _FIRST_S * 2.0 ** min(attempt - 1, 10))
            wait_s = longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing
        replica.rests_until = max(replica.rests_until, time.monotonic() + wait_s)

    def served(self, replica: Replica) -> None:
        """Note that a server answers."""
        replica.rests_until = 0.0


def base_url(text: str) -> str:
    """Return a base URL in its one form.

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


def _proxy(url: str) -> str | None:
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    if host in _LOOPBACK or urllib.request.proxy_bypass(parts.netloc):
        return None
    return urllib.request.getproxies().get(parts.scheme)
