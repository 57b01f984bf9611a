"""Our own routes, asked of a real server."""

from __future__ import annotations

import base64
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.records import Verdict, from_json
from codegen.serve.describe import ASKED, CALLED, FED, RAN, TESTED
from tests.serve.conftest import Server

LINES = {"Content-Type": "application/x-ndjson"}


def batch(rows: list[Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.mark.parametrize(
    ("example", "oracle"), [(CALLED, "call"), (ASKED, "call"), (TESTED, "unit"), (FED, "io")]
)
def test_a_verdict_by_every_oracle(server: Server, example: dict[str, Any], oracle: str) -> None:
    answer = server.ask("/v1/verify", example)
    assert answer.status == 200
    told = answer.json
    assert (told.pop("passed"), told["outcome"], told["oracle"]) == (True, "passed", oracle)
    assert from_json(Verdict, told).passed


def test_a_wrong_program_has_its_verdict_too(server: Server) -> None:
    wrong = {**CALLED, "solution": "def largest(values: list[int]) -> int:\n    return 0\n"}
    answer = server.ask("/v1/verify", wrong)
    assert (answer.status, answer.json["outcome"]) == (200, "wrong_answer")
    assert answer.json["cases"][0]["got"] == 0


def test_a_class_that_is_wrong_is_told_where(server: Server) -> None:
    wrong = {**ASKED, "solution": ASKED["solution"].replace("+= value", "= value")}
    told = server.ask("/v1/verify", wrong).json
    assert told["outcome"] == "wrong_answer"
    assert told["cases"][0]["got"] == [1, 2]
    assert "operation 1, add" in told["message"]
    unknown = {**ASKED, "cases": [{"arguments": [1, [["sub", []]]]}]}
    answer = server.ask("/v1/verify", unknown)
    assert answer.status == 400
    assert "no method 'sub'" in answer.json["message"]


def test_a_run_gives_back_bytes_and_files(server: Server) -> None:
    code = (
        "import sys\n"
        "data = sys.stdin.buffer.read()\n"
        "open('out', 'wb').write(data + open('more').read().encode())\n"
        "sys.stdout.buffer.write(data)\n"
    )
    wanted = {
        "language": "python",
        "code": code,
        "stdin": {"base64": base64.b64encode(b"\xff\n").decode()},
        "files": {"more": "text"},
        "fetch": ["out", "absent"],
    }
    told = server.ask("/v1/run", wanted).json
    assert base64.b64decode(told["run"]["stdout"]["base64"]) == b"\xff\n"
    assert base64.b64decode(told["files"]["out"]["base64"]) == b"\xff\ntext"
    assert set(told["files"]) == {"out"}
    assert server.ask("/v1/run", RAN).json["run"]["stdout"] == "cba\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "missing key 'language'"),
        ({**TESTED, "colour": 1}, "unknown key 'colour'"),
        ({**TESTED, "language": "cobol"}, "unknown language 'cobol'"),
        ({**TESTED, "limits": {"cpu_s": "long"}}, "limits.cpu_s"),
        ({**TESTED, "solution": "\ud800"}, "solution: not valid Unicode"),
        ({**CALLED, "cases": [{"arguments": []}]}, "cases[0].arguments"),
        ([], "expected an object"),
    ],
)
def test_what_cannot_be_used_is_named(server: Server, body: Any, said: str) -> None:
    answer = server.ask("/v1/verify", body)
    assert (answer.status, answer.json["kind"]) == (400, "usage")
    assert said in answer.json["message"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1e999}', b"[" * 100_000, b"1" * 10_000],
    ids=["empty", "cut", "not-utf8", "nan", "infinite", "deep", "long-number"],
)
@pytest.mark.parametrize("path", ["/v1/verify", "/run_code", "/api/v2/execute"])
def test_what_is_not_json_is_told_so(server: Server, path: str, body: bytes) -> None:
    answer = server.ask(path, body)
    assert answer.status == 400
    assert answer.json["message"]


def test_a_body_of_another_kind_is_refused(server: Server) -> None:
    answer = server.ask("/v1/verify", TESTED, headers={"Content-Type": "text/plain"})
    assert (answer.status, answer.json["kind"]) == (415, "not_json")


def test_a_body_that_is_too_long_is_refused(server: Server) -> None:
    answer = server.ask("/v1/verify", b'"' + b"x" * (65 << 20) + b'"')
    assert (answer.status, answer.json["kind"]) == (413, "too_large")


def test_other_paths_and_methods_are_told_in_json(server: Server) -> None:
    assert server.ask("/nothing").json["kind"] == "http"
    answer = server.ask("/v1/verify")
    assert (answer.status, answer.json["kind"]) == (405, "http")


def test_a_batch_answers_every_line_and_names_it(server: Server) -> None:
    rows = [{**TESTED, "id": "a"}, {"language": "python"}, {**FED, "solution": "print(1)\n"}, 7]
    body = batch(rows) + b"\n{not json\n"
    found = {one["index"]: one for one in server.ask("/v1/verify/batch", body, headers=LINES).lines}
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert (found[0]["id"], found[0]["verdict"]["passed"]) == ("a", True)
    assert found[2]["verdict"]["outcome"] == "wrong_answer"
    assert [found[n]["error"]["kind"] for n in (1, 3, 4)] == ["usage", "usage", "not_json"]


