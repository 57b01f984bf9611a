"""The Docker backend: one unprivileged container for each slot.

A slot has no network, a read-only root, no capability but those with which the supervisor changes
uid and kills, no way to new privileges, a seccomp deny-list, bounds on processes, memory and
processors, and a few small file systems in memory, with bounded numbers of files. The program under
test has less: see `codegen.sandbox.supervisor`.

Docker's interface is used to start and to kill, never once per job.

Not here: images (`codegen.sandbox.images`), scheduling (`codegen.sandbox.pool`).
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codegen.errors import SandboxError
from codegen.resources import folder
from codegen.sandbox import images
from codegen.sandbox.docker_client import connect, docker_available, translated
from codegen.sandbox.docker_connection import DockerConnection
from codegen.sandbox.docker_leftovers import labels, remove, remove_leftovers
from codegen.sandbox.images_build import ensure_images

if TYPE_CHECKING:
    import docker

    from codegen.sandbox.environment import Environment

__all__ = ["DockerBackend", "SlotLimits", "docker_available", "ensure_images"]

_RESIDENTS = "rw,nosuid,nodev,noexec,size=64m,nr_inodes=4096,mode=0711"
_CAPABILITIES = ("SETUID", "SETGID", "KILL", "CHOWN", "DAC_OVERRIDE", "FOWNER")


@dataclass(frozen=True, slots=True)
class SlotLimits:
    """Bounds of a whole slot, all its processes together; those of a job are `records.Limits`.

    What is written to `/job`, `/tmp` and `/dev/shm` counts as memory. `cpus` bounds what a program
    with many threads can take from its neighbours; it is cut to what the machine has.
    """

    memory_bytes: int = 2 << 30
    processes: int = 512
    cpus: float = 2.0
    job_bytes: int = 512 << 20
    tmp_bytes: int = 256 << 20
    shm_bytes: int = 64 << 20
    files: int = 65536


class DockerBackend:
    """Starts slots in containers. Every method blocks and may be called from several threads."""

    def __init__(
        self,
        client: docker.DockerClient | None = None,
        *,
        runtime: str | None = None,
        limits: SlotLimits | None = None,
    ) -> None:
        """Take a client, which stays the caller's to close, or connect when first needed.

        `runtime` names a stronger runtime that the daemon knows, such as `runsc`; where it is
        not given, `CODEGEN_DOCKER_RUNTIME` does.
        """
        self._client = client
        self._owns_client = client is None
        self._runtime = runtime or os.environ.get("CODEGEN_DOCKER_RUNTIME") or None
        self._limits = limits or SlotLimits()
        self._lock = threading.Lock()
        self._slots: dict[str, DockerConnection] = {}
        self._images: dict[str, images.Image] = {}
        self._closed = False
        self._prepared = False
        self._cpus = 0.0

    @property
    def name(self) -> str:
        """`docker`."""
        return "docker"

    def start(self, environment: Environment) -> DockerConnection:
        """Start a slot whose supervisor waits for its first message.

        Raises:
            SandboxError: the daemon failed, or this backend is closed.
            UsageError: no permission to use the daemon.
            ToolchainError: the image is missing or out of date; says how to build it.
        """
        client = self._connected()
        image = self._image(environment.name)
        with translated(f"start a slot of {environment.name}"):
            container = client.api.create_container_from_config(  # type: ignore[no-untyped-call]  # the stubs miss it
                self._config(image, environment)
            )["Id"]
        connection: DockerConnection | None = None
        try:
            connection = self._attached(client, container)
            with translated(f"start a slot of {environment.name}"):
                client.api.start(container)
            self._keep(container, connection)
        except BaseException:
            if connection is not None:
                connection.kill()
            else:
                remove(client, container)
            raise
        return connection

    def digest(self, environment: Environment) -> str:
        """Return the id of the image: `sha256:` and 64 hexadecimal digits.

        Raises:
            ToolchainError: the image is missing or out of date; says how to build it.
            SandboxError: the daemon cannot be asked.
        """
        return self._image(environment.name).id

    def close(self) -> None:
        """Kill every slot. Safe to call twice."""
        with self._lock:
            self._closed = True
            left = tuple(self._slots.values())
            client, self._client = self._client, None
        for connection in left:
            connection.kill()
        if client is not None and self._owns_client:
            client.close()

    def _connected(self) -> docker.DockerClient:
        with self._lock:
            if self._closed:
                raise SandboxError("the Docker sandbox is closed")
            if self._client is None:
                self._client = connect()
            if not self._prepared:
                self._prepare(self._client)
            return self._client

    def _prepare(self, client: docker.DockerClient) -> None:
        remove_leftovers(client)
        with translated("ask the Docker daemon for its size"):
            facts = client.info()
        # The daemon refuses to promise more processors than the machine has, and a rootless one
        # any bound where it may not set one.
        available = float(facts.get("NCPU") or 1)
        self._cpus = min(self._limits.cpus, available) if facts.get("CpuCfsQuota", True) else 0.0
        self._prepared = True

    def _image(self, language: str) -> images.Image:
        client = self._connected()
        with self._lock:
            known = self._images.get(language)
        if known is None:
            # Asked once: a build during a run must not mix two toolchains in one dataset.
            known = images.current(client, language)
            with self._lock:
                known = self._images.setdefault(language, known)
        return known

    def _attached(self, client: docker.DockerClient, container: str) -> DockerConnection:
        def destroy() -> None:
            with self._lock:
                self._slots.pop(container, None)
            remove(client, container)

        with translated("attach to a slot"):
            attached = client.api.attach_socket(
                container, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            )
        return DockerConnection(attached, destroy)

    def _keep(self, container: str, connection: DockerConnection) -> None:
        with self._lock:
            self._slots[container] = connection
            closed = self._closed
        if closed:
            raise SandboxError("the Docker sandbox was closed while a slot was starting")

    def _config(self, image: images.Image, environment: Environment) -> dict[str, Any]:
        return {
            "Image": image.id,
            "Labels": labels(image.language),
            "Hostname": "sandbox",
            "OpenStdin": True,
            # When this process dies, the daemon closes the slot's input, and the supervisor leaves.
            "StdinOnce": True,
            "AttachStdin": True,
            "AttachStdout": True,
            "AttachStderr": True,
            "NetworkDisabled": True,
            "HostConfig": self._host_config(
                residents=bool(environment.residents or environment.servers)
            ),
        }

    def _host_config(self, *, residents: bool) -> dict[str, Any]:
        limits = self._limits
        seccomp = (folder("sandboxes") / "seccomp.json").read_text(encoding="utf-8")
        return {
            "NetworkMode": "none",
            "Privileged": False,
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "CapAdd": list(_CAPABILITIES),
            "SecurityOpt": ["no-new-privileges:true", f"seccomp={seccomp}"],
            "PidsLimit": limits.processes,
            "Memory": limits.memory_bytes,
            "MemorySwap": limits.memory_bytes,
            "NanoCpus": int(self._cpus * 1e9),
            "OomScoreAdj": 200,
            "Tmpfs": {
                "/job": _tmpfs(limits.job_bytes, limits.files),
                "/tmp": _tmpfs(limits.tmp_bytes, limits.files),  # noqa: S108 - inside the slot
                "/dev/shm": _tmpfs(limits.shm_bytes, limits.files),  # noqa: S108 - inside the slot
                # Message queues are denied; their folder must not be one more place to write to.
                "/dev/mqueue": "ro,nosuid,nodev,noexec,size=4k,nr_inodes=1,mode=0555",
                **({"/run/residents": _RESIDENTS} if residents else {}),
            },
            "IpcMode": "private",
            "Init": False,
            "LogConfig": {"Type": "none", "Config": {}},
            "AutoRemove": True,
            "Runtime": self._runtime or "",
        }


def _tmpfs(size: int, files: int) -> str:
    # Docker's own default is `noexec`; compiled programs must run from here.
    return f"rw,exec,nosuid,nodev,size={size},nr_inodes={files},mode=1777"
