"""kill -9 of the Docker daemon, and its return. The daemon is one of the test's own."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from codegen import Verdict, Verifier
from codegen.sandbox import images
from codegen.sandbox.docker_client import connect
from codegen.sandbox.images_build import ensure_images
from tests.faults.conftest import need_docker

pytestmark = [
    pytest.mark.slow,
    pytest.mark.docker,
    # the docker package leaves the sockets of refused connections to the garbage collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TESTS = "def test_answer():\n    assert answer() == 42\n"
SLOW = "import time\ntime.sleep(3)\n\ndef answer():\n    return 42\n"


class Daemon:
    """A Docker daemon with folders of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = f"unix://{folder}/docker.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # in a network of its own, or it would take the bridge of the machine's daemon away
        command = [
            "unshare",
            "--net",
            "dockerd",
            "--host",
            self.host,
            "--bridge",
            "none",
            "--iptables=false",
        ]
        for option, name in (("data-root", "data"), ("exec-root", "exec"), ("pidfile", "pid")):
            command += [f"--{option}", str(self.folder / name)]
        (self.folder / "pid").unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while subprocess.run(["docker", "-H", self.host, "info"], capture_output=True).returncode:
            assert time.monotonic() < end, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.3)

    def end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)


@pytest.fixture
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that has the image for Python."""
    need_docker()
    if os.geteuid() or not shutil.which("dockerd"):
        pytest.skip("only root can start a daemon, where there is one")
    ensure_images(["python"])
    client = connect()
    image = images.current(client, "python").id
    (tag, *_) = client.images.get(image).tags
    client.close()
    found = Daemon(tmp_path_factory.mktemp("daemon"))
    try:
        found.start()
        with subprocess.Popen(["docker", "save", tag], stdout=subprocess.PIPE) as saved:
            subprocess.run(
                ["docker", "-H", found.host, "load"], stdin=saved.stdout, check=True, timeout=120
            )
        yield found
    finally:
        found.end(signal.SIGTERM)
        # one that was killed has left what it mounted
        subprocess.run(["umount", "--lazy", found.folder / "data"], capture_output=True)
        subprocess.run(["rm", "-rf", found.folder], check=False)
        with warnings.catch_warnings(action="ignore", category=ResourceWarning):
            gc.collect()


def test_jobs_wait_for_a_daemon_that_returns(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", daemon.host)
    events: list[str] = []
    verdicts: list[Verdict] = []
    with Verifier("docker", slots=1, on_event=events.append) as verifier:
        assert verifier.verify("py", SLOW, tests=TESTS, lint="off").passed
        judging = threading.Thread(
            target=lambda: verdicts.append(verifier.verify("py", SLOW, tests=TESTS, lint="off"))
        )
        judging.start()
        time.sleep(1)
        daemon.end(signal.SIGKILL)
        time.sleep(2)
        assert judging.is_alive(), verdicts
        daemon.start()
        judging.join(120)
        assert [one.passed for one in verdicts] == [True], events
        assert any("no Docker daemon answers" in line for line in events), events
        assert events[-1] == "slots can be started again"
