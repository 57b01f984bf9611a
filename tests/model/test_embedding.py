"""The client of embedding servers, over real HTTP, and the journal before it."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import ModelError, ModelRefusal, UsageError
from codegen.journal import Hits, Journal, JournaledEmbedder
from codegen.journal.codec import vector_form, vector_from
from codegen.model.embedding import EmbeddingModel, vectors_in
from codegen.model.wire import Failure

Connect = Callable[..., EmbeddingModel]


@pytest.fixture
async def embedder(server: Any) -> AsyncIterator[Connect]:
    made: list[EmbeddingModel] = []

    def _connect(*urls: str, **options: Any) -> EmbeddingModel:
        options = {"timeout_s": 20.0, **options}
        made.append(EmbeddingModel(options.pop("name", "tiny"), urls or (server.url,), **options))
        return made[-1]

    yield _connect
    for model in made:
        await model.close()
        await model.close()


def cosine(one: Any, other: Any) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


async def test_texts_become_unit_vectors_in_their_order(server: Any, embedder: Connect) -> None:
    model = embedder(batch=3)
    (endpoint,) = await model.check()
    assert (model.name, model.revision, endpoint.url) == (
        "tiny",
        "/models/tiny",
        server.url + "/v1",
    )
    texts = [f"word{n} " * 3 for n in range(10)]
    found = await model.embed(texts)
    assert len(found) == 10 and all(len(one) == 16 for one in found)
    assert all(cosine(one, one) == pytest.approx(1, abs=1e-6) for one in found)
    alone = [(await model.embed([text]))[0] for text in texts]
    assert found == alone
    assert await model.embed([]) == []
    sizes = [len(body["input"]) for body in server.bodies]
    assert max(sizes) == 3 and sum(sizes) == 21


async def test_texts_of_many_callers_go_out_together(server: Any, embedder: Connect) -> None:
    model = embedder(concurrency=2, batch=8)
    await asyncio.gather(*(model.embed([f"text {n}"]) for n in range(40)))
    assert server.peak <= 2 and len(server.bodies) == 5


@pytest.mark.parametrize(
    "trouble",
    [
        lambda script: script.says(429, **{"Retry-After": "0"}),
        lambda script: script.says(503),
        lambda script: script.drop(),
        lambda script: script.body(b'{"data": []}'),
        lambda script: script.body(b'{"data": [{"index": 0, "embedding": ["a"]}]}'),
        lambda script: script.body(b'{"data": [{"index": 0, "embedding": [0, 0]}]}'),
        lambda script: script.body(b'{"data": [{"index": 0, "embedding": [NaN]}]}'),
        lambda script: script.body(b'{"data": [{"index": 0, "embedding": []}]}'),
        lambda script: script.body(b'{"data": [{"index": 1, "embedding": [1]}]}'),
    ],
)
async def test_tries_again(server: Any, embedder: Connect, script: Any, trouble: Any) -> None:
    server.script = [trouble(script)]
    (vector,) = await embedder().embed(["one two"])
    assert len(vector) == 16 and len(server.bodies) == 2


async def test_what_no_repetition_can_mend_is_said(
    server: Any, embedder: Connect, script: Any
) -> None:
    with pytest.raises(ModelError, match="does not serve the model 'huge'; it serves: tiny"):
        await embedder(name="huge").check()
    server.script = [script.says(404, "Not Found")]
    with pytest.raises(ModelError, match=r"404.*check the base URL, and that it serves .*'tiny'"):
        await embedder().check()
    server.script = [script.says(400, "The model does not support Embeddings API")]
    with pytest.raises(ModelRefusal, match="does not support"):
        await embedder().check()
    with pytest.raises(ModelError, match="not known before it was checked"):
        _ = embedder().revision
    with pytest.raises(UsageError, match="numbers above 0"):
        embedder(batch=0)


async def test_a_text_that_is_too_long_is_cut_and_harms_no_other(
    server: Any, embedder: Connect
) -> None:
    server.most_characters = 1000
    long = "many words " * 300
    model = embedder()
    found = await model.embed(["short", long, "also short"])
    (short, cut, last) = await model.embed(["short", long[: len(long) // 4], "also short"])
    assert found == [short, cut, last]
    server.most_characters = 3
    with pytest.raises(ModelRefusal, match="maximum context length"):
        await model.embed(["short"])


async def test_a_server_that_dies_is_an_error_and_one_that_comes_back_is_none(
    start_server: Any, embedder: Connect, script: Any
) -> None:
    first, other = await start_server(), await start_server()
    first.script = [script.drop()] * 50
    model = embedder(first.url, other.url)
    assert len(await model.embed([f"text {n}" for n in range(200)])) == 200
    with pytest.raises(ModelError, match="check that the server runs") as caught:
        await embedder("http://127.0.0.1:9", timeout_s=1.0).embed(["a", "b"])
    assert "Traceback" not in str(caught.value)


async def test_another_dimension_is_another_model(
    server: Any, embedder: Connect, tmp_path: Path
) -> None:
    model = embedder()
    await model.check()
    server.dimension = 8
    with pytest.raises(ModelError, match="vectors of 8 numbers came, and of 16 before"):
        await model.embed(["one"])
    server.dimension = 16
    with Journal.open(tmp_path) as journal:
        await JournaledEmbedder(model, journal).embed(["one"])
        server.dimension = 8
        renewed = embedder()
        await renewed.check()
        with pytest.raises(ModelError, match="another model is served"):
            await JournaledEmbedder(renewed, journal).embed(["one"])


async def test_a_text_is_paid_for_once(server: Any, embedder: Connect, tmp_path: Path) -> None:
    model = embedder()
    await model.check()
    with Journal.open(tmp_path) as journal:
        kept = JournaledEmbedder(model, journal)
        first = await kept.embed(["a b", "c", "a b"])
        assert first[0] == first[2] and kept.hits == Hits(misses=2, shared=1)
        assert await asyncio.gather(kept.embed(["d"]), kept.embed(["d"]))
    before = len(server.bodies)
    with Journal.open(tmp_path) as journal:
        again = JournaledEmbedder(embedder(), journal)
        with pytest.raises(ModelError, match="not known"):
            await again.embed(["a b"])
        again = JournaledEmbedder(model, journal)
        assert await again.embed(["a b", "c", "d"]) == [*first[:2], *await kept_d(again)]
        assert again.hits.misses == 0
    assert len(server.bodies) == before
    assert sum(body["input"].count("d") for body in server.bodies) == 1


async def kept_d(embedder: JournaledEmbedder) -> list[Any]:
    return await embedder.embed(["d"])


async def test_nobody_waits_for_ever_for_what_is_no_text(embedder: Connect) -> None:
    model, wrong = embedder(), cast("str", 3)
    with pytest.raises(ModelError, match="the embedding client failed: AttributeError"):
        await model.embed([wrong])
    assert len(await model.embed(["a text"])) == 1


async def test_whoever_is_cancelled_is_not_asked_for_and_closing_frees_the_rest(
    server: Any, embedder: Connect, script: Any
) -> None:
    server.script = [script.slow(60)]
    model = embedder(concurrency=1, batch=1)
    first = asyncio.ensure_future(model.embed(["first"]))
    await server.busy.wait()
    second, third = (asyncio.ensure_future(model.embed([text])) for text in ("second", "third"))
    await asyncio.sleep(0.05)
    second.cancel()
    await model.close()
    found = await asyncio.gather(first, second, third, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in found)
    assert [body["input"] for body in server.bodies] == [["first"]]
    with pytest.raises(ModelError, match="closed"):
        await model.embed(["later"])


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1))
def test_a_vector_comes_back_from_the_journal_as_it_was(numbers: list[float]) -> None:
    from array import array

    vector = array("f", numbers)
    assert vector_from(json.loads(json.dumps(vector_form(vector)))).tobytes() == vector.tobytes()


@given(
    st.recursive(
        st.none() | st.floats() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.sampled_from(["data", "index", "embedding"]), s),
    )
)
def test_whatever_a_server_says_is_vectors_or_a_failure(value: Any) -> None:
    found = vectors_in(value, 1)
    assert isinstance(found, Failure) or len(found) == 1
