"""What the tests of faults share: both sandboxes, and finding the processes of a verifier."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codegen.sandbox.docker_client import docker_available


def need_docker() -> None:
    there, reason = docker_available()
    if there:
        return
    if os.environ.get("CODEGEN_REQUIRE_DOCKER") == "1":
        pytest.fail(f"Docker is required and cannot be used: {reason}")
    pytest.skip(f"no Docker: {reason}")


@pytest.fixture(params=["local", pytest.param("docker", marks=pytest.mark.docker)])
def sandbox(request: pytest.FixtureRequest) -> str:
    """The name of a sandbox that works here."""
    if request.param == "docker":
        need_docker()
    return str(request.param)


def descendants(root: int) -> list[int]:
    """Return the processes below one, of this process namespace."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                stat = (path / "stat").read_text()
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(path.name))
    found, waiting = [], [root]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def supervisors(sandbox: str, owner: int) -> list[int]:
    """Return the supervisors' processes that belong to a process, as this machine numbers them."""
    if sandbox == "local":
        return [pid for pid in descendants(owner) if is_supervisor(pid)]
    return [pid for pid in map(process_of, containers(owner)) if pid]


def is_supervisor(pid: int) -> bool:
    try:
        words = Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(word.endswith(b"supervisor.py") for word in words)


def containers(owner: int) -> list[str]:
    """Return the ids of the slots that a process owns."""
    import docker

    client = docker.from_env()
    label = f"codegen.owner-pid={owner}"
    # not `containers.list`, which looks at each and may find it gone
    found = client.api.containers(all=True, filters={"label": label})
    client.close()
    return [str(one["Id"]) for one in found]


def process_of(container: str) -> int:
    """Return the process number of a container's first process; 0 when it does not run."""
    import docker

    client = docker.from_env()
    try:
        return int(client.api.inspect_container(container)["State"]["Pid"])
    except docker.errors.NotFound:
        return 0
    finally:
        client.close()
