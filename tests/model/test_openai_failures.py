from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from codegen.errors import ModelError, ModelRefusal
from codegen.model.contract import Message, Request, Sampling
from codegen.model.openai import OpenAIModel

HELLO = (Message("user", "Hello"),)


def request(n: int = 1, **sampling: Any) -> Request:
    return Request("solution", HELLO, Sampling(**sampling), n=n)


def texts(replies: Any) -> list[str]:
    return [reply.text for reply in replies]


Connect = Callable[..., OpenAIModel]


@pytest.mark.parametrize(
    "trouble",
    [
        lambda script: script.says(429),
        lambda script: script.says(500, "EngineCore encountered an issue"),
        lambda script: script.says(502),
        lambda script: script.says(503),
        lambda script: script.says(504),
        lambda script: script.drop(),
        lambda script: script.break_off(),
        lambda script: script.body(b'{"choices": [{"mess'),
        lambda script: script.body(b"\xff\xfe"),
        lambda script: script.body(b"[1]"),
        lambda script: script.body(b'{"choices": []}'),
        lambda script: script.body(b'{"choices": [null, {"message": 3}]}'),
        lambda script: script.choices(script.choice(0, "hal", finish_reason="abort")),
    ],
)
async def test_tries_again(server: Any, connect: Connect, script: Any, trouble: Any) -> None:
    server.script = [trouble(script)]
    model = connect()
    assert texts(await model.complete(request(seed=1))) == ["answer of seed 1"]
    assert len(server.bodies) == 2
    assert (model.activity.retried, model.activity.done, model.activity.failed) == (1, 1, 0)


async def test_waits_as_long_as_the_server_asks(server: Any, connect: Connect, script: Any) -> None:
    server.script = [script.says(429, **{"Retry-After": "1.5"})]
    started = time.monotonic()
    await connect().complete(request())
    assert 1.5 <= time.monotonic() - started < 4


async def test_does_not_wait_beyond_its_deadline(
    server: Any, connect: Connect, script: Any
) -> None:
    server.script = [script.says(429, "slow down", **{"Retry-After": "900"})]
    started = time.monotonic()
    with pytest.raises(ModelError, match="429 Too Many Requests: slow down"):
        await connect().complete(request())
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, ModelRefusal), (413, ModelRefusal), (422, ModelRefusal), (403, ModelError)],
)
async def test_gives_up_at_once_on_a_refusal(
    server: Any, connect: Connect, script: Any, status: int, kind: type[ModelError]
) -> None:
    server.script = [script.says(status, "maximum context length is 1024 tokens")]
    with pytest.raises(ModelError, match="maximum context length") as caught:
        await connect().complete(request())
    assert type(caught.value) is kind
    assert len(server.bodies) == 1


async def test_names_the_model_that_is_not_there(connect: Connect) -> None:
    with pytest.raises(ModelError, match="404 Not Found: The model `huge` does not exist"):
        await connect(name="huge").complete(request())
    with pytest.raises(ModelError, match="does not serve the model 'huge'; it serves: tiny"):
        await connect(name="huge").check()


async def test_gives_up_on_a_request_that_always_breaks_the_server(
    server: Any, connect: Connect, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codegen.model.replica._FIRST_S", 0.001)
    server.script = [script.says(500, "assertion failed")] * 50
    with pytest.raises(ModelError, match=r"500 .*assertion failed \(tried 8 times"):
        await connect().complete(request())


async def test_tells_the_first_failure_and_the_last(
    connect: Connect, server: Any, script: Any
) -> None:
    server.script = [script.says(500, "EngineCore died"), *[script.drop()] * 50]
    with pytest.raises(
        ModelError, match=r"closed the connection .*; at first 500 .*EngineCore died"
    ):
        await connect(timeout_s=1.5).complete(request())


async def test_keeps_its_deadline(server: Any, connect: Connect, script: Any) -> None:
    server.script = [script.slow(30)]
    model = connect(timeout_s=0.5)
    started = time.monotonic()
    with pytest.raises(ModelError, match=r"no answer in time \(tried once in \d\.\d s\)"):
        await model.complete(request())
    assert time.monotonic() - started < 2
    assert model.activity.failed == 1 and model.activity.in_flight == 0


async def test_says_what_it_could_not_reach(connect: Connect) -> None:
    model = connect(f"http://127.0.0.1:{free_port()}", timeout_s=2.0)
    with pytest.raises(ModelError, match=r"GET http://127.0.0.1:\d+/v1/models: .*refused") as check:
        await model.check(timeout_s=4.0)
    assert re.search(r"\(tried [3-9] times in \d\.\d s\)", str(check.value))
    with pytest.raises(ModelError, match="Connection refused") as call:
        await model.complete(request())
    assert "check that the server runs" in str(call.value)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_waits_for_a_server_that_restarts(start_server: Any, connect: Connect) -> None:
    port = free_port()
    model = connect(f"http://127.0.0.1:{port}")
    call = asyncio.create_task(model.complete(request()))
    await asyncio.sleep(0.3)
    await start_server(port=port)
    assert len(await call) == 1


async def test_goes_to_another_replica_without_waiting(
    server: Any, start_server: Any, connect: Connect, script: Any
) -> None:
    other = await start_server()
    server.script = [script.says(503)] * 100
    model = connect(server.url, other.url)
    started = time.monotonic()
    await asyncio.gather(*(model.complete(request(seed=i)) for i in range(50)))
    assert time.monotonic() - started < 2
    assert len(other.bodies) == 50
    assert len(server.bodies) == model.activity.retried < 50


async def test_spreads_calls_over_replicas_by_load(
    server: Any, start_server: Any, connect: Connect, script: Any
) -> None:
    other = await start_server()
    server.script = [script.slow(0.4)] * 100
    model = connect(server.url, other.url, concurrency=8)
    await asyncio.gather(*(model.complete(request(seed=i)) for i in range(100)))
    assert len(other.bodies) > 3 * len(server.bodies) > 0
    assert server.peak + other.peak <= 8 + 4
