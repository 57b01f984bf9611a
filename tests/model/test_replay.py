from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.errors import JournalError, ReplayMiss, UsageError
from codegen.journal import Journal, JournaledModel, call_key
from codegen.journal.entries import CallEntry
from codegen.model.contract import Message, Model, Reply, Request, Sampling
from codegen.model.replay import ReplayModel

ASKED = Request("solution", (Message("user", "Sort the list, please."),), Sampling(seed=1), n=2)
ANSWERS = (Reply("one", prompt_tokens=3, completion_tokens=5, reasoning="hm"), Reply("two"))


async def record(folder: Path, *requests: Request, name: str = "tiny") -> None:
    with Journal.open(folder) as journal:
        for request in requests:
            key = call_key(name, "r1", request)
            await journal.add(CallEntry(key, name, "r1", request, ANSWERS, time.time(), 0.1))


async def test_answers_what_was_recorded(tmp_path: Path) -> None:
    await record(tmp_path, ASKED)
    for path in (tmp_path, tmp_path / "journal.sqlite"):
        model: Model = ReplayModel(path)
        assert (model.name, model.revision) == ("tiny", "r1")
        replies = await model.complete(ASKED)
        assert [replace(r, call="") for r in replies] == list(ANSWERS)
        assert {r.call for r in replies} == {call_key("tiny", "r1", ASKED)}
        await model.close()
        await model.close()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (replace(ASKED, sampling=Sampling(seed=2)), "sampling.seed: recorded 1, asked 2"),
        (replace(ASKED, n=3), "n: recorded 2, asked 3"),
        (
            replace(ASKED, messages=(Message("user", "Sort the tree, please."),)),
            r"message 1 \(user\), from character 9 on: recorded .*list.* asked .*tree",
        ),
        (
            replace(ASKED, messages=(*ASKED.messages, Message("assistant", "no"))),
            r"message 2 \(assistant\): recorded None, asked 'no'",
        ),
        (replace(ASKED, purpose="repair"), "nor to any other of that purpose"),
    ],
)
async def test_says_what_differs_in_a_request_it_does_not_know(
    tmp_path: Path, asked: Request, message: str
) -> None:
    await record(tmp_path, ASKED, replace(ASKED, n=9, messages=()))
    model = ReplayModel(tmp_path)
    with pytest.raises(ReplayMiss, match=message) as caught:
        await model.complete(asked)
    await model.close()
    assert f"{asked.purpose!r} request" in str(caught.value)
    assert call_key("tiny", "r1", asked)[:12] in str(caught.value)


async def test_a_replayed_run_has_the_keys_of_the_recorded_one(tmp_path: Path) -> None:
    await record(tmp_path / "old", ASKED)
    replay = ReplayModel(tmp_path / "old")
    with Journal.open(tmp_path / "new") as journal:
        replies = await JournaledModel(replay, journal).complete(ASKED)
        assert replies == await replay.complete(ASKED)
        assert journal.models() == [("tiny", "r1")]
    await replay.close()


async def test_needs_one_recorded_model(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no journal at"):
        ReplayModel(tmp_path / "absent")
    Journal.open(tmp_path).close()
    with pytest.raises(UsageError, match="holds no model calls"):
        ReplayModel(tmp_path)
    await record(tmp_path, ASKED)
    await record(tmp_path, ASKED, name="huge")
    with pytest.raises(UsageError, match=r"huge \(r1\), tiny \(r1\); name one"):
        ReplayModel(tmp_path)
    chosen = ReplayModel(tmp_path, name="huge")
    assert chosen.name == "huge"
    await chosen.close()


async def test_reads_a_journal_that_is_being_written(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        key = call_key("tiny", "r1", ASKED)
        await journal.add(CallEntry(key, "tiny", "r1", ASKED, ANSWERS, time.time(), 0.1))
        model = ReplayModel(tmp_path)
        assert len(await model.complete(ASKED)) == 2
        await model.close()
