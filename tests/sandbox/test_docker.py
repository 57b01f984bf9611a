"""The Docker backend: containers as promised, and none left behind, with a real daemon."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from codegen.errors import SandboxError, ToolchainError, UsageError
from codegen.records import Limits
from codegen.sandbox.contract import Job, Status, Step
from codegen.sandbox.docker import DockerBackend, SlotLimits, docker_available, ensure_images
from codegen.sandbox.docker_client import connect
from codegen.sandbox.docker_connection import DockerConnection
from codegen.sandbox.docker_leftovers import labels, remove_leftovers
from codegen.sandbox.environment import Environment, load
from codegen.sandbox.pool import Pool


@pytest.fixture
def client() -> Iterator[DockerClient]:
    available, reason = docker_available()
    if not available:
        if os.environ.get("CODEGEN_REQUIRE_DOCKER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    client = connect()
    ensure_images(["python"])
    WARM.clear()
    WARM.update(_slots(client))
    yield client
    client.close()


@pytest.fixture
def backend(client: DockerClient) -> Iterator[DockerBackend]:
    client.ping()
    made = DockerBackend()
    yield made
    made.close()


WARM: set[str] = set()
"""Slots that fixtures of the whole session keep warm in this process; no test here counts them."""


def mine(client: DockerClient) -> set[str]:
    """Return the ids of the slots that this process has started since the test began."""
    return _slots(client) - WARM


def _slots(client: DockerClient) -> set[str]:
    owner = labels("python")
    wanted = [f"{key}={value}" for key, value in owner.items() if "owner" in key]
    return {entry["Id"] for entry in client.api.containers(all=True, filters={"label": wanted})}


def only(items: Iterable[str]) -> str:
    (item,) = items
    return item


def python(source: str, limits: Limits | None = None) -> Job:
    step = Step("run", ("python3", "-c", source), limits=limits or Limits())
    return Job("python", (step,))


# ---------------------------------------------------------------- reaching the daemon


def test_socket_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with pytest.raises(SandboxError, match=r"no Docker daemon answers at unix://.*docker\.sock"):
        connect()
    available, reason = docker_available()
    assert not available
    assert "--sandbox local" in reason


def test_socket_without_permission_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if os.geteuid() == 0:
        path = _refusing_socket(tmp_path)
        code = (
            "import os; os.setgid(65534); os.setuid(65534)\n"
            "from codegen.sandbox.docker_client import connect\n"
            "from codegen.errors import UsageError\n"
            "try: connect()\n"
            "except UsageError as error: print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", "import docker, requests, docker.utils\n" + code],
            env={**os.environ, "DOCKER_HOST": f"unix://{path}"},
            capture_output=True,
            text=True,
        )
        message = done.stdout
    else:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{_refusing_socket(tmp_path)}")
        with pytest.raises(UsageError) as caught:
            connect()
        message = str(caught.value)
    assert "no permission to use the Docker daemon" in message
    assert "usermod -aG docker" in message


def _refusing_socket(folder: Path) -> Path:
    path = folder / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
    path.chmod(0)
    return path


def test_address_without_sense_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "gopher://example")
    with pytest.raises(UsageError, match="DOCKER_HOST"):
        connect()


def test_daemon_that_never_answers_is_given_up_within_two_seconds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        begun = time.monotonic()
        available, reason = docker_available()
        assert not available
        assert reason
        assert time.monotonic() - begun < 2


# ---------------------------------------------------------------- the attached streams


def framed(stream: int, data: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def test_streams_are_taken_apart_however_they_are_cut() -> None:
    here, there = socket.socketpair()
    connection = DockerConnection(here, lambda: None)
    sent = framed(1, b"one") + framed(2, b"a warning") + framed(1, b"") + framed(1, b"two")

    def dribble() -> None:
        for byte in sent:
            there.sendall(bytes([byte]))
        there.close()

    thread = threading.Thread(target=dribble)
    thread.start()
    found = b""
    while piece := connection.read(2):
        assert len(piece) <= 2
        found += piece
    thread.join()
    assert found == b"onetwo"
    assert connection.diagnosis() == "a warning"
    connection.kill()


def test_kill_ends_a_blocked_read_and_runs_once() -> None:
    here, there = socket.socketpair()
    removed: list[int] = []
    connection = DockerConnection(here, lambda: removed.append(1))
    found: list[bytes] = []
    thread = threading.Thread(target=lambda: found.append(connection.read(1)))
    thread.start()
    connection.kill()
    thread.join(5)
    connection.kill()
    assert found == [b""]
    assert removed == [1]
    with pytest.raises(SandboxError, match="gone"):
        connection.write(b"more")
    there.close()


# ---------------------------------------------------------------- the container


@pytest.mark.docker
def test_container_is_confined_as_promised(client: DockerClient, backend: DockerBackend) -> None:
    backend.start(load("python"))
    details = client.api.inspect_container(only(mine(client)))
    host = details["HostConfig"]
    assert host["Privileged"] is False
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    expected = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"]
    assert sorted(name.removeprefix("CAP_") for name in host["CapAdd"]) == expected
    assert "no-new-privileges:true" in host["SecurityOpt"]
    profile = next(option for option in host["SecurityOpt"] if option.startswith("seccomp="))
    assert json.loads(profile.removeprefix("seccomp="))["syscalls"]
    limits = SlotLimits()
    assert host["Memory"] == host["MemorySwap"] == limits.memory_bytes
    assert host["PidsLimit"] == limits.processes
    assert 0 < host["NanoCpus"] <= limits.cpus * 1e9
    assert {"/job", "/tmp", "/dev/shm"} <= set(host["Tmpfs"])
    assert all("nosuid" in options and "nodev" in options for options in host["Tmpfs"].values())
    assert host["IpcMode"] == "private"
    assert host["AutoRemove"] is True
    assert host["LogConfig"]["Type"] == "none"
    assert not host["Binds"]
    assert not details["Mounts"]


@pytest.mark.docker
async def test_what_the_program_sees_is_confined(backend: DockerBackend) -> None:
    source = (
        "import os, json\n"
        "status = dict(l.split(':', 1) for l in open('/proc/self/status').read().splitlines())\n"
        "mounts = [l.split() for l in open('/proc/mounts')]\n"
        "def writable(path):\n"
        "    try:\n"
        "        open(path + '/probe', 'w').close(); return True\n"
        "    except OSError: return False\n"
        "places = [m[1] for m in mounts if m[1] == '/' or not m[1].startswith(('/proc', '/sys'))]\n"
        "print(json.dumps({\n"
        "    'uid': os.getuid(),\n"
        "    'caps': [status[k].strip() for k in ('CapEff', 'CapPrm', 'CapInh')],\n"
        "    'seccomp': status['Seccomp'].strip(), 'nnp': status['NoNewPrivs'].strip(),\n"
        "    'root': [m[3].split(',')[0] for m in mounts if m[1] == '/'],\n"
        "    'net': os.listdir('/sys/class/net'),\n"
        "    'writable': sorted(p for p in places + ['/var/tmp', '/etc', '/run'] if writable(p)),\n"
        "}))\n"
    )
    pool = Pool(backend, slots=1)
    try:
        result = (await pool.run(python(source))).steps[0]
    finally:
        await pool.close()
    assert result.status is Status.EXITED, result
    seen = json.loads(result.stdout)
    assert seen["uid"] >= 1000
    assert seen["caps"] == ["0000000000000000"] * 3
    assert (seen["seccomp"], seen["nnp"]) == ("2", "1")
    assert seen["root"] == ["ro"]
    assert set(seen["net"]) <= {"lo"}
    assert seen["writable"] == ["/dev/shm", "/job", "/tmp"]


@pytest.mark.docker
def test_digest_is_the_id_of_the_image(client: DockerClient, backend: DockerBackend) -> None:
    assert backend.digest(load("python")).startswith("sha256:")
    assert client.images.get(backend.digest(load("python"))).tags


@pytest.mark.docker
def test_missing_image_says_how_to_build_it(
    backend: DockerBackend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("sandboxes/nova", "languages/nova"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "sandboxes/nova/Dockerfile").write_text("FROM scratch\n")
    for name in ("install.sh", "node.sh", "with-ca.sh"):
        (tmp_path / "sandboxes" / name).touch()
    monkeypatch.setattr("codegen.sandbox.images.folder", lambda name: tmp_path / name)
    environment = Environment("nova", (), ())
    with pytest.raises(ToolchainError, match="does not exist; build it with `codegen images build"):
        backend.start(environment)
    with pytest.raises(ToolchainError, match="nova"):
        backend.digest(environment)


@pytest.mark.docker
def test_runtime_that_the_daemon_does_not_know_leaves_nothing(client: DockerClient) -> None:
    backend = DockerBackend(runtime="no-such-runtime")
    before = mine(client)
    with pytest.raises(SandboxError, match="no-such-runtime"):
        backend.start(load("python"))
    assert mine(client) == before
    backend.close()


# ---------------------------------------------------------------- what is left behind


@pytest.mark.docker
def test_close_leaves_no_container(client: DockerClient) -> None:
    backend = DockerBackend()
    for _ in range(2):
        backend.start(load("python"))
    assert len(mine(client)) == 2
    backend.close()
    backend.close()
    assert not mine(client)
    with pytest.raises(SandboxError, match="closed"):
        backend.start(load("python"))


@pytest.mark.docker
def test_connection_kill_leaves_no_container(client: DockerClient, backend: DockerBackend) -> None:
    connection = backend.start(load("python"))
    begun = time.monotonic()
    connection.kill()
    assert time.monotonic() - begun < 2
    assert not mine(client)
    assert connection.read(1) == b""


@pytest.mark.docker
async def test_container_killed_in_mid_job_is_survived(
    client: DockerClient, backend: DockerBackend
) -> None:
    pool = Pool(backend, slots=1)
    running = asyncio.create_task(pool.run(python("import time; time.sleep(1.5); print('done')")))
    try:
        while not await asyncio.to_thread(mine, client):  # noqa: ASYNC110 - Docker tells no event
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        victim = only(await asyncio.to_thread(mine, client))
        await asyncio.to_thread(client.api.kill, victim)
        execution = await asyncio.wait_for(running, 30)
    finally:
        await pool.close()
    assert execution.steps[0].stdout == b"done\n"
    assert not mine(client)


@pytest.mark.docker
async def test_kernel_s_own_account_gives_the_memory_verdict(backend: DockerBackend) -> None:
    pool = Pool(backend, slots=1)
    source = "held = bytearray(b'x' * (1 << 30)); print(len(held))"
    try:
        limits = Limits(memory_bytes=128 << 20)
        result = (await pool.run(python(source, limits=limits))).steps[0]
        again = (await pool.run(python("print('fine')", limits=limits))).steps[0]
    finally:
        await pool.close()
    assert result.status is Status.MEMORY_LIMIT
    assert again.stdout == b"fine\n"


@pytest.mark.docker
@pytest.mark.parametrize("started", [True, False])
def test_leftovers_of_a_killed_owner_are_removed(
    client: DockerClient, backend: DockerBackend, started: bool
) -> None:
    code = (
        "import os, signal, sys\n"
        "from codegen.sandbox.docker import DockerBackend\n"
        "from codegen.sandbox.docker_client import connect\n"
        "from codegen.sandbox.docker_leftovers import labels\n"
        "from codegen.sandbox import images\n"
        "from codegen.sandbox.environment import load\n"
        "client = connect()\n"
        "if sys.argv[1] == 'True':\n"
        "    DockerBackend().start(load('python'))\n"
        "else:\n"
        "    image = images.current(client, 'python')\n"
        "    client.containers.create(image.id, labels=labels('python'), network_mode='none')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    running = subprocess.Popen([sys.executable, "-c", code, str(started)])
    assert running.wait(60) == -9
    left = {"label": ["codegen=slot", f"codegen.owner-pid={running.pid}"]}
    if started:
        # Its input has closed: the supervisor leaves, and Docker removes the container, unasked.
        deadline = time.monotonic() + 15
        while client.api.containers(all=True, filters=left) and time.monotonic() < deadline:
            time.sleep(0.1)
    else:
        assert len(client.api.containers(all=True, filters=left)) == 1
        kept = backend.start(load("python"))
        assert kept.diagnosis() == ""
    assert not client.api.containers(all=True, filters=left)


@pytest.mark.docker
def test_slots_of_the_living_are_left_alone(client: DockerClient, backend: DockerBackend) -> None:
    backend.start(load("python"))
    held = mine(client)
    assert not held & set(remove_leftovers(client))
    assert mine(client) == held
