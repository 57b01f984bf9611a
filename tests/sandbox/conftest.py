"""One fixture, both sandboxes: every behaviour of the contract is tested against each."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.sandbox.backend import Backend


def _docker() -> Backend:
    from codegen.sandbox.docker import DockerBackend, docker_available, ensure_images

    there, reason = docker_available()
    if not there:
        if os.environ.get("CODEGEN_REQUIRE_DOCKER") == "1":
            pytest.fail(f"Docker is required and cannot be used: {reason}")
        pytest.skip(f"no Docker: {reason}")
    ensure_images(["python"])
    return DockerBackend()


@pytest.fixture(scope="session", params=["local", pytest.param("docker", marks=pytest.mark.docker)])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Pool]:
    """A pool of two slots, used by all tests of the contract, each in an event loop of its own."""
    backend: Backend = LocalBackend() if request.param == "local" else _docker()
    pool = Pool(backend, slots=2)
    yield pool
    asyncio.run(pool.close())
