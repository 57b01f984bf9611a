"""The plain commands inside an image: the baseline that has the same toolchain as the sandbox has.

A container of the image runs all programs with a small driver, so many at a time as
`benchmarks.throughput` does on the machine itself; starting it is not counted.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmarks.humaneval_rows import Bare
from codegen.sandbox import images
from codegen.sandbox.docker_client import connect

if TYPE_CHECKING:
    from docker.models.containers import Container

_DRIVER = """
import json, os, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor
programs = json.load(open("/tmp/programs.json"))
environment = {**os.environ, "HOME": "/tmp", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
def one(program):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in program["files"].items():
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        for command in program["commands"]:
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True)
            if done.returncode:
                return (done.stdout + done.stderr).decode("utf-8", "replace")[-500:]
def timed():
    begun = time.perf_counter()
    with ThreadPoolExecutor(int(sys.argv[1])) as pool:
        failed = list(filter(None, pool.map(one, programs)))
    return time.perf_counter() - begun, failed
timed()
seconds, failed = timed()
print(json.dumps({"seconds": seconds, "failed": failed[:3]}))
"""


def image_rate(language: str, bares: Sequence[Bare], slots: int) -> float:
    """Return programs per second of the plain commands in the language's image."""
    client = connect()
    try:
        container = client.containers.create(
            images.current(client, language).tag,
            entrypoint=["python3", "/tmp/driver.py"],
            network_mode="none",
            command=[str(slots)],
            working_dir="/tmp",
        )
        try:
            return len(bares) / _seconds(container, bares)
        finally:
            container.remove(force=True)
    finally:
        client.close()


def _seconds(container: Container, bares: Sequence[Bare]) -> float:
    programs = [{"files": dict(one.files), "commands": one.commands} for one in bares]
    files = {"driver.py": _DRIVER, "programs.json": json.dumps(programs)}
    container.put_archive("/tmp", _archive(files))
    container.start()
    container.wait(timeout=1200)
    logs = container.logs(stdout=True, stderr=True).decode("utf-8", "replace")
    try:
        said = json.loads(logs.strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise SystemExit(f"the image's own toolchain could not be measured:\n{logs}") from None
    if said["failed"]:
        raise SystemExit(f"a program fails with the image's own toolchain:\n{said['failed'][0]}")
    return float(said["seconds"])


def _archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()
