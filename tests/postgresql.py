"""A PostgreSQL server of the tests' own: made in a temporary folder, killed and started at will."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

_SETTINGS = {
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "max_wal_size": "64MB",
    "fsync": "off",  # only a machine that loses power needs it
}


def binaries() -> Path | None:
    """Return the folder with `initdb` and `postgres`, of the newest version installed."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    found = shutil.which("initdb")
    places = [
        *([Path(found).resolve().parent] if found else []),
        *sorted(debian, key=lambda place: int(place.parent.name)),
    ]
    return next((one for one in reversed(places) if (one / "pg_isready").exists()), None)


class Server:
    """A server on a port of the loopback address; everybody who reaches it may do everything."""

    def __init__(self, folder: Path, where: Path) -> None:
        """Make an empty cluster in a folder."""
        self._data = folder / "data"
        self._where = where
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "log"
        folder.mkdir(parents=True, exist_ok=True)
        self._user: str | None = None
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
            self._user = "postgres"
        command = [str(where / "initdb"), "-D", str(self._data), "-A", "trust", "-U", "codegen"]
        command += ["-E", "UTF8", "--no-sync", "--locale", "C.UTF-8"]
        subprocess.run(
            command, check=True, capture_output=True, cwd="/", user=self._user, group=self._user
        )
        lines = [f"{name} = '{value}'" for name, value in _SETTINGS.items()]
        with (self._data / "postgresql.conf").open("a") as handle:
            handle.write("\n".join([*lines, f"port = {self.port}", ""]))

    @property
    def url(self) -> str:
        """The URL, to which a run is to be added."""
        return f"postgresql://codegen@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(self._where / "postgres"), "-D", str(self._data)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stderr=log, cwd="/", user=self._user, group=self._user
            )
        for _ in range(600):
            ready = subprocess.run(
                [str(self._where / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
            )
            if ready.returncode == 0:
                return
            assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.1)
        raise AssertionError(self._log.read_text())

    def kill(self) -> None:
        """Kill it with all its processes, with no time to write anything."""
        assert self._process is not None
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self._process.pid)], capture_output=True, text=True
        ).stdout.split()
        for pid in [self._process.pid, *map(int, children)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
