"""Several servers while a run goes on: which gets a request, which is left out, which may join."""

from __future__ import annotations

import asyncio
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen.errors import ModelError, UsageError
from codegen.model.contract import Message, Request, Sampling, precedence
from codegen.model.handling import Handling
from codegen.model.limit import Bounds
from codegen.model.openai import OpenAIModel


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_TICK_S", "_EVERY_S", "_OUT_S"):
        monkeypatch.setattr(f"codegen.model.watch.{name}", 0.02)
    monkeypatch.setattr("codegen.model.replica._FIRST_S", 0.02)


def request(text: str = "Hello", seed: int = 0) -> Request:
    return Request("solution", (Message("user", text),), Sampling(seed=seed))


async def until(holds: Callable[[], Any]) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError


def port_of(server: Any) -> int:
    return urllib.parse.urlsplit(str(server.url)).port or 0


async def test_leaves_a_dead_server_out_and_takes_it_back(
    server: Any, start_server: Any, connect: Any
) -> None:
    other = await start_server()
    told: list[str] = []
    model = connect(server.url, other.url, tell=told.append)
    await model.check()
    await server.stop()
    await until(lambda: told)
    assert told == [f"{server.url}/v1 is left out: no connection: Connection refused"]
    await asyncio.gather(*(model.complete(request(str(i))) for i in range(20)))
    assert len(other.bodies) == 20
    first, second = model.servers
    assert (first.ejections, second.ejections) == (1, 0)
    assert "refused" in first.out and not second.out
    again = await start_server(port=port_of(server))
    await until(lambda: len(told) > 1)
    assert told[1] == f"{server.url}/v1 is back"
    await asyncio.gather(*(model.complete(request(str(i))) for i in range(20)))
    assert again.bodies


async def test_a_server_that_comes_back_with_another_model_stays_out(
    server: Any, start_server: Any, connect: Any
) -> None:
    other = await start_server()
    model = connect(server.url, other.url)
    await model.check()
    await server.stop()
    await until(lambda: model.servers[0].out)
    again = await start_server(port=port_of(server), root="/models/other")
    wrong = "it serves /models/other, and the run is with /models/tiny"
    await until(lambda: model.servers[0].out == wrong)
    await asyncio.gather(*(model.complete(request(str(i))) for i in range(20)))
    assert not again.bodies


async def test_a_server_that_is_not_well_gets_nothing(server: Any, connect: Any) -> None:
    model = connect(timeout_s=0.5)
    await model.check()
    server.well = False
    await until(lambda: model.servers[0].out)
    with pytest.raises(ModelError, match=r"no server is there \(.*503 Service Unavailable"):
        await model.complete(request())
    call = asyncio.create_task(model.complete(request()))
    await asyncio.sleep(0.05)
    server.well = True
    assert len(await call) == 1 and len(server.bodies) == 1


async def test_a_server_without_a_route_for_its_health_is_asked_for_its_models(
    server: Any, start_server: Any, connect: Any
) -> None:
    other = await start_server()
    other.well = server.well = None
    model = connect(server.url, other.url)
    await model.check()
    await server.stop()
    await until(lambda: model.servers[0].out)
    await asyncio.sleep(0.1)
    assert not model.servers[1].out


async def test_a_file_of_endpoints_may_change(
    server: Any, start_server: Any, tmp_path: Path
) -> None:
    other, foreign = await start_server(), await start_server(root="/models/other")
    told: list[str] = []
    wrong = "it serves /models/other, and the run is with /models/tiny"
    file = tmp_path / "servers"
    file.write_text(f"# all of them\n{server.url}\n\nhttp://127.0.0.1:9  # not up yet\n")
    model = OpenAIModel("tiny", file, timeout_s=5.0, tell=told.append)
    try:
        await model.check(timeout_s=1.0)
        await model.complete(request())
        file.write_text(f"{other.url} # instead\n{foreign.url}/v1\n")
        await until(lambda: len(told) == 4)
        assert sorted(told) == sorted(
            [
                f"{server.url}/v1 is not listed any more and gets no more requests",
                "http://127.0.0.1:9/v1 is not listed any more and gets no more requests",
                f"{other.url}/v1 has joined",
                f"{foreign.url}/v1 cannot join: {wrong}",
            ]
        )
        await asyncio.gather(*(model.complete(request(str(i))) for i in range(10)))
        assert (len(server.bodies), len(other.bodies), len(foreign.bodies)) == (1, 10, 0)
        file.write_text("localhost")
        await until(lambda: len(told) == 5)
        await asyncio.sleep(0.1)
        file.unlink()
        await until(lambda: len(told) == 6)
        assert told[4].startswith("no usable base URL 'localhost'")
        assert told[4].endswith("; the servers from before are kept")
        assert "cannot be read: No such file" in told[5]
        assert len(await model.complete(request())) == 1
        file.write_text(f"{server.url}\n{other.url}\n")
        await until(lambda: f"{server.url}/v1 has joined" in told)
    finally:
        await model.close()


@pytest.mark.parametrize("text", ["", "# nothing\n", "\xff"])
def test_refuses_a_file_without_servers(tmp_path: Path, text: str) -> None:
    file = tmp_path / "servers"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match="servers"):
        OpenAIModel("tiny", file)


