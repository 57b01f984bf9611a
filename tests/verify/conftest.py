"""One fixture: a verifier on each sandbox, shared by the tests of this folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from codegen.verify.verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Iterator


def _need_docker() -> None:
    from codegen.sandbox.docker_client import docker_available

    there, reason = docker_available()
    if there:
        return
    if os.environ.get("CODEGEN_REQUIRE_DOCKER") == "1":
        pytest.fail(f"Docker is required and cannot be used: {reason}")
    pytest.skip(f"no Docker: {reason}")


@pytest.fixture(scope="session", params=["local", pytest.param("docker", marks=pytest.mark.docker)])
def verifier(request: pytest.FixtureRequest) -> Iterator[Verifier]:
    """A verifier of two slots."""
    if request.param == "docker":
        _need_docker()
    with Verifier(request.param, slots=2) as opened:
        yield opened


@pytest.fixture(scope="session")
def local() -> Iterator[Verifier]:
    """A verifier on the local sandbox, for what does not depend on the sandbox."""
    with Verifier("local", slots=2) as opened:
        yield opened
