"""A stronger runtime is asked for by name; one that the daemon does not know is never replaced."""

from __future__ import annotations

import os

import pytest

from codegen.errors import SandboxError
from codegen.sandbox.choose import open_sandbox
from codegen.sandbox.contract import Job, Status, Step
from codegen.sandbox.docker_client import docker_available

pytestmark = pytest.mark.docker
JOB = Job("python", (Step("one", ("true",)),))


@pytest.fixture(autouse=True)
def _docker() -> None:
    there, reason = docker_available()
    if not there:
        if os.environ.get("CODEGEN_REQUIRE_DOCKER") == "1":
            pytest.fail(f"Docker is required and cannot be used: {reason}")
        pytest.skip(f"no Docker: {reason}")


async def test_the_runtime_is_the_one_that_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEGEN_DOCKER_RUNTIME", "runc")
    pool = await open_sandbox("docker", ["python"], slots=1)
    try:
        assert (await pool.run(JOB)).steps[0].status is Status.EXITED
    finally:
        await pool.close()


async def test_an_unknown_runtime_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEGEN_DOCKER_RUNTIME", "no-such-runtime")
    pool = await open_sandbox("docker", ["python"], slots=1)
    try:
        with pytest.raises(SandboxError, match="no-such-runtime"):
            await pool.run(JOB)
    finally:
        await pool.close()