async def test_one_prompt_goes_to_one_server(start_server: Any, connect: Any) -> None:
    servers = [await start_server() for _ in range(3)]
    model = connect(*(one.url for one in servers))
    for seed in range(4):
        for number in range(24):
            await model.complete(request(f"problem {number}", seed))
    for number in range(24):
        message = [{"role": "user", "content": f"problem {number}"}]
        asked = [sum(body["messages"] == message for body in one.bodies) for one in servers]
        assert sorted(asked) == [0, 0, 4]
    assert all(len(one.bodies) >= 8 for one in servers)


async def test_one_prompt_goes_elsewhere_where_its_server_is_much_busier(
    server: Any, start_server: Any, connect: Any, script: Any
) -> None:
    other = await start_server()
    for one in (server, other):
        one.script = [script.slow(0.3)] * 100
    model = connect(server.url, other.url)
    await asyncio.gather(*(model.complete(request("one", seed)) for seed in range(40)))
    less, more = sorted((server.peak, other.peak))
    assert less >= 15 and more <= less * 1.25 + 5


async def test_no_server_gets_more_than_its_limit(
    server: Any, start_server: Any, connect: Any, script: Any
) -> None:
    other = await start_server()
    for one in (server, other):
        one.script = [script.slow(0.02)] * 100
    model = connect(server.url, other.url, handling=Handling(Bounds(3, 1, 3)))
    calls = [asyncio.create_task(model.complete(request(str(i)))) for i in range(40)]
    await until(lambda: model.activity.in_flight == 6)
    assert model.activity.waiting == 34
    await asyncio.gather(*calls)
    assert (server.peak, other.peak) == (3, 3)
    assert [one.most for one in model.servers] == [3, 3]


async def test_a_server_that_says_it_is_full_gets_less(
    server: Any, connect: Any, script: Any
) -> None:
    server.script = [script.says(429)] * 10
    model = connect(handling=Handling(Bounds(20, 2, 100)))
    await asyncio.gather(*(model.complete(request(str(i))) for i in range(20)))
    (figures,) = model.servers
    assert figures.limit < 20 and figures.failures == 10 and figures.requests == 30


async def test_a_wait_for_a_turn_is_no_part_of_the_deadline(
    server: Any, connect: Any, script: Any
) -> None:
    server.script = [script.slow(0.2)] * 10
    model = connect(handling=Handling(Bounds(1, 1, 1)), timeout_s=0.6)
    replies = await asyncio.gather(*(model.complete(request(str(i))) for i in range(8)))
    assert len(replies) == 8


async def test_cancelling_who_waits_leaves_the_line_in_order(
    server: Any, connect: Any, script: Any
) -> None:
    server.script = [script.slow(0.1)] * 3
    model = connect(handling=Handling(Bounds(1, 1, 1)))
    calls = [asyncio.create_task(model.complete(request(str(i)))) for i in range(4)]
    await server.busy.wait()
    calls[1].cancel()
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in done] == [False, True, False, False]
    assert model.activity.in_flight == 0 and len(server.bodies) == 3


async def test_a_slow_server_is_not_waited_for_where_hedging_is_asked_for(
    server: Any, start_server: Any, connect: Any, script: Any
) -> None:
    other = await start_server()
    server.script = [script.slow(30)] * 100
    model = connect(server.url, other.url, handling=Handling(hedge_after_s=0.05))
    started = time.monotonic()
    await asyncio.gather(*(model.complete(request(str(i))) for i in range(10)))
    assert time.monotonic() - started < 10
    await until(lambda: server.running == 0)
    assert server.aborted == len(server.bodies) > 0
    assert len(other.bodies) == 10 and model.activity.in_flight == 0


async def test_hedging_gives_one_answer_whoever_is_slow(
    server: Any, start_server: Any, connect: Any, script: Any
) -> None:
    other = await start_server()
    for one in (server, other):
        one.script = [script.slow(0.2), *[script.slow(0.0)] * 20]
    model = connect(server.url, other.url, handling=Handling(hedge_after_s=0.02))
    replies = await model.complete(request(seed=3))
    assert [reply.text for reply in replies] == ["answer of seed 3"]
    alone = connect(handling=Handling(hedge_after_s=0.01))
    server.script = [script.slow(0.1)]
    assert len(await alone.complete(request())) == 1
    with pytest.raises(UsageError, match="hedging"):
        Handling(hedge_after_s=0)


async def test_calls_of_earlier_problems_come_first_where_they_wait(
    server: Any, connect: Any, script: Any
) -> None:
    server.script = [script.slow(0.2)]
    model = connect(handling=Handling(Bounds(1, 1, 1)))

    async def one(number: int) -> None:
        precedence.set(number)
        await model.complete(request(str(number)))

    first = asyncio.create_task(one(9))
    await server.busy.wait()
    await asyncio.gather(first, *(one(number) for number in (5, 2, 7, 2, 0)))
    asked = [body["messages"][0]["content"] for body in server.bodies]
    assert asked == ["9", "0", "2", "2", "5", "7"]
