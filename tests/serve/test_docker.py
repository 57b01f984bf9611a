"""The service on Docker: what it serves, and that nothing is left of it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from codegen.serve.describe import CALLED, FED, TESTED
from tests.serve.conftest import serving

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def test_verdicts_come_from_containers_and_none_is_left() -> None:
    from codegen.sandbox.docker_client import connect, docker_available

    there, reason = docker_available()
    if not there:
        if os.environ.get("CODEGEN_REQUIRE_DOCKER") == "1":
            pytest.fail(f"Docker is required and cannot be used: {reason}")
        pytest.skip(f"no Docker: {reason}")
    with serving("--sandbox", "docker") as server, ThreadPoolExecutor(8) as threads:
        asked = [CALLED, TESTED, FED] * 4
        answers = list(threads.map(lambda one: server.ask("/v1/verify", one).json, asked))
        assert [one["passed"] for one in answers] == [True] * 12
        assert not answers[0]["environment"].startswith("local:")
        client = connect()
        own: dict[str, Any] = {"label": f"codegen.owner-pid={server.process.pid}"}
        assert client.containers.list(filters=own)
        assert server.end() == 0
        assert client.containers.list(all=True, filters=own) == []
        client.close()
