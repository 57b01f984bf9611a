"""Requests fitted to what a model can take, and models that only complete texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import ModelRefusal
from codegen.model.asking import plain_text
from codegen.model.contract import Message, Request, Sampling
from codegen.model.handling import Handling


def request(text: str, max_tokens: int = 4096) -> Request:
    return Request("solution", (Message("user", text),), Sampling(max_tokens=max_tokens))


def asked_for(server: Any) -> list[int]:
    return [body["max_tokens"] for body in server.bodies]


async def test_a_short_prompt_is_not_counted(server: Any, connect: Any) -> None:
    model = connect()
    await model.check()
    await model.complete(request("x" * 500, 400))
    assert asked_for(server) == [400] and server.counted == 0


async def test_an_answer_gets_what_the_prompt_leaves(server: Any, connect: Any) -> None:
    model = connect()
    await model.check()  # the context is 1,024 tokens; the server counts one for four characters
    await model.complete(request("x" * 2000, 4096))
    assert asked_for(server) == [1024 - 500] and server.counted == 1


async def test_a_prompt_that_leaves_no_room_is_refused_and_not_cut(
    server: Any, connect: Any
) -> None:
    model = connect()
    await model.check()
    with pytest.raises(ModelRefusal, match=r"prompt has 1,000 tokens, and the context .* 1,024"):
        await model.complete(request("x" * 4000))
    assert not server.bodies
    await model.complete(request("x" * 4000, 24))  # an answer as short as that was asked for
    assert asked_for(server) == [24]


async def test_a_server_that_does_not_count_is_estimated(server: Any, connect: Any) -> None:
    server.counts = False
    model = connect()
    await model.check()
    for _ in range(2):
        await model.complete(request("x" * 1000))
    assert asked_for(server) == [1024 - 500 - 32] * 2 and server.counted == 1
    with pytest.raises(ModelRefusal, match=r"1,032 tokens, at one for 2 bytes"):
        await model.complete(request("x" * 2000))


async def test_the_least_context_of_all_servers_counts(
    server: Any, start_server: Any, connect: Any
) -> None:
    other = await start_server()
    other.context = 700
    model = connect(server.url, other.url)
    await model.check()
    await model.complete(request("x" * 2000, 4096))
    assert asked_for(server) + asked_for(other) == [200]


async def test_without_a_known_context_nothing_is_fitted(server: Any, connect: Any) -> None:
    server.context = None
    model = connect()
    await model.check()
    await model.complete(request("x" * 9000))
    assert asked_for(server) == [4096]


async def test_the_completions_route_gets_plain_text(server: Any, connect: Any) -> None:
    chat, plain = connect(), connect(handling=Handling(route="completions"))
    await chat.check()
    await plain.check()
    assert plain.revision != chat.revision == "/models/tiny"
    messages = (
        Message("system", "Be brief."),
        Message("user", "One\n"),
        Message("assistant", "1"),
        Message("user", "Two"),
    )
    replies = await plain.complete(Request("solution", messages, Sampling(seed=3, stop=("X",)), 2))
    assert [reply.text for reply in replies] == ["answer of seed 3", "answer of seed 4"]
    assert (replies[0].prompt_tokens, replies[0].completion_tokens) == (7, 10)
    (body,) = server.bodies
    assert body["prompt"] == (
        "### System\nBe brief.\n\n### User\nOne\n\n### Assistant\n1\n\n### User\nTwo\n\n"
        "### Assistant\n"
    )
    assert body["stop"] == ["X", "\n### User\n"] and "messages" not in body


@given(st.lists(st.builds(Message, st.sampled_from(["system", "user"]), st.text()), min_size=1))
def test_plain_text_holds_every_turn(messages: list[Message]) -> None:
    text = plain_text(messages)
    assert text.endswith("\n### Assistant\n")
    at = 0
    for message in messages:
        at = text.index(f"### {message.role.capitalize()}\n{message.content.strip()}\n", at)
    text.encode()
