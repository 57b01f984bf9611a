"""The client: the same answers as the verifier here, and what it does when the server does not."""

from __future__ import annotations

import http.server
import inspect
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from codegen import Limits, RunRequest, Verifier, VerifyRequest
from codegen.client import RemoteVerifier
from codegen.errors import (
    CheckerError,
    CodegenError,
    DeadlineError,
    InfrastructureError,
    SandboxError,
    UsageError,
)
from codegen.records import Comparator, Outcome, Parameter, Signature
from codegen.serve.describe import CALLED, FED, TESTED
from tests.serve.conftest import Server, serving

TOKEN = "a-token-of-the-clients"


@pytest.fixture(scope="module")
def remote(server: Server) -> Iterator[RemoteVerifier]:
    with RemoteVerifier(server.url) as opened:
        yield opened


@pytest.fixture(scope="module")
def here() -> Iterator[Verifier]:
    with Verifier("local", slots=1) as opened:
        yield opened


def test_every_public_method_of_a_verifier_is_there_with_the_same_parameters() -> None:
    for name, method in inspect.getmembers(Verifier, inspect.isfunction):
        if name.startswith("_") and name not in ("__enter__", "__aenter__"):
            continue
        other = getattr(RemoteVerifier, name)
        assert inspect.signature(other).parameters == inspect.signature(method).parameters, name


@pytest.mark.parametrize(
    "fields",
    [
        CALLED,
        TESTED,
        FED,
        {**FED, "solution": "print(0)\n"},
        {**TESTED, "solution": "def double(x:\n"},
        {**FED, "solution": "print(open('a').read())\n", "files": {"a": b"42\xc3\xa4"}},
        {**CALLED, "comparator": Comparator.SET},
        {**CALLED, "limits": Limits(cpu_s=2.0)},
        {
            **CALLED,
            "signature": Signature("largest", (Parameter("values", "list[int]"),), "int"),
        },
    ],
)
def test_a_verdict_is_the_same_as_here(
    remote: RemoteVerifier, here: Verifier, fields: dict[str, Any]
) -> None:
    def told(verdict: Any) -> Any:
        cases = [(one.name, one.outcome, one.got, one.expected) for one in verdict.cases]
        return verdict.outcome, verdict.stage, verdict.oracle, cases, verdict.diagnostics

    assert told(remote.verify(**fields)) == told(here.verify(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {**TESTED, "language": "cobol"},
        {**TESTED, "solution": " "},
        {**TESTED, "lint": "sometimes"},
        {**CALLED, "signature": None},
        {**TESTED, "files": {"/etc/passwd": b""}},
    ],
)
def test_a_request_that_cannot_be_used_is_the_same_error_as_here(
    remote: RemoteVerifier, here: Verifier, fields: dict[str, Any]
) -> None:
    with pytest.raises(UsageError) as there:
        remote.verify(**fields)
    with pytest.raises(UsageError) as caught:
        here.verify(**fields)
    assert str(there.value) == str(caught.value)


def test_a_checker_that_fails_is_its_users_error(remote: RemoteVerifier) -> None:
    checker = {"language": "python", "program": "raise SystemExit(1)\n"}
    with pytest.raises(CheckerError):
        remote.verify(**FED, comparator={"name": "checker", "checker": checker})


def test_many_come_in_their_order(remote: RemoteVerifier) -> None:
    requests = [
        VerifyRequest("python", f"print({n})\n", cases=[{"stdin": "", "expected": str(n % 3)}])
        for n in range(9)
    ]
    outcomes = [one.passed for one in remote.verify_many(iter(requests))]
    assert outcomes == [n < 3 for n in range(9)]


def test_a_run_is_the_same_as_here(remote: RemoteVerifier, here: Verifier) -> None:
    code = "import sys\nsys.stdout.buffer.write(b'\\xff' + sys.stdin.buffer.read())\n"
    request = RunRequest(
        "python", code + "open('o', 'wb').write(b'\\x00')\n", stdin=b"\xfe", fetch=("o",)
    )
    there, local = remote.run(request), here.run(request)
    assert there.run is not None
    assert local.run is not None
    assert (there.run.stdout, there.files) == (local.run.stdout, dict(local.files))
    assert there.run.stdout == b"\xff\xfe"


def test_a_runs_deadline_is_an_error_of_ours(remote: RemoteVerifier) -> None:
    with pytest.raises(DeadlineError):
        remote.run(RunRequest("python", "import time\ntime.sleep(9)\n", deadline_s=0.5))


