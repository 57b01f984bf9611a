from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from codegen.errors import ModelError, UsageError
from codegen.model.contract import Message, Model, Request, Sampling
from codegen.model.openai import OpenAIModel
from codegen.secrets import ApiKey

HELLO = (Message("user", "Hello"),)


def request(n: int = 1, **sampling: Any) -> Request:
    return Request("solution", HELLO, Sampling(**sampling), n=n)


def texts(replies: Any) -> list[str]:
    return [reply.text for reply in replies]


Connect = Callable[..., OpenAIModel]


async def test_answers_and_counts_tokens(connect: Connect) -> None:
    model: Model = connect()
    replies = await model.complete(request(n=3, seed=5))
    assert texts(replies) == ["answer of seed 5", "answer of seed 6", "answer of seed 7"]
    assert [(r.prompt_tokens, r.completion_tokens) for r in replies] == [(7, 15), (0, 0), (0, 0)]
    assert {r.finish_reason for r in replies} == {"stop"}


async def test_sends_what_was_asked(server: Any, connect: Connect) -> None:
    sampling = {"temperature": 0.3, "top_p": 0.9, "max_tokens": 99, "seed": 4, "stop": ("END",)}
    model = connect(extra={"top_k": 20, "chat_template_kwargs": {"enable_thinking": False}})
    await model.complete(request(n=2, **sampling))
    assert server.bodies == [
        {
            "model": "tiny",
            "messages": [{"role": "user", "content": "Hello"}],
            "temperature": 0.3,
            "top_p": 0.9,
            "max_tokens": 99,
            "seed": 4,
            "stop": ["END"],
            "n": 2,
            "top_k": 20,
            "chat_template_kwargs": {"enable_thinking": False},
        }
    ]


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
async def test_takes_a_base_url_in_every_usual_form(
    server: Any, connect: Connect, suffix: str
) -> None:
    model = connect(server.url + suffix)
    assert len(await model.complete(request())) == 1


