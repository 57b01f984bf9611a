"""Who may ask, and when the service refuses to start."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codegen.serve.describe import FED
from tests.serve.conftest import Server, serving

TOKEN = "a-token-that-is-long-enough"


def started(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "codegen", "serve", "--langs", "py", "--sandbox", "local"]
    return subprocess.run(
        [*command, *options],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", **environment},
    )


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    with serving(environment={"CODEGEN_SERVE_TOKEN": TOKEN}) as server:
        yield server


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_it_does_not_listen_to_others_without_a_token(host: str) -> None:
    done = started("--host", host, "--port", "0")
    assert done.returncode == 2
    assert "must show a token" in done.stderr
    assert "--token-file" in done.stderr


def test_a_port_that_is_taken_is_told(server: Server) -> None:
    done = started("--port", str(server.address[1]))
    assert (done.returncode, "cannot listen" in done.stderr) == (2, True)


def test_a_host_that_is_none_is_told() -> None:
    done = started("--host", "no.such.host.invalid")
    assert (done.returncode, "no.such.host.invalid" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "shown",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {TOKEN}x"}],
    ids=["none", "wrong", "longer"],
)
@pytest.mark.parametrize(
    "path", ["/v1/verify", "/run_code", "/v1/languages", "/metrics", "/nothing"]
)
def test_without_the_token_nothing_is_served(
    guarded: Server, path: str, shown: dict[str, str]
) -> None:
    answer = guarded.ask(path, FED if path in ("/v1/verify", "/run_code") else None, headers=shown)
    assert (answer.status, answer.json["kind"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_with_the_token_everything_is(guarded: Server) -> None:
    shown = {"Authorization": f"Bearer {TOKEN}"}
    assert guarded.ask("/v1/verify", FED, headers=shown).json["passed"]
    basic = base64.b64encode(f"any:{TOKEN}".encode()).decode()
    assert guarded.ask("/v1/languages", headers={"Authorization": f"Basic {basic}"}).status == 200


def test_probes_need_no_token(guarded: Server) -> None:
    assert (guarded.ask("/v1/health").status, guarded.ask("/v1/ready").status) == (200, 200)


def test_the_token_is_in_no_argument_and_no_log(guarded: Server) -> None:
    guarded.ask("/v1/verify", b"{", headers={"Authorization": f"Bearer {TOKEN}"})
    guarded.ask("/v1/verify", FED, headers={"Authorization": f"Bearer {TOKEN}-wrong"})
    arguments = Path(f"/proc/{guarded.process.pid}/cmdline").read_bytes()
    assert TOKEN.encode() not in arguments
    assert TOKEN not in "".join(guarded.said)


def test_without_a_token_a_name_that_is_not_this_machines_is_refused(server: Server) -> None:
    """As it is with a page of another site whose name is made to lead here."""
    for host, status in (("evil.example", 421), ("localhost:1", 200), ("[::1]:8", 200)):
        assert server.ask("/v1/languages", headers={"Host": host}).status == status


def test_a_client_cannot_pose_as_another_address(server: Server) -> None:
    forged = {
        "Host": "evil.example",
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Host": "localhost",
    }
    assert server.ask("/v1/languages", headers=forged).status == 421


def test_importing_the_package_and_help_load_nothing_of_the_service() -> None:
    code = (
        "import sys, codegen, codegen.cli.serve\n"
        "assert not {'fastapi', 'uvicorn', 'prometheus_client', 'starlette'} & set(sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_without_the_extra_it_says_what_to_install() -> None:
    code = (
        "import sys\n"
        "sys.modules['fastapi'] = None\n"
        "sys.argv = ['codegen', 'serve']\n"
        "from codegen.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "codegen-forge[serve]" in done.stderr
