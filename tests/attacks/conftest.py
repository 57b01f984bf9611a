"""A world for each sandbox, kept for the session, with secrets of the host planted beside it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from codegen.sandbox.local import LocalBackend
from tests.attacks.world import SECRET, SLACK, World, host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from codegen.sandbox.backend import Backend


def _docker() -> tuple[type[Backend], Callable[[list[str]], None]]:
    from codegen.sandbox.docker import DockerBackend, docker_available, ensure_images

    there, reason = docker_available()
    if not there:
        if os.environ.get("CODEGEN_REQUIRE_DOCKER") == "1":
            pytest.fail(f"Docker is required and cannot be used: {reason}")
        pytest.skip(f"no Docker: {reason}")
    return DockerBackend, ensure_images


_LOCAL = pytest.param("local", marks=pytest.mark.xdist_group("local"))
_DOCKER = pytest.param("docker", marks=(pytest.mark.docker, pytest.mark.xdist_group("docker")))


@pytest.fixture(scope="session", params=[_LOCAL, _DOCKER])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One sandbox; what it has cost the host is looked at when all is over."""
    kind, ready = (LocalBackend, lambda _: None) if request.param == "local" else _docker()
    os.environ["CODEGEN_SECRET"] = SECRET
    secret: Path = tmp_path_factory.mktemp("secrets") / "secret.txt"
    secret.write_text(SECRET)
    secret.chmod(0o644)
    before, opened = host(), World(kind, ready)
    yield opened
    opened.close()
    # the kernel takes its time with what has been killed, and other tests run beside these
    end = time.monotonic() + 60
    while not _as_before(before, host()) and time.monotonic() < end:
        time.sleep(1)
    assert _as_before(before, host()), (before, host())


def _as_before(before: dict[str, int], after: dict[str, int]) -> bool:
    return all(after[name] < before[name] + SLACK[name] for name in SLACK)
