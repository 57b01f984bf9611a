from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from array import array
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from codegen.errors import JournalError, UsageError
from codegen.journal import (
    Counts,
    Journal,
    JournaledModel,
    JournaledSandbox,
    call_key,
    codec,
    execution_key,
)
from codegen.journal.entries import CallEntry, EmbeddingEntry, ExecutionEntry
from codegen.journal.keys import embedding_key
from codegen.model.contract import EMBEDDING, Message, Reply, Request, Sampling
from codegen.records import Usage, content_id
from codegen.sandbox.contract import Execution, Job, Status, Step, StepResult

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates and NUL included
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


async def test_keeps_records_in_the_order_of_their_index(place: Path | str) -> None:
    with Journal.open(place) as journal:
        indexes = [7, 0, 250, *range(20, 230), 3]
        await asyncio.gather(
            *(
                journal.record(i, "accepted" if i % 2 else "rejected", {"i": i}, reason=f"r{i}")
                for i in indexes
            )
        )
        assert [r.index for r in journal.records()] == sorted(indexes)
        assert all(r.record == {"i": r.index} for r in journal.records())
        assert {r.reason for r in journal.records("accepted")} == {
            f"r{i}" for i in indexes if i % 2
        }
        assert list(journal.recorded())[:2] == [(0, "rejected"), (3, "accepted")]
        accepted = sum(i % 2 for i in indexes)
        assert journal.counts() == Counts(0, 0, accepted, len(indexes) - accepted)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.tuples(VALUES, ANY_TEXT), min_size=1, max_size=12))
@example(values=[({}, "half a pair: \ud800, none: \0, as if: \\u0041 \\\\")])
async def test_a_record_comes_back_as_it_was(place: Path | str, values: Any) -> None:
    with Journal.open(place) as journal:
        first = sum(1 for _ in journal.recorded())
        for index, (value, reason) in enumerate(values, first):
            await journal.record(index, "accepted", value, reason=reason)
        found = list(journal.records())[first:]
        assert [(one.record, one.reason) for one in found] == values


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.tuples(*[ANY_TEXT] * 4))
@example(said=("solve\ud800", "tiny\0", "r\udfff", "answer \ud83d\0"))
async def test_what_was_paid_for_is_kept_whatever_it_says(
    place: Path | str, said: tuple[str, str, str, str]
) -> None:
    purpose, name, revision, answer = said
    request = Request(cast("Any", purpose), (Message("user", answer),), Sampling(stop=(answer,)))
    reply = Reply(answer, answer, 1, 1, cached_tokens=1)
    step = Step(answer, (answer,), {answer: b"x"}, {answer: answer}, stdin=b"\0\xff")
    job, result = Job(name, (step,)), Execution((StepResult(answer, Status.EXITED),))
    call, ran = call_key(name, revision, request), execution_key(revision, job)
    vector = embedding_key(name, revision, answer)
    with Journal.open(place) as journal:
        await journal.add(CallEntry(call, name, revision, request, (reply,), 1.0, 1.0))
        text = codec.text(job)
        await journal.add(ExecutionEntry(ran, revision, name, text, {}, result, 1.0, 1.0))
        await journal.add(EmbeddingEntry(vector, name, revision, array("f", [1.0]), 1.0, 1))
    with Journal.open(place, read_only=True) as journal:
        assert await journal.find_call(call) == (replace(reply, call=call),)
        assert await journal.find_request(call) == request
        assert await journal.find_execution(ran) == replace(result, key=ran)
        assert journal.job(ran) == job
        assert await journal.find_embedding(vector) == array("f", [1.0])
        assert request in journal.requests(purpose, most=99)
        assert (name, revision) in journal.models()
        used = journal.usage_by_model()
        assert used[name, purpose].cached_tokens and used[name, EMBEDDING].prompt_tokens


async def test_a_record_is_written_once(place: Path | str) -> None:
    with Journal.open(place) as journal:
        await journal.record(1, "accepted", {"a": 1})
        await journal.record(1, "accepted", {"a": 1})
        results = await asyncio.gather(
            journal.record(1, "rejected", {"a": 1}),
            journal.record(1, "accepted", {"a": 2}),
            journal.record(2, "accepted", {}),
            journal.record(3, "accepted", float("nan")),
            return_exceptions=True,
        )
        assert [type(r) for r in results] == [JournalError, JournalError, type(None), JournalError]
        assert "problem 1 is already recorded" in str(results[0])
        assert [(r.index, r.record) for r in journal.records()] == [(1, {"a": 1}), (2, {})]


async def test_sums_what_was_used(place: Path | str, model: Any, request_of: Any) -> None:
    with Journal.open(place) as journal:
        kept = JournaledModel(model, journal)
        for number in range(3):
            await kept.complete(request_of.number(number, n=2))
        assert journal.usage() == {"solution": Usage(3, 12, 0)}
        assert journal.models() == [("tiny", "r1")]