async def test_the_asynchronous_face(server: Server) -> None:
    async with RemoteVerifier(server.url) as verifier:
        assert (await verifier.averify(**FED)).passed
        ran = await verifier.arun(RunRequest("python", "print(1)\n"))
        assert ran.run is not None
        assert ran.run.stdout == b"1\n"
        many = [one async for one in verifier.averify_many([VerifyRequest(**FED)] * 3)]
        assert [one.passed for one in many] == [True] * 3
    with pytest.raises(CodegenError, match="closed"):
        await verifier.averify(**FED)


def test_a_token_is_shown_and_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(environment={"CODEGEN_SERVE_TOKEN": TOKEN}) as server:
        with RemoteVerifier(server.url, token=TOKEN) as verifier:
            assert verifier.verify(**FED).passed
            assert TOKEN not in repr(vars(verifier))
        with (
            RemoteVerifier(server.url, token="not-the-token") as verifier,
            pytest.raises(UsageError, match="show a token"),
        ):
            verifier.verify(**FED)
        monkeypatch.setenv("CODEGEN_SERVE_TOKEN", TOKEN)
        with RemoteVerifier(server.url) as verifier:
            assert verifier.verify(**FED).passed
        with RemoteVerifier(server.url.replace("//", f"//me:{TOKEN}@"), token="") as verifier:
            assert verifier.verify(**FED).passed


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://localhost", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="expected http"):
        RemoteVerifier(url)


def test_a_server_that_is_not_there_is_told_without_a_password() -> None:
    with (
        RemoteVerifier("http://me:secret-word@127.0.0.1:9", patience_s=0.5) as verifier,
        pytest.raises(InfrastructureError, match=r"127\.0\.0\.1:9 cannot be reached") as caught,
    ):
        verifier.verify(**FED)
    assert "secret-word" not in str(caught.value)
    with RemoteVerifier("http://127.0.0.1:9", patience_s=0.5) as verifier:
        (verdict,) = verifier.verify_many([VerifyRequest(**FED)])
        assert verdict.outcome is Outcome.INFRASTRUCTURE_ERROR


@contextmanager
def answering(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[tuple[str, list[str]]]:
    """A server that gives these answers, one after another, and the last of them for ever."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, body = answers[min(len(asked), len(answers) - 1)]
            asked.append(self.path)
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{served.server_address[1]}", asked
        finally:
            served.shutdown()
            thread.join()


RIGHT: tuple[int, dict[str, str], bytes] = (
    200,
    {},
    b'{"passed": true, "outcome": "passed", "stage": "run"}',
)


def refused(status: int, kind: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, headers, json.dumps({"kind": kind, "message": f"it is {kind}"}).encode()


@pytest.mark.parametrize(
    "first",
    [
        refused(429, "busy", **{"Retry-After": "1"}),
        (503, {}, b"nothing here"),
        (502, {}, b""),
        (0, {}, b""),
    ],
    ids=["busy", "away", "proxy", "broken-off"],
)
def test_what_may_pass_is_tried_again(first: tuple[int, dict[str, str], bytes]) -> None:
    with answering(first, first, RIGHT) as (url, asked), RemoteVerifier(url) as verifier:
        assert verifier.verify(**FED).passed
        assert len(asked) == 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(503, "infrastructure"), SandboxError),
        (refused(500, "internal"), SandboxError),
        (refused(400, "usage"), UsageError),
        ((404, {}, b"<html>"), UsageError),
        ((200, {}, b"not JSON"), InfrastructureError),
        ((200, {}, b'{"outcome": "excellent", "stage": "run"}'), InfrastructureError),
        ((302, {"Location": "http://elsewhere.invalid"}, b""), InfrastructureError),
    ],
)
def test_what_will_not_pass_is_not(
    answer: tuple[int, dict[str, str], bytes], kind: type[CodegenError]
) -> None:
    with (
        answering(answer) as (url, asked),
        RemoteVerifier(url) as verifier,
        pytest.raises(kind),
    ):
        verifier.verify(**FED)
    assert len(asked) == 1


def test_a_server_that_stays_full_is_given_up() -> None:
    full = refused(429, "busy", **{"Retry-After": "1"})
    with (
        answering(full) as (url, _),
        RemoteVerifier(url, patience_s=1.5) as verifier,
        pytest.raises(InfrastructureError, match="busy"),
    ):
        verifier.verify(**FED)