@pytest.mark.parametrize(
    ("urls", "message"),
    [
        ([], "needs a base URL"),
        (["localhost:8000"], "'localhost:8000'"),
        (["ftp://host/v1"], "no usable base URL"),
        (["http://host:99999"], "no usable base URL"),
        (["http://host", "http://host/v1/"], "twice"),
        (["http://user:hunter2@host"], "of host carries a user"),
        (["http://host/v1?key=hunter2"], "query"),
    ],
)
def test_refuses_a_base_url_that_cannot_be_used(urls: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        OpenAIModel("tiny", urls)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [{"name": ""}, {"concurrency": 0}, {"timeout_s": 0}, {"extra": {"stream": True}}],
)
def test_refuses_options_that_make_no_sense(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        OpenAIModel(options.pop("name", "tiny"), ["http://host"], **options)


async def test_asks_again_for_the_answers_that_are_missing(server: Any, connect: Connect) -> None:
    server.most_choices = 1
    replies = await connect().complete(request(n=3, seed=10))
    assert texts(replies) == ["answer of seed 10", "answer of seed 11", "answer of seed 12"]
    assert [(b["seed"], b.get("n", 1)) for b in server.bodies] == [(10, 3), (11, 2), (12, 1)]
    assert sum(r.prompt_tokens for r in replies) == 21


async def test_takes_no_more_answers_than_it_asked_for(
    server: Any, connect: Connect, script: Any
) -> None:
    server.script = [script.choices(script.choice(0, "a"), script.choice(1, "b"))]
    assert texts(await connect().complete(request())) == ["a"]


async def test_asks_once_at_temperature_zero(server: Any, connect: Connect) -> None:
    replies = await connect().complete(request(n=3, temperature=0.0))
    assert len(server.bodies) == 1
    assert len(set(texts(replies))) == 1 and len(replies) == 3
    assert [r.completion_tokens for r in replies] == [5, 0, 0]


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
async def test_takes_reasoning_without_content(
    server: Any, connect: Connect, script: Any, field: str
) -> None:
    server.script = [
        script.choices(script.choice(0, None, **{field: "hm"}, finish_reason="length"))
    ]
    (reply,) = await connect().complete(request())
    assert (reply.text, reply.reasoning, reply.finish_reason) == ("", "hm", "length")


async def test_replaces_what_is_no_unicode(server: Any, connect: Connect, script: Any) -> None:
    server.script = [script.choices(script.choice(0, "a\ud800b"))]
    conversation = (Message("user", "x\udfffy"),)
    (reply,) = await connect().complete(Request("problem", conversation))
    assert reply.text == "a\ufffdb"
    assert server.bodies[0]["messages"][0]["content"] == "x\ufffdy"


async def test_bounds_the_calls_in_flight(server: Any, connect: Connect, script: Any) -> None:
    server.script = [script.slow(0.05)] * 20
    model = connect(concurrency=3)
    calls = [asyncio.create_task(model.complete(request(seed=i))) for i in range(20)]
    await asyncio.sleep(0.03)
    assert model.activity.in_flight == 3 and model.activity.waiting == 17
    await asyncio.gather(*calls)
    assert server.peak == 3
    assert model.activity.done == 20 and model.activity.waiting == 0


async def test_cancelling_aborts_the_request(server: Any, connect: Connect, script: Any) -> None:
    server.script = [script.slow(30)]
    model = connect()
    call = asyncio.create_task(model.complete(request()))
    await server.busy.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    for _ in range(100):
        if server.aborted:
            break
        await asyncio.sleep(0.02)
    assert server.aborted == 1 and model.activity.in_flight == 0
    assert len(await model.complete(request())) == 1


async def test_finds_the_revision(server: Any, connect: Connect) -> None:
    model = connect()
    with pytest.raises(ModelError, match="not known before"):
        _ = model.revision
    (endpoint,) = await model.check()
    assert (endpoint.url, endpoint.models[0].context) == (f"{server.url}/v1", 1024)
    assert model.revision == "/models/tiny"


async def test_extra_parameters_are_part_of_the_revision(connect: Connect) -> None:
    models = [connect(revision="r1", extra=extra) for extra in ({}, {"top_k": 1}, {"top_k": 2})]
    assert models[0].revision == "r1"
    assert len({model.revision for model in models}) == 3


async def test_check_needs_every_replica(server: Any, start_server: Any, connect: Connect) -> None:
    other = await start_server(root="/models/other")
    with pytest.raises(ModelError, match="different models: /models/other, /models/tiny"):
        await connect(server.url, other.url).check()
    model = connect(server.url, other.url, revision="both")
    assert len(await model.check()) == 2
    dead = connect(server.url, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ModelError, match="/v1/models"):
        await dead.check(timeout_s=0.3)


async def test_a_wrong_key_is_named_by_its_source_and_never_shown(
    server: Any, connect: Connect
) -> None:
    server.api_key = "right"
    wrong = connect(api_key=ApiKey("sk-wrong-key-123", "the environment variable CODEGEN_API_KEY"))
    for refused in (wrong.complete(request()), wrong.check()):
        with pytest.raises(ModelError, match="401 Unauthorized") as caught:
            await refused
        assert "environment variable CODEGEN_API_KEY" in str(caught.value)
        assert "sk-wrong" not in repr(caught.value)
    with pytest.raises(ModelError, match="no API key was given: set CODEGEN_API_KEY"):
        await connect().complete(request())
    assert len(await connect(api_key=ApiKey("right", "a test")).complete(request())) == 1


async def test_a_closed_model_says_so(connect: Connect) -> None:
    model = connect()
    await model.complete(request())
    await model.close()
    with pytest.raises(ModelError, match="closed"):
        await model.complete(request())


async def test_goes_through_a_proxy_but_not_to_this_machine(
    server: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", server.url)
    far = connect("http://model.invalid:8000")
    assert len(await far.complete(request())) == 1
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    assert len(await connect().complete(request())) == 1
    assert len(server.bodies) == 2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