async def test_sums_what_was_cached_and_thought_and_reads_journals_that_did_not_count_it(
    tmp_path: Path, request_of: Any
) -> None:
    reply = Reply("", "stop", 9, 7, cached_tokens=4, reasoning_tokens=2)
    with Journal.open(tmp_path) as journal:
        for number, replies in enumerate(
            ((reply,), (reply, Reply("")), (Reply("", "stop", 1, 1),))
        ):
            request = request_of.number(number)
            await journal.add(CallEntry(str(number), "tiny", "r1", request, replies, 0.0, 0.0))
        assert journal.usage_by_model() == {("tiny", "solution"): Usage(3, 19, 15, 8, 4)}
        assert (await journal.find_call("0")) == (replace(reply, call="0"),)
    with sqlite3.connect(tmp_path / "journal.sqlite") as connection:
        connection.execute("DROP TABLE more_tokens")
    with Journal.open(tmp_path, read_only=True) as journal:
        assert journal.usage() == {"solution": Usage(3, 19, 15)}


async def test_a_harness_is_stored_once(tmp_path: Path, sandbox: Any, request_of: Any) -> None:
    with Journal.open(tmp_path) as journal:
        kept = JournaledSandbox(sandbox, journal)
        await asyncio.gather(*(kept.run(request_of.job(i)) for i in range(200)))
    assert query(tmp_path, "SELECT count(*) FROM files") == 1
    assert query(tmp_path, "SELECT count(*) FROM executions") == 200


def test_ties_a_folder_to_its_configuration(place: Path | str) -> None:
    config = {"seed": 1, "model": {"name": "tiny", "extra": {}}, "languages": ["py", "rs"]}
    with Journal.open(place) as journal:
        assert journal.fingerprint(config) == content_id(config)
        assert journal.fingerprint({**config, "languages": ("py", "rs")}) == content_id(config)
    other = {"seed": 2, "model": {"name": "tiny", "extra": {"k": 1}}, "limit": 9}
    with Journal.open(place) as journal:
        journal.fingerprint(config)
        with pytest.raises(UsageError) as caught:
            journal.fingerprint(other)
    assert str(caught.value).splitlines()[1:-1] == [
        '  languages: was ["py", "rs"], is (absent)',
        "  limit: was (absent), is 9",
        "  model.extra: was {}, is (absent)",
        "  model.extra.k: was (absent), is 1",
        "  seed: was 1, is 2",
    ]


async def test_reading_only_changes_nothing(tmp_path: Path, model: Any, request_of: Any) -> None:
    with Journal.open(tmp_path) as journal:
        await journal.record(0, "accepted", {})
    with Journal.open(tmp_path, read_only=True) as journal:
        assert [r.index for r in journal.records()] == [0]
        with pytest.raises(JournalError, match="reading only"):
            await journal.record(1, "accepted", {})
        with pytest.raises(JournalError, match="reading only"):
            await JournaledModel(model, journal).complete(request_of.number(1))
    assert names(tmp_path) == ["journal.sqlite"]


async def test_a_damaged_row_is_an_error(tmp_path: Path, model: Any, request_of: Any) -> None:
    with Journal.open(tmp_path) as journal:
        await JournaledModel(model, journal).complete(request_of.number(1))
    query(tmp_path, "UPDATE calls SET replies = x'00'")
    with Journal.open(tmp_path) as journal, pytest.raises(JournalError, match="damaged"):
        await JournaledModel(model, journal).complete(request_of.number(1))


async def test_a_closed_journal_says_so(place: Path | str) -> None:
    journal = Journal.open(place)
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        await journal.record(0, "accepted", {})


async def test_writes_many_calls_a_second(tmp_path: Path, model: Any, request_of: Any) -> None:
    with Journal.open(tmp_path) as journal:
        kept = JournaledModel(model, journal)
        started = time.monotonic()
        await asyncio.gather(*(kept.complete(request_of.number(i)) for i in range(2000)))
        seconds = time.monotonic() - started
    assert seconds < 10  # about half a second on an idle machine; without batches, minutes


async def test_the_event_loop_does_not_wait_for_the_disk(
    tmp_path: Path, model: Any, request_of: Any
) -> None:
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - before)

    with Journal.open(tmp_path) as journal:
        kept = JournaledModel(model, journal)
        with contextlib.closing(sqlite3.connect(tmp_path / "journal.sqlite")) as other:
            other.execute("BEGIN IMMEDIATE")  # nobody can write for a while
            watching = asyncio.create_task(watch())
            calls = asyncio.gather(*(kept.complete(request_of.number(i)) for i in range(20)))
            await asyncio.sleep(0.7)
            assert not calls.done()
            other.execute("ROLLBACK")
        assert len(await calls) == 20
        watching.cancel()
    assert longest < 0.5


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def query(folder: Path, statement: str) -> Any:
    with contextlib.closing(sqlite3.connect(folder / "journal.sqlite")) as connection:
        row = connection.execute(statement).fetchone()
        connection.commit()
        return row[0] if row else None
