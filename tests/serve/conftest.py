"""Real servers on loopback: one for the folder, and others with options of their own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        """The body, which is a line of JSON for each result."""
        return [json.loads(line) for line in self.body.splitlines()]


class Server:
    """A `codegen serve` process."""

    def __init__(self, options: tuple[str, ...], environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "codegen", "serve", "--port", "0", "--sandbox", "local"]
        self.process = subprocess.Popen(
            [*command, "--slots", "2", *options],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self.said: list[str] = []
        self.url = ""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            found = re.search(r"listening on (\S+)", line)
            if found:
                self.url = found[1]
                break
        assert self.url, "".join(self.said)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(self.process.stderr)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urllib.parse.urlsplit(self.url)
        assert parts.hostname and parts.port
        return parts.hostname, parts.port

    def connection(self, source: str | None = None) -> http.client.HTTPConnection:
        """Return a connection, from an address of this machine's."""
        origin = None if source is None else (source, 0)
        return http.client.HTTPConnection(*self.address, timeout=120, source_address=origin)

    def ask(
        self,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        source: str | None = None,
    ) -> Answer:
        """POST a body (JSON, or bytes as they are), or GET without one."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Content-Type": "application/json"} if body is not None else {}
        connection = self.connection(source)
        try:
            method = "GET" if body is None else "POST"
            connection.request(method, path, data, {**given, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def end(self, number: int = signal.SIGTERM, patience: float = 60) -> int:
        """Send a signal and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(patience)
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


@contextlib.contextmanager
def serving(*options: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serve Python, unless the options say otherwise, for as long as the block lasts."""
    chosen = options if "--langs" in options else ("--langs", "py", *options)
    server = Server(chosen, environment or {})
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
        server.end()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of Python with two slots and no token."""
    with serving() as started:
        yield started


@pytest.fixture(scope="session")
def all_languages() -> Iterator[Server]:
    """A server of every language that works on this machine."""
    from codegen import language as languages

    with serving("--langs", ",".join(languages.names())) as started:
        yield started


SLEEP = {"language": "python", "code": "import time\ntime.sleep(2)\nprint('woke')\n"}
"""A run that takes its time and no CPU."""
