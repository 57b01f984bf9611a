"""What all tests share."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# the machines are shared: how long an example takes says nothing about the code
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    """The folder of a finished run of three problems with every kind of example; only to be read.

    It is made once, also where tests run in several processes.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "small-run"
    with open(f"{folder}.lock", "w") as lock:  # noqa: PTH123 - the lock is the open file
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "summary.json").exists():
            command = [sys.executable, "-m", "codegen", "synthesize", "--langs", "py,js"]
            command += ["--target", "3", "--sandbox", "local", "--out", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=600)
            assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def browser():
    """Return the Chromium of this machine, or the one that CODEGEN_CHROMIUM names.

    Where there is none its tests are skipped, or fail if CODEGEN_REQUIRE_BROWSER is set. It is
    closed with its module: its driver holds the thread's event loop.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next(filter(None, map(shutil.which, names)), None)
    found = os.environ.get("CODEGEN_CHROMIUM") or installed
    if found is None:
        if os.environ.get("CODEGEN_REQUIRE_BROWSER"):
            pytest.fail("CODEGEN_REQUIRE_BROWSER is set, and no Chromium is installed")
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="session")
def postgresql():
    """A running PostgreSQL server of the session's own; `url` is to be given a run.

    Without PostgreSQL its tests are skipped, or fail if CODEGEN_REQUIRE_POSTGRESQL is set.
    """
    from tests.postgresql import Server, binaries

    where = binaries()
    if where is None:
        if os.environ.get("CODEGEN_REQUIRE_POSTGRESQL"):
            pytest.fail("CODEGEN_REQUIRE_POSTGRESQL is set, and no PostgreSQL is installed")
        pytest.skip("no PostgreSQL is installed")
    # the server runs as another user, who may not enter pytest's own folders
    with tempfile.TemporaryDirectory(prefix="codegen-postgresql-") as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "server", where)
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def s3():
    """The URL of a server on this machine that speaks S3; it is empty."""
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    found = None
    while found is None:
        line = server.stderr.readline()
        assert line, "the server ended"
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
    # it tells of every request, and would wait where nobody listens
    listener = threading.Thread(target=server.stderr.read)
    listener.start()
    yield found[0]
    server.kill()
    server.wait()
    listener.join()
    server.stderr.close()


@pytest.fixture
def bucket(s3, monkeypatch, request):
    """A bucket of the test's own, which s3:// leads to, in the processes of the test too."""
    import boto3

    settings = {
        "AWS_ENDPOINT_URL_S3": s3,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:60].strip("-")
    made = boto3.resource("s3").Bucket(name)
    made.create()
    return made
