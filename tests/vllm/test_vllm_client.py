"""What a real vLLM server makes of our client's requests, and our client of its answers."""

import asyncio
import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from codegen.answer import extract_json
from codegen.errors import ModelError, ModelRefusal
from codegen.model.contract import Message, Request, Sampling
from codegen.model.handling import Handling
from codegen.model.limit import Bounds
from codegen.resources import folder
from codegen.template import schema_of

pytestmark = pytest.mark.vllm

SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 20},
        "level": {"enum": ["easy", "hard"]},
    },
    "required": ["title", "level"],
    "additionalProperties": False,
}

SHORT = json.dumps(
    {
        "type": "object",
        "properties": {"score": {"enum": [1, 2]}},
        "required": ["score"],
        "additionalProperties": False,
    }
)
TURNS = sorted(
    str(path.relative_to(folder("prompts"))).removesuffix(".schema.json")
    for path in folder("prompts").rglob("*.schema.json")
)


def request(text="Write a sum.", n=1, **sampling):
    return Request("solution", (Message("user", text),), Sampling(**sampling), n=n)


def short(number=0, **more):
    return request(f"Question {number}.", seed=number, max_tokens=8, **more)


def texts(replies):
    return [reply.text for reply in replies]


async def test_the_server_says_what_it_serves_and_how_long_a_conversation_may_be(
    plain, tiny_model, connect
):
    model = connect(plain, revision=None)
    (endpoint,) = await model.check()
    assert [one.context for one in endpoint.models] == [1024]
    assert model.revision == str(tiny_model)


async def test_answers_differ_and_seeds_repeat_them_one_by_one(plain, connect):
    model = connect(plain)
    first = await model.complete(request(n=4, seed=7, max_tokens=24))
    assert len(set(texts(first))) == 4
    assert sum(reply.completion_tokens for reply in first) <= 4 * 24
    assert first[0].prompt_tokens > 0 == first[1].prompt_tokens
    assert texts(await model.complete(request(n=4, seed=7, max_tokens=24))) == texts(first)
    # the rest of a call is asked for by seeds that follow: they must be those of one request
    for number, reply in enumerate(first):
        (alone,) = await model.complete(request(seed=7 + number, max_tokens=24))
        assert alone.text == reply.text


async def test_at_temperature_zero_one_answer_serves_for_all(plain, connect):
    replies = await connect(plain).complete(request(n=3, temperature=0.0, max_tokens=8))
    assert len(replies) == 3 and len(set(texts(replies))) == 1


async def test_a_schema_is_honoured_and_its_old_form_silently_ignored(plain, connect):
    form = {"type": "json_schema", "json_schema": {"name": "about", "schema": SCHEMA}}
    asked = request(n=3, seed=1, max_tokens=200)
    for reply in await connect(plain, extra={"response_format": form}).complete(asked):
        found = json.loads(reply.text, strict=False)  # the grammar lets control characters through
        assert found.keys() == {"title", "level"} and found["level"] in ("easy", "hard")
    for reply in await connect(plain, extra={"guided_json": SCHEMA}).complete(asked):
        with pytest.raises(ValueError, match=r"Expecting|Extra data"):
            json.loads(reply.text, strict=False)


@pytest.mark.parametrize("route", ["chat", "completions"])
async def test_the_server_holds_answers_to_the_schema_of_every_prompt(plain, connect, route):
    model = connect(plain, handling=Handling(route=route))
    asked = {name: schema_of(name) for name in TURNS}
    calls = [
        replace(request(seed=3, max_tokens=40), schema=schema, purpose="tests")
        for schema in asked.values()
    ]
    replies = await asyncio.gather(*map(model.complete, calls))
    # random weights hardly ever end a text, but they begin as they have to
    for (name, schema), (reply,) in zip(asked.items(), replies, strict=True):
        (first, *_) = json.loads(schema)["properties"]
        assert re.match(rf'\{{\s*"{first}"\s*:', reply.text), name
    whole = replace(request(seed=3, max_tokens=60), schema=SHORT)
    (reply,) = await model.complete(whole)
    jsonschema.validate(extract_json(reply.text), json.loads(SHORT))


async def test_thoughts_are_not_held_to_a_schema(thinking, connect):
    model = connect(thinking, key="sk-for-the-second-server")
    (reply,) = await model.complete(replace(request(seed=2, max_tokens=16), schema=SHORT))
    (free,) = await model.complete(request(seed=2, max_tokens=16))
    assert (reply.text, reply.reasoning) == ("", free.reasoning)


@pytest.mark.parametrize(
    ("asked", "extra", "message"),
    [
        (request("word " * 1500), {}, r"400.*1024"),
        (request(max_tokens=2000), {}, "400.*max_tokens"),
        (request(max_tokens=8), {"response_format": {"type": "json_schema"}}, "400"),
    ],
    ids=["long", "longer", "schema"],
)
async def test_what_a_server_will_never_answer_is_refused_and_others_go_on(
    plain, connect, asked, extra, message
):
    with pytest.raises(ModelRefusal, match=message):
        await connect(plain, extra=extra).complete(asked)
    assert len(await connect(plain).complete(short())) == 1


