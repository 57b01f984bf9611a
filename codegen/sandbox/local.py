"""The local backend: slots out of Linux namespaces and the machine's own toolchains.

Needs Linux 5.14 or newer with user namespaces, no daemon and no privileges; started as root, the
slots still run as an unprivileged user. There is no way around the isolation: where namespaces are
not allowed, starting a slot is an error that says what to change.

Not here: how a slot is built (`local_root.py`), which toolchains there are (`local_tools`), and why
namespaces are refused (`kernel`).
Memory is watched from outside, as an ordinary user has no control group of its own; the Docker
backend has the kernel's account as well.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

from codegen.errors import SandboxError, UsageError
from codegen.sandbox.kernel import advice, look
from codegen.sandbox.local_tools import Toolchain, digest, find

if TYPE_CHECKING:
    from codegen.sandbox.environment import Environment

_HERE = Path(__file__).parent
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d")
_UNPRIVILEGED = 0x7FFE_0000  # far above what accounts and container managers use
_NOBODY = 65534
_INSIDE = 1000
_REFUSED = "cannot make a sandbox: "  # how `local_root.py` begins its last words
_OLDEST = (5, 14)  # processes are counted for each user namespace from this kernel on


class LocalConnection:
    """One slot: the outermost of its processes and the pipes to its supervisor."""

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._errors = process, errors
        self._stdin, self._stdout = process.stdin, process.stdout
        self._killing, self._reading, self._writing = (threading.Lock() for _ in range(3))
        self._told: str | None = None

    @property
    def pid(self) -> int:
        """The slot's outermost process; killing it kills the slot."""
        return self._process.pid

    def write(self, data: bytes) -> None:
        """Write all of `data`."""
        try:
            with self._writing:
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(self._stdin.fileno(), rest) :]
        except (OSError, ValueError) as error:
            raise SandboxError(f"the slot is gone ({error}); {self.diagnosis()}") from error

    def read(self, size: int) -> bytes:
        """Return one to `size` bytes, or none at the end.

        Raises:
            UsageError: this machine allows no namespaces; says why and what to do.
        """
        try:
            with self._reading:
                data = os.read(self._stdout.fileno(), size)
        except (OSError, ValueError):
            return b""
        if not data and self.diagnosis().startswith(_REFUSED):
            raise UsageError(advice(self.diagnosis(), look()))
        return data

    def kill(self) -> None:
        """Kill the slot; every process in it dies with its first."""
        with self._killing:
            if self._told is not None:
                return
            self._process.kill()
            self._process.wait()
            self._told = self.diagnosis()
            # The other ends are gone: whoever reads or writes leaves its lock at once.
            with self._reading, self._writing, contextlib.suppress(OSError):
                for stream in (self._stdin, self._stdout, self._errors):
                    stream.close()

    def diagnosis(self) -> str:
        """Return the end of what the slot wrote to its standard error."""
        if self._told is not None:
            return self._told
        try:
            data = os.pread(self._errors.fileno(), 1 << 16, 0)
        except (OSError, ValueError):
            return ""
        return data[-2000:].decode("utf-8", "replace").strip()


class LocalBackend:
    """Starts slots in namespaces of this machine. Safe to share between threads."""

    name = "local"

    def __init__(self, *, disk_bytes: int = 64 << 20, inodes: int = 1 << 15) -> None:
        self._disk_bytes, self._inodes = disk_bytes, inodes
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._toolchains: dict[str, Toolchain] = {}

    def start(self, environment: Environment) -> LocalConnection:
        """Start a slot.

        Raises:
            UsageError: this machine allows no namespaces; says why and what to do.
            ToolchainError: a tool of the environment is missing.
            SandboxError: the process could not be started.
        """
        _check_machine()
        configuration = json.dumps(self._configuration(self._toolchain(environment)))
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the slot
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [_python(), "-I", str(_HERE / "local_root.py"), configuration],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                start_new_session=True,
            )
        except OSError as error:
            errors.close()
            raise SandboxError(f"cannot start a slot: {error}") from error
        return LocalConnection(process, errors)

    def digest(self, environment: Environment) -> str:
        """Hash what identifies the toolchain, the language's folder and the supervisor."""
        return digest(self._toolchain(environment))

    def close(self) -> None:
        """Break off preparations. Nothing else outlives the slots: mounts are their namespaces'."""
        self._stop.set()

    def _toolchain(self, environment: Environment) -> Toolchain:
        with self._lock:
            if environment.name not in self._toolchains:
                self._toolchains[environment.name] = find(environment, self._stop)
            return self._toolchains[environment.name]

    def _configuration(self, toolchain: Toolchain) -> dict[str, object]:
        binds = ["/usr", *(path for path in _ETC if Path(path).exists())]
        links = {}
        for path in _SYSTEM:
            if Path(path).is_symlink():
                links[path] = str(Path(path).readlink())
            elif Path(path).is_dir():
                binds.append(path)
        roots = [root for root in toolchain.roots if not _within(root, [*binds, "/usr"])]
        places = {"/opt/codegen/supervisor.py": str(_HERE / "supervisor.py")}
        if toolchain.prepared is not None:
            places[f"/opt/codegen/{toolchain.environment.name}"] = str(toolchain.prepared)
        return {
            "binds": [*binds, *roots],
            "links": links,
            "places": places,
            "host_uid": _host_uid(),
            "uid": _INSIDE,
            "path": toolchain.path,
            "python": _python(),
            "disk_bytes": self._disk_bytes,
            "inodes": self._inodes,
        }


def _host_uid() -> int | None:
    """Return the user that root becomes before it enters; None for those who stay who they are.

    Who is root only inside a user namespace is not the kernel's uid 0, and may have no other user.
    """
    if os.getuid() != 0:
        return None
    rows = [tuple(map(int, r.split())) for r in Path("/proc/self/uid_map").read_text().splitlines()]
    for uid in (_UNPRIVILEGED, _NOBODY):
        if any(inside <= uid < inside + count for inside, _, count in rows):
            return uid
    return None


def _python() -> str:
    """Return the interpreter that the running one's virtual environment was made from."""
    base = getattr(sys, "_base_executable", "") or sys.executable
    return os.path.realpath(base)


def _within(path: str, folders: list[str]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _check_machine() -> None:
    """Refuse a machine that cannot isolate, before anything is started."""
    if sys.platform != "linux":
        raise UsageError("the local sandbox needs Linux; use --sandbox docker on this system")
    release = platform.release().split("-")[0].split(".")[:2]
    if tuple(int(part) for part in release if part.isdigit()) < _OLDEST:
        raise UsageError(
            f"the local sandbox needs Linux 5.14 or newer (this is {platform.release()}); "
            "use --sandbox docker"
        )
