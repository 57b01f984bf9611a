"""Whose a slot's container is, and removing those whose owner died without cleaning up.

A container carries its owner's process in its labels. It normally ends by itself when its owner
does: its standard input closes, the supervisor leaves, Docker removes it. What is left is what the
owner had created and not yet started, or what a daemon's restart forgot.

Containers of other machines, and of other process namespaces, are never touched: whether their
owners live cannot be told from here.
"""

from __future__ import annotations

import functools
import os
import platform
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.sandbox.docker_client import translated

if TYPE_CHECKING:
    import docker

SLOT = "codegen"
_SLOT_VALUE = "slot"
_OWNER = {key: f"codegen.owner-{key}" for key in ("place", "pid", "started")}


def labels(language: str) -> dict[str, str]:
    """Return the labels of a slot that this process owns."""
    pid = os.getpid()
    return {
        SLOT: _SLOT_VALUE,
        "codegen.language": language,
        _OWNER["place"]: _place(),
        _OWNER["pid"]: str(pid),
        _OWNER["started"]: _started(pid),
    }


def remove_leftovers(client: docker.DockerClient) -> tuple[str, ...]:
    """Remove the slots of dead owners on this machine and return their ids.

    Raises:
        SandboxError: the daemon failed.
    """
    with translated("look for slots that were left behind"):
        found = client.api.containers(
            all=True,
            filters={"label": [f"{SLOT}={_SLOT_VALUE}", f"{_OWNER['place']}={_place()}"]},
        )
        dead = tuple(entry["Id"] for entry in found if not _alive(entry["Labels"]))
        for container in dead:
            remove(client, container)
    return dead


def remove(client: docker.DockerClient, container: str) -> None:
    """Kill and remove a container; one that is gone, or just going, is fine."""
    import docker  # noqa: PLC0415 - heavy; see docker_client.connect

    with translated("remove a slot's container"):
        try:
            client.api.remove_container(container, v=True, force=True)
        except docker.errors.APIError as error:
            if error.status_code == HTTPStatus.NOT_FOUND:
                return
            if error.status_code != HTTPStatus.CONFLICT:
                raise
            # Docker is removing it by itself; be sure that it is gone before saying so.
            _await_removal(client, container)


def _await_removal(client: docker.DockerClient, container: str) -> None:
    import docker  # noqa: PLC0415 - heavy; see docker_client.connect

    try:
        client.api.wait(container, timeout=10, condition="removed")
    except docker.errors.NotFound:
        return


@functools.cache
def _place() -> str:
    """Return where our process ids mean something: this boot of this machine, this namespace."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    namespace = Path("/proc/self/ns/pid")
    if not boot.exists():
        return platform.node()
    return f"{boot.read_text().strip()}/{namespace.readlink()}"


def _alive(owner: Mapping[str, str]) -> bool:
    pid = int(owner.get(_OWNER["pid"], "0") or 0)
    if not Path("/proc/self/stat").exists():
        return _answers(pid)
    return _started(pid) == owner.get(_OWNER["started"])


def _answers(pid: int) -> bool:
    if os.name != "posix":
        return (
            True  # signal 0 is a real signal elsewhere; rather leave a container than end a process
        )
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    """Return when a process was started, in ticks since the boot; empty when there is none such."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return ""
    # The name, in parentheses, may hold anything; what follows it begins with field 3.
    fields = stat[stat.rindex(b")") + 1 :].split()
    return fields[19].decode()