async def test_what_is_asked_for_is_fitted_to_the_context_that_the_server_reports(plain, connect):
    model = connect(plain, extra={"ignore_eos": True})
    await model.check()
    (reply,) = await model.complete(request("word " * 500, max_tokens=4096))
    assert reply.prompt_tokens + reply.completion_tokens == 1024
    with pytest.raises(ModelRefusal, match=r"does not fit: its prompt has 1,\d\d\d tokens, and"):
        await model.complete(request("word " * 1500))


async def test_a_model_without_a_template_completes_plain_text(plain, connect):
    model = connect(plain, handling=Handling(route="completions"))
    first = await model.complete(request(n=3, seed=5, max_tokens=16))
    assert len(set(texts(first))) == 3 and all(texts(first))
    (last,) = await model.complete(request(seed=7, max_tokens=16))
    assert last.text == first[2].text


async def test_another_model_is_said_to_be_unknown(plain, connect):
    model = connect(plain, name="other")
    with pytest.raises(ModelError, match=r"404.*check the base URL"):
        await model.complete(short())
    with pytest.raises(ModelError, match="it serves: tiny"):
        await model.check()


async def test_the_key_is_asked_for_and_never_shown(thinking, connect):
    assert await connect(thinking, key="sk-for-the-second-server").check()
    with pytest.raises(ModelError, match=r"401.*came from a test") as caught:
        await connect(thinking, key="sk-a-wrong-one-of-some-length").complete(short())
    assert "sk-a-wrong" not in str(caught.value)
    with pytest.raises(ModelError, match=r"401.*no API key was given"):
        await connect(thinking).check()
    assert "sk-for-the-second-server" not in thinking.log.read_text()


async def test_thoughts_are_kept_apart_where_there_is_no_answer(thinking, connect):
    # random weights never end their thought, and then the server's content is null
    model = connect(thinking, key="sk-for-the-second-server")
    for reply in await model.complete(request(n=3, seed=2, max_tokens=16)):
        assert (reply.text, reply.finish_reason) == ("", "length") and reply.reasoning


async def test_a_server_that_is_full_is_asked_again_until_all_is_answered(plain, connect):
    model = connect(plain, handling=Handling(Bounds(first=120)))
    replies = await asyncio.gather(*(model.complete(short(i)) for i in range(120)))
    assert model.activity.retried > 0, "eight are answered, and 48 may wait"
    assert model.activity.done == 120 and all(len(each) == 1 for each in replies)


async def test_what_prompts_begin_with_alike_is_computed_once(plain, connect):
    before = plain.metric("vllm:prefix_cache_hits_total")
    model, fixed = connect(plain), "The same words come first in all of them. " * 30
    for number in range(3):
        (reply,) = await model.complete(request(f"{fixed} Number {number}.", max_tokens=4))
        assert reply.cached_tokens >= 128 * (number > 0), "a block of the cache is 128 tokens"
    assert plain.metric("vllm:prefix_cache_hits_total") - before >= 2 * 128


def test_the_dashboard_asks_for_metrics_that_the_server_has(plain):
    board = Path(__file__).parents[2] / "deploy" / "grafana" / "codegen.json"
    asked = set(re.findall(r"vllm:\w+", board.read_text()))
    assert len(asked) > 5
    for name in asked:
        plain.metric(name)


async def test_cancelled_requests_leave_the_servers_queue(plain, connect):
    model = connect(plain, extra={"ignore_eos": True})
    written = plain.metric("vllm:generation_tokens_total")
    asked = [request(f"Number {number}.", max_tokens=900) for number in range(24)]
    calls = [asyncio.create_task(model.complete(each)) for each in asked]
    await plain.until("vllm:num_requests_waiting", least=8)
    for call in calls:
        call.cancel()
    for call in calls:
        with suppress(asyncio.CancelledError):
            await call
    await plain.until("vllm:num_requests_waiting", most=0)
    await plain.until("vllm:num_requests_running", most=0)
    assert plain.metric("vllm:generation_tokens_total") - written < 24 * 900, "none was finished"


async def test_what_has_priority_overtakes_what_waits(plain, connect):
    extra = {"ignore_eos": True}
    usual, urgent = connect(plain, extra=extra), connect(plain, extra={**extra, "priority": -1})
    calls = [
        asyncio.create_task(usual.complete(request(f"Number {number}.", max_tokens=120)))
        for number in range(32)
    ]
    await plain.until("vllm:num_requests_waiting", least=20)
    await asyncio.gather(*(urgent.complete(short(number)) for number in range(4)))
    overtaken = sum(not call.done() for call in calls)
    await asyncio.gather(*calls)
    assert overtaken >= 8
