"""Answers under a schema: what a server is sent, and what becomes of one that takes none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from codegen.errors import ModelRefusal
from codegen.model.contract import Message, Request, Sampling
from codegen.model.handling import Handling
from codegen.model.openai import OpenAIModel

Connect = Callable[..., OpenAIModel]

SCHEMA = '{"type":"object","properties":{"b":{},"a":{}},"required":["b","a"]}'


def request(schema: str = SCHEMA, n: int = 1, text: str = "Is it open?") -> Request:
    return Request("critic", (Message("user", text),), Sampling(seed=3), n=n, schema=schema)


def under_schema(server: Any) -> list[bool]:
    return ["response_format" in body for body in server.bodies]


@pytest.mark.parametrize("route", ["chat", "completions"])
async def test_a_schema_is_sent_as_servers_of_today_take_it(
    server: Any, connect: Connect, route: Any
) -> None:
    model = connect(handling=Handling(route=route))
    await model.complete(request())
    await model.complete(request(schema=""))
    assert under_schema(server) == [True, False]
    form = server.bodies[0].pop("response_format")
    named = {"name": "critic", "schema": json.loads(SCHEMA), "strict": True}
    assert form == {"type": "json_schema", "json_schema": named}
    # the order of the properties is that in which a model writes them
    assert list(form["json_schema"]["schema"]["properties"]) == ["b", "a"]
    assert server.bodies[0] == server.bodies[1], "and nothing else is asked otherwise"


@pytest.mark.parametrize("status", [400, 404, 422, 500])
async def test_a_server_that_takes_no_schema_is_asked_without_it_and_from_then_on(
    server: Any, connect: Connect, status: int
) -> None:
    server.refuses_schemas = status
    model = connect()
    for _ in range(2):
        (reply,) = await model.complete(request())
        assert reply.text == "answer of seed 3"
    assert under_schema(server) == [True, False, False]
    assert (model.activity.done, model.activity.failed) == (2, 0)
    (account,) = model.servers
    assert (account.requests, account.failures, account.refused_schemas) == (3, 0, 1)
    # it may take another one
    await model.complete(request(schema='{"type":"object"}'))
    assert under_schema(server)[3:] == [True, False]


async def test_what_one_server_refuses_another_may_take(
    start_server: Any, connect: Connect
) -> None:
    old, new = await start_server(), await start_server()
    old.refuses_schemas = 400
    model = connect(old.url, new.url)
    for number in range(24):
        await model.complete(request(text=f"Question {number}."))
    assert under_schema(old).count(True) == 1
    assert new.bodies and all(under_schema(new))


async def test_what_is_refused_without_a_schema_too_is_not_held_against_the_schema(
    server: Any, connect: Connect, script: Any
) -> None:
    refusal = script.says(400, "too long; you sent response_format and 9,000 tokens")
    server.script = [refusal, refusal]
    model = connect()
    with pytest.raises(ModelRefusal, match="9,000 tokens"):
        await model.complete(request())
    await model.complete(request())
    assert under_schema(server) == [True, False, True]


async def test_other_refusals_are_not_about_the_schema(
    server: Any, connect: Connect, script: Any
) -> None:
    server.script = [script.says(400, "This model's maximum context length is 1024 tokens.")]
    with pytest.raises(ModelRefusal, match="1024"):
        await connect().complete(request())
    assert under_schema(server) == [True]


async def test_a_busy_server_is_asked_again_with_the_schema(
    server: Any, connect: Connect, script: Any
) -> None:
    server.script = [script.says(503, "no room for another grammar", **{"Retry-After": "0"})]
    await connect().complete(request())
    assert under_schema(server) == [True, True]


async def test_answers_that_are_missing_are_asked_for_under_the_schema_too(
    server: Any, connect: Connect
) -> None:
    server.most_choices = 1
    assert len(await connect().complete(request(n=3))) == 3
    assert under_schema(server) == [True, True, True]


async def test_thoughts_stay_apart_from_an_answer_under_a_schema(
    server: Any, connect: Connect, script: Any
) -> None:
    server.script = [script.choices(script.choice(0, '{"b":1,"a":2}', reasoning="Open, I think."))]
    (reply,) = await connect().complete(request())
    assert (reply.text, reply.reasoning) == ('{"b":1,"a":2}', "Open, I think.")


async def test_what_a_user_sends_with_every_request_has_the_last_word(
    server: Any, connect: Connect
) -> None:
    await connect(extra={"response_format": {"type": "text"}}).complete(request())
    assert server.bodies[0]["response_format"] == {"type": "text"}
