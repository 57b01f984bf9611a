from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest

from codegen.errors import JournalError, ModelError, SandboxError
from codegen.journal import Hits, Journal, JournaledModel, JournaledSandbox

Place = Path | str


async def test_a_call_is_made_once(place: Place, model: Any, request_of: Any) -> None:
    with Journal.open(place) as journal:
        first = await JournaledModel(model, journal).complete(request_of.number(1, n=2))
        again = JournaledModel(model, journal)
        assert await again.complete(request_of.number(1, n=2)) == first
        assert again.hits == Hits(hits=1)
    with Journal.open(place) as journal:
        resumed = JournaledModel(model, journal)
        assert await resumed.complete(request_of.number(1, n=2)) == first
        other = await resumed.complete(request_of.number(2))
    assert [r.text for r in first] == ["1.0", "1.1"] and other[0].text == "2.0"
    assert len(model.asked) == 2 and resumed.hits == Hits(hits=1, misses=1)
    assert len({r.call for r in (*first, *other)}) == 2


async def test_another_revision_is_another_model(place: Place, model: Any, request_of: Any) -> None:
    with Journal.open(place) as journal:
        kept = JournaledModel(model, journal)
        await kept.complete(request_of.number(1))
        model.revision = "r2"
        await kept.complete(request_of.number(1))
        assert kept.revision == "r2"
    assert len(model.asked) == 2


async def test_an_execution_is_made_once_for_each_toolchain(
    place: Place, sandbox: Any, request_of: Any
) -> None:
    with Journal.open(place) as journal:
        kept = JournaledSandbox(sandbox, journal)
        first = await kept.run(request_of.job(1))
        assert await kept.run(request_of.job(1)) == first
        sandbox.toolchain = "sha256:2"
        assert (await kept.run(request_of.job(1))).key != first.key
        assert kept.hits == Hits(hits=1, misses=2)
        assert (kept.name, await kept.digest("go")) == ("counting", "sha256:2/go")
        assert journal.job(first.key) == request_of.job(1)
        with pytest.raises(JournalError, match="no execution"):
            journal.job("0" * 64)
    assert len(sandbox.asked) == 2


async def test_a_rerun_executes_afresh_and_is_kept_too(
    place: Place, sandbox: Any, request_of: Any
) -> None:
    with Journal.open(place) as journal:
        kept = JournaledSandbox(sandbox, journal)
        results = [await kept.again(rerun).run(request_of.job(1)) for rerun in (0, 1, 2, 0, 1, 2)]
    assert results[:3] == results[3:]
    assert [r.steps[0].stdout for r in results[:3]] == [b"1", b"2", b"3"]
    assert len({r.key for r in results}) == 3


async def test_equal_calls_at_once_are_made_once(place: Place, model: Any, request_of: Any) -> None:
    with Journal.open(place) as journal:
        kept = JournaledModel(model, journal)
        calls = [kept.complete(request_of.number(i % 10)) for i in range(1000)]
        replies = await asyncio.gather(*calls)
        assert len(model.asked) == 10
        assert all(replies[i] == replies[i % 10] for i in range(1000))
        assert kept.hits == Hits(misses=10, shared=990)
        assert journal.counts().calls == 10


async def test_failures_are_not_kept(
    place: Place, model: Any, sandbox: Any, request_of: Any
) -> None:
    with Journal.open(place) as journal:
        kept, kept_sandbox = JournaledModel(model, journal), JournaledSandbox(sandbox, journal)
        model.error, sandbox.error = ModelError("away"), SandboxError("died")
        results = await asyncio.gather(
            kept.complete(request_of.number(1)),
            kept.complete(request_of.number(1)),
            kept_sandbox.run(request_of.job(1)),
            return_exceptions=True,
        )
        assert [type(r) for r in results] == [ModelError, ModelError, SandboxError]
        assert (journal.counts().calls, journal.counts().executions) == (0, 0)
        model.error = sandbox.error = None
        assert len(await kept.complete(request_of.number(1))) == 1
        assert (await kept_sandbox.run(request_of.job(1))).key
    assert len(model.asked) == 2 and len(sandbox.asked) == 2


async def test_cancelling_one_who_waits_leaves_the_others(
    place: Place, model: Any, request_of: Any
) -> None:
    model.go.clear()
    with Journal.open(place) as journal:
        kept = JournaledModel(model, journal)
        calls = [asyncio.create_task(kept.complete(request_of.number(1))) for _ in range(3)]
        await asyncio.sleep(0.05)
        calls[0].cancel()
        await asyncio.sleep(0)
        model.go.set()
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError)
        assert results[1] == results[2] and model.cancelled == 0
        assert journal.counts().calls == 1


async def test_cancelling_the_last_who_waits_cancels_the_call(
    place: Place, model: Any, request_of: Any
) -> None:
    model.go.clear()
    with Journal.open(place) as journal:
        kept = JournaledModel(model, journal)
        calls = [asyncio.create_task(kept.complete(request_of.number(1))) for _ in range(2)]
        await asyncio.sleep(0.05)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert model.cancelled == 1
        model.go.set()
        assert len(await kept.complete(request_of.number(1))) == 1
        gc.collect()  # an exception that nobody took would be reported here


async def test_an_answer_that_came_is_kept_even_when_nobody_waits(
    place: Place, model: Any, request_of: Any
) -> None:
    with Journal.open(place) as journal:
        kept = JournaledModel(model, journal)
        for number in range(50):
            call = asyncio.create_task(kept.complete(request_of.number(number)))
            while len(model.asked) == number:  # noqa: ASYNC110 - cancel at once, at any point after
                await asyncio.sleep(0)
            for _ in range(number % 4):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
    with Journal.open(place, read_only=True) as journal:
        assert journal.counts().calls == len(model.asked) == 50


async def test_closes_what_it_stands_before(place: Place, model: Any, sandbox: Any) -> None:
    with Journal.open(place) as journal:
        await JournaledModel(model, journal).close()
        await JournaledSandbox(sandbox, journal).close()
    assert model.closed
