"""The queue of a real server: overload, fairness, deadlines, clients that go, a good end."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from codegen.serve.describe import FED
from tests.serve.conftest import SLEEP, Server, serving

pytestmark = pytest.mark.slow
QUICK = {"language": "python", "code": "print(1)\n"}


def until(true: Callable[[], bool], patience: float = 30) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def going_on(server: Server) -> tuple[int, int]:
    told = server.ask("/v1/ready").json
    return told["running"], told["waiting"]


def test_a_full_queue_says_when_to_come_again_and_each_client_in_its_own_words() -> None:
    with serving("--slots", "1", "--queue", "1") as server, ThreadPoolExecutor(4) as threads:
        taken = [threads.submit(server.ask, "/v1/run", SLEEP) for _ in range(2)]
        until(lambda: going_on(server) == (1, 1))
        native = server.ask("/v1/run", QUICK)
        assert (native.status, native.json["kind"]) == (429, "busy")
        assert int(native.headers["retry-after"]) >= 1
        assert server.ask("/v1/verify/batch", b"{}\n").status == 429
        fusion = {"language": "python", "code": "print(1)"}
        assert server.ask("/run_code", fusion).status == 504  # the one status that verl tries again
        assert server.ask("/v1/ready").status == 503
        assert [one.result().status for one in taken] == [200, 200]
        assert server.ask("/v1/run", QUICK).status == 200


def test_the_time_in_the_queue_is_told_and_not_charged() -> None:
    with serving("--slots", "1") as server, ThreadPoolExecutor(2) as threads:
        first = threads.submit(server.ask, "/v1/run", SLEEP)
        until(lambda: going_on(server)[0] == 1)
        second = server.ask("/v1/run", {**QUICK, "limits": {"wall_s": 1.5}}).json
        assert first.result().json["run"]["stdout"] == "woke\n"
    assert second["queue_s"] > 0.5
    assert second["run"]["status"] == "exited"
    assert second["run"]["wall_s"] < 1.5


def test_a_client_with_one_request_does_not_wait_for_another_with_many() -> None:
    nap = {**SLEEP, "code": "import time\ntime.sleep(0.3)\n"}
    with serving("--slots", "1") as server, ThreadPoolExecutor(16) as threads:
        done: list[str] = []

        def ask(name: str, source: str) -> None:
            assert server.ask("/v1/run", nap, source=source).status == 200
            done.append(name)

        many = [threads.submit(ask, "many", "127.0.0.1") for _ in range(10)]
        until(lambda: going_on(server)[1] >= 9)
        one = threads.submit(ask, "one", "127.0.0.2")
        for future in (*many, one):
            future.result()
    assert done.index("one") <= 3


def test_tokens_are_clients_where_there_are_several(tmp_path: Any) -> None:
    file = tmp_path / "tokens"
    file.write_text("first-token-of-two\nsecond-token-of-two\n")
    file.chmod(0o600)
    nap = {**SLEEP, "code": "import time\ntime.sleep(0.3)\n"}
    with (
        serving("--slots", "1", "--token-file", str(file)) as server,
        ThreadPoolExecutor(16) as threads,
    ):
        done: list[str] = []

        def ask(token: str) -> None:
            shown = {"Authorization": f"Bearer {token}-token-of-two"}
            assert server.ask("/v1/run", nap, headers=shown).status == 200
            done.append(token)

        many = [threads.submit(ask, "first") for _ in range(10)]
        until(lambda: going_on(server)[1] >= 9)
        for future in (*many, threads.submit(ask, "second")):
            future.result()
    assert done.index("second") <= 3


def test_a_deadline_returns_from_the_queue_and_from_the_work() -> None:
    with serving("--slots", "1") as server, ThreadPoolExecutor(2) as threads:
        long = {**SLEEP, "code": "import time\ntime.sleep(8)\n"}
        first = threads.submit(server.ask, "/v1/run", {**long, "deadline_s": 4.0})
        until(lambda: going_on(server)[0] == 1)
        waiting = server.ask("/v1/verify", {**FED, "deadline_s": 0.5})
        assert (waiting.status, waiting.json["outcome"]) == (200, "infrastructure_error")
        assert "nothing was judged" in waiting.json["message"]
        answer = first.result()
        assert (answer.status, answer.json["kind"]) == (504, "deadline")
        assert server.ask("/v1/verify", FED).json["passed"]


def test_the_servers_deadline_holds_for_every_request() -> None:
    with serving("--deadline", "1") as server:
        answer = server.ask("/v1/run", {**SLEEP, "deadline_s": 100.0})
        assert (answer.status, answer.json["kind"]) == (504, "deadline")


@pytest.mark.parametrize("path", ["/v1/run", "/v1/verify/batch"])
def test_a_client_that_goes_takes_its_work_with_it(server: Server, path: str) -> None:
    code = "import time\ntime.sleep(25)\n"
    row = {"language": "python", "code": code}
    if path.endswith("batch"):
        row = {"language": "python", "solution": code, "tests": "assert True\n", "lint": "off"}
    until(lambda: going_on(server) == (0, 0))
    connection = server.connection()
    connection.request("POST", path, json.dumps(row), {"Content-Type": "application/json"})
    until(lambda: going_on(server)[0] == 1)
    connection.close()
    until(lambda: going_on(server) == (0, 0), patience=15)  # and not the 25 s that it sleeps
    assert server.ask("/v1/run", QUICK).status == 200


def test_a_client_that_goes_while_it_waits_leaves_the_queue() -> None:
    with serving("--slots", "1") as server, ThreadPoolExecutor(1) as threads:
        first = threads.submit(server.ask, "/v1/run", SLEEP)
        until(lambda: going_on(server)[0] == 1)
        connection = server.connection()
        connection.request(
            "POST", "/v1/run", json.dumps(QUICK), {"Content-Type": "application/json"}
        )
        until(lambda: going_on(server) == (1, 1))
        connection.close()
        until(lambda: going_on(server)[1] == 0)
        assert first.result().status == 200


def test_the_end_waits_for_what_was_accepted_and_takes_nothing_more() -> None:
    with serving("--slots", "1") as server, ThreadPoolExecutor(3) as threads:
        taken = [threads.submit(server.ask, "/v1/run", SLEEP) for _ in range(2)]
        until(lambda: going_on(server) == (1, 1))
        server.process.send_signal(signal.SIGTERM)

        def refused() -> bool:
            try:
                socket.create_connection(server.address, timeout=5).close()
            except ConnectionRefusedError:
                return True
            return False

        until(refused)
        assert [one.result().json["run"]["stdout"] for one in taken] == ["woke\n"] * 2
        assert server.end() == 0


def test_the_end_does_not_wait_longer_than_its_grace() -> None:
    with serving("--grace", "1") as server, ThreadPoolExecutor(1) as threads:
        long = {"language": "python", "code": "import time\ntime.sleep(28)\n"}
        taken = threads.submit(server.ask, "/v1/run", long)
        until(lambda: going_on(server)[0] == 1)
        assert server.end(patience=20) == 0
        assert taken.exception() is not None or taken.result().status >= 500


def test_a_second_signal_ends_it_at_once() -> None:
    with serving() as server, ThreadPoolExecutor(1) as threads:
        long = {"language": "python", "code": "import time\ntime.sleep(28)\n"}
        taken = threads.submit(server.ask, "/v1/run", long)
        until(lambda: going_on(server)[0] == 1)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        server.end(signal.SIGINT, patience=20)
        assert taken.exception() is not None or taken.result().status >= 500