def test_results_of_a_batch_come_before_its_end(server: Server) -> None:
    """The second line is sent only when the result of the first has come."""
    line = batch([TESTED])
    with socket.create_connection(server.address, timeout=60) as connection:
        head = (
            "POST /v1/verify/batch HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: application/x-ndjson\r\nConnection: close\r\n\r\n"
        )
        connection.sendall(head.encode() + b"%x\r\n%s\r\n" % (len(line), line))
        got = b""
        while b'"index": 0' not in got:
            part = connection.recv(65536)
            assert part, got
            got += part
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(line), line))
        while part := connection.recv(65536):
            got += part
    assert b'"index": 1' in got


def test_a_batch_that_is_sent_whole_before_anything_is_read(server: Server) -> None:
    row = {**FED, "solution": "print('x' * 60000)\n"}
    answer = server.ask("/v1/verify/batch", batch([row] * 120), headers=LINES)
    assert sorted(one["index"] for one in answer.lines) == list(range(120))


def test_the_languages_say_what_they_are(server: Server) -> None:
    (python,) = server.ask("/v1/languages").json
    assert (python["name"], python["problem"]) == ("python", "")
    assert python["version"].startswith("3.")
    assert python["environment"]


def test_health_and_readiness(server: Server) -> None:
    assert server.ask("/v1/health").json == {"status": "ok"}
    assert server.ask("/v1/ready").json["status"] == "ready"


def test_metrics_count_verdicts_by_language_and_outcome(server: Server) -> None:
    def passed() -> float:
        text = server.ask("/metrics").body.decode()
        lines = [line for line in text.splitlines() if "verdicts_total{" in line]
        wanted = 'codegen_verdicts_total{language="python",outcome="passed"} '
        return sum(float(line.removeprefix(wanted)) for line in lines if line.startswith(wanted))

    before = passed()
    server.ask("/v1/verify", FED)
    assert passed() == before + 1
    text = server.ask("/metrics").body.decode()
    for name in ("codegen_queue_waiting", "codegen_slots_busy", "codegen_stage_seconds_bucket"):
        assert name in text


def test_the_description_has_every_route_and_its_examples_work(server: Server) -> None:
    described = server.ask("/openapi.json").json["paths"]
    assert {"/v1/verify", "/v1/verify/batch", "/v1/run", "/run_code", "/api/v2/execute"} <= set(
        described
    )
    for path in ("/v1/verify", "/v1/run"):
        content = described[path]["post"]["requestBody"]["content"]["application/json"]
        for example in content["examples"].values():
            assert set(example["value"]) <= set(content["schema"]["properties"])
            answer = server.ask(path, example["value"])
            shape = described[path]["post"]["responses"]["200"]["content"]["application/json"]
            assert answer.status == 200
            assert set(answer.json) == set(shape["schema"]["properties"])


def test_the_description_of_foreign_routes_has_examples_that_work(server: Server) -> None:
    described = server.ask("/openapi.json").json["paths"]
    for path in ("/run_code", "/run_jupyter", "/api/v2/execute"):
        content = described[path]["post"]["requestBody"]["content"]["application/json"]
        assert server.ask(path, content["example"]).status == 200


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [
        "language",
        "solution",
        "tests",
        "cases",
        "signature",
        "comparator",
        "limits",
        "files",
        "code",
        "stdin",
        "args",
        "version",
        "config",
        "completion",
        "cells",
        "scripts",
        "data",
        "type",
        "input",
        "run_timeout",
        "memory_limit_MB",
        "fetch_files",
        "generated_code",
        "submissions",
        "reruns",
    ]
)
ROUTES = st.sampled_from(
    [
        "/v1/verify",
        "/v1/run",
        "/run_code",
        "/run_jupyter",
        "/submit",
        "/common_evaluate_batch",
        "/api/v2/execute",
        "/execute_batch",
        "/datadesigner/validate",
        "/execute",
        "/judge",
        "/judge/batch",
        "/list_ids",
        "/get_prompts",
        "/get_prompt_by_id",
    ]
)


@settings(max_examples=150)
@given(ROUTES, JSON | st.dictionaries(NAMES, JSON | st.just("python"), max_size=6))
def test_no_body_makes_an_error_of_ours(server: Server, path: str, body: Any) -> None:
    answer = server.ask(path, json.dumps(body).encode())
    assert answer.status != 500, answer.body
    if answer.status >= 400:
        assert answer.json["message"]
        assert "Traceback" not in answer.json["message"]


def test_large_bodies_are_taken_one_after_another(server: Server) -> None:
    row = {**FED, "files": {"big": "x" * (5 << 20)}}
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: server.ask("/v1/verify", row), range(6)))
    assert [one.json["passed"] for one in answers] == [True] * 6
