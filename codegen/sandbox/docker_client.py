"""Reaching the Docker daemon, and saying plainly why it cannot be reached.

`DOCKER_HOST` and its companions decide as they do for the `docker` command; without them the usual
sockets are tried, those of a rootless daemon and of Docker Desktop included.

Not here: what is done with the daemon (`codegen.sandbox.docker`, `codegen.sandbox.images`).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.errors import CodegenError, SandboxError, UsageError

if TYPE_CHECKING:
    import docker

_SYSTEM_SOCKET = Path("/var/run/docker.sock")


def connect(*, timeout_s: int = 60) -> docker.DockerClient:
    """Return a client of the daemon that the environment names; the caller closes it.

    Raises:
        UsageError: no permission on the daemon's socket, or `DOCKER_HOST` cannot be used.
        SandboxError: no daemon answers.
    """
    import docker  # noqa: PLC0415 - a third of a second that only users of Docker should pay
    from docker.utils import kwargs_from_env  # noqa: PLC0415 - as above

    with translated("connect to the Docker daemon"):
        options = kwargs_from_env()
        host = _default_host()
        if host and "base_url" not in options:
            options["base_url"] = host
        _knock(options.get("base_url") or f"unix://{_SYSTEM_SOCKET}", timeout_s)
        # It asks the daemon for its version, so a client in hand means that a daemon has answered.
        return docker.DockerClient(**options, timeout=timeout_s)


def docker_available() -> tuple[bool, str]:
    """Return whether a daemon answers that runs Linux images, and if not, why; within a second."""
    try:
        client = connect(timeout_s=1)
    except CodegenError as error:
        return False, str(error)
    try:
        with translated("ask the Docker daemon for its version"):
            system = str(client.version().get("Os", "linux"))
    except CodegenError as error:
        return False, str(error)
    finally:
        client.close()
    if system != "linux":
        return False, f"the Docker daemon runs {system} containers; switch it to Linux containers"
    return True, ""


@contextmanager
def translated(purpose: str) -> Iterator[None]:
    """Turn what the `docker` package raises into errors of ours.

    Raises:
        UsageError: no permission, or an address that makes no sense.
        SandboxError: everything else that is the daemon's or the machine's.
    """
    import docker  # noqa: PLC0415 - see connect
    import requests  # noqa: PLC0415 - see connect

    try:
        yield
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise _explained(purpose, error) from error


def _knock(host: str, timeout_s: int) -> None:
    """Connect to a socket of this machine and hang up; other hosts are left to the docker package.

    The package leaks the descriptor of a socket that refuses, and buries the reason.
    """
    path = host.removeprefix("http+").removeprefix("unix://")
    if os.name != "posix" or not path.startswith("/"):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knocking:
        knocking.settimeout(timeout_s)
        knocking.connect(path)


def _default_host() -> str | None:
    """Return the first usual socket that exists; None leaves the choice to the docker package."""
    if os.name != "posix" or _SYSTEM_SOCKET.exists():
        return None
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    candidates = [Path(runtime, "docker.sock")] if runtime else []
    candidates.append(Path.home() / ".docker" / "run" / "docker.sock")
    return next((f"unix://{path}" for path in candidates if path.exists()), None)


def _explained(purpose: str, error: Exception) -> CodegenError:
    import docker  # noqa: PLC0415 - see connect

    if isinstance(error, docker.errors.APIError):
        return SandboxError(f"cannot {purpose}: {error.explanation or error}")
    host = os.environ.get("DOCKER_HOST") or _default_host() or f"unix://{_SYSTEM_SOCKET}"
    cause = _cause(error)
    if isinstance(cause, PermissionError):
        return UsageError(
            f"no permission to use the Docker daemon at {host}: add your user to the group "
            "`docker` (`sudo usermod -aG docker $USER`, then log in again), "
            "or choose `--sandbox local`"
        )
    if isinstance(cause, (FileNotFoundError, ConnectionRefusedError)):
        return SandboxError(
            f"no Docker daemon answers at {host}: install and start Docker, set DOCKER_HOST, "
            "or choose `--sandbox local`"
        )
    if "bind address" in str(error) or "URL scheme" in str(error):
        return UsageError(f"DOCKER_HOST={host!r} is not an address of a Docker daemon: {error}")
    return SandboxError(f"cannot {purpose} at {host}: {cause}")


def _cause(error: BaseException) -> BaseException:
    """Return the innermost operating system's error, or the error itself where there is none.

    requests and urllib3 wrap it in arguments rather than in `__cause__`.
    """
    pending: list[BaseException] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, OSError) and current.errno is not None:
            return current
        nested = (*current.args, current.__cause__, current.__context__)
        pending.extend(item for item in nested if isinstance(item, BaseException))
    return error
