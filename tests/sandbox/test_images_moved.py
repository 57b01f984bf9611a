"""Images saved on one machine and loaded on another, which has a daemon of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codegen.sandbox import images, images_build
from codegen.sandbox.docker_client import connect
from codegen.sandbox.images_moved import MARK
from tests.faults.conftest import need_docker
from tests.faults.test_daemon import Daemon

COMMAND = [sys.executable, "-m", "codegen", "images"]

pytestmark = [pytest.mark.slow, pytest.mark.docker]


@pytest.fixture(scope="module")
def tag() -> str:
    """The image of Python that this machine has."""
    need_docker()
    images_build.ensure_images(["python"])
    client = connect()
    found = images.current(client, "python").tag
    client.close()
    return found


@pytest.fixture(scope="module")
def saved(tag: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("moved") / "images"
    done = ran("save", str(folder), "py")
    assert done.returncode == 0, done.stderr
    assert f"python: {tag} as python-{tag[-12:]}.tar.gz" in done.stdout
    return folder


@pytest.fixture
def elsewhere(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Another machine: a daemon that has no image at all."""
    if os.geteuid() or not shutil.which("dockerd"):
        pytest.skip("only root can start a daemon, where there is one")
    daemon = Daemon(tmp_path_factory.mktemp("daemon"))
    daemon.start()
    monkeypatch.setenv("DOCKER_HOST", daemon.host)
    yield
    daemon.end(signal.SIGTERM)


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def here() -> set[str]:
    client = connect()
    found = {name for one in client.images.list() for name in one.tags}
    client.close()
    return found


@pytest.mark.usefixtures("elsewhere")
def test_images_are_loaded_where_none_can_be_built(saved: Path, tag: str) -> None:
    damaged = saved.parent / "damaged"
    shutil.copytree(saved, damaged)
    (archive,) = damaged.glob("*.tar.gz")
    archive.write_bytes(archive.read_bytes()[:-9])
    done = ran("load", str(damaged))
    assert done.returncode != 0 and "is not what was saved" in done.stderr
    assert not here()

    done = ran("load", str(saved), "python")
    assert done.returncode == 0, done.stderr
    assert f"python: {tag} is current" in done.stdout and here() == {tag}
    again = ran("load", str(saved))
    assert again.returncode == 0 and f"{tag} is here" in again.stderr


@pytest.mark.usefixtures("elsewhere")
def test_images_come_from_an_object_store_and_the_same_image_is_the_same_file(
    saved: Path, tag: str, bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"s3://{bucket.name}/images"
    with monkeypatch.context() as with_images:
        with_images.delenv("DOCKER_HOST")
        assert ran("save", url, "py").returncode == 0
        twice = ran("save", url, "py")
        assert twice.returncode == 2 and "--force" in twice.stderr
        assert ran("save", url, "py", "--force").returncode == 0
    rows = json.load(bucket.Object(f"images/{MARK}").get()["Body"])
    assert rows == json.loads((saved / MARK).read_text())
    done = ran("load", f"{url}/")
    assert f"{tag} is current" in done.stdout and here() == {tag}, done.stderr


@pytest.mark.usefixtures("tag")
def test_an_upload_that_is_killed_leaves_nothing_to_load(bucket) -> None:
    url = f"s3://{bucket.name}/images"
    assert ran("save", url, "py").returncode == 0
    again = subprocess.Popen([*COMMAND, "save", url, "py", "--force"], stderr=subprocess.DEVNULL)
    while f"images/{MARK}" in {one.key for one in bucket.objects.all()}:
        assert again.poll() is None, "it ended before it was killed"
    again.kill()
    assert again.wait() == -signal.SIGKILL
    done = ran("load", url)
    assert done.returncode == 2, done.stderr
    assert f"codegen: {url}/{MARK}: there is no such bucket, folder or file" in done.stderr
    assert "what is left of an upload that was cut off" in ran("save", url, "py").stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["load", "{saved}", "go"], "holds no image of go, but of: python"),
        (["load", "{saved}/nothing"], "no images were saved there"),
        (["load", "memory://nothing"], "memory://nothing/images.json: there is no such bucket"),
        (["save", "{saved}", "py"], "replace it with --force"),
        (["save", "{saved}/..", "py"], "was not made by this"),
        (["save", "{saved}/new", "cobol"], "cobol"),
    ],
)
def test_what_cannot_be_done_is_said(saved: Path, arguments: list[str], said: str) -> None:
    done = ran(*(one.format(saved=saved) for one in arguments))
    assert done.returncode != 0 and said in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
