"""Many processes over one journal: each call is paid once, whoever is killed and whenever."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from codegen.errors import JournalError, ModelError
from codegen.journal import Journal, JournaledModel, leases, worker

PROGRAM = Path(__file__).with_name("sharing.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def url(postgresql: Any) -> str:
    """A run that nobody has opened yet."""
    return f"{postgresql.url}?run=t{uuid.uuid4().hex}"


@contextlib.contextmanager
def process(url: str, role: str, first: int, last: int, seconds: float = 0.02) -> Iterator[Any]:
    command = [sys.executable, str(PROGRAM), url, role, *map(str, (first, last, seconds))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as started:
        try:
            yield started
        finally:
            started.kill()


def said(*processes: Any) -> list[list[str]]:
    lines = [line.split() for one in processes for line in one.stdout]
    assert all(one.wait() in (0, -signal.SIGKILL) for one in processes)
    return lines


def counted(lines: list[list[str]], word: str) -> Counter[str]:
    return Counter(line[1] for line in lines if line[0] == word)


def cut_off(journal: Journal, role: str) -> None:
    """End the server's side of all sessions of a role, as a network would."""
    ended = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name LIKE :named AND pid <> pg_backend_pid()"
    )
    journal._database.select(ended.bindparams(named=f"codegen {role}%"))


async def asked(model: Any, times: int) -> None:
    while len(model.asked) < times:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)


def test_what_several_processes_ask_at_once_is_paid_once(url: str) -> None:
    Journal.open(url).close()
    with (
        process(url, "driver", 0, 60) as a,
        process(url, "worker", 0, 60) as b,
        process(url, "worker", 20, 80) as c,
    ):
        lines = said(a, b, c)
    assert counted(lines, "call") == counted(lines, "run") == Counter(map(str, range(80)))
    answers = {tuple(line[1:]) for line in lines if line[0] == "done"}
    assert len(answers) == 80, "two processes were given different answers"
    with Journal.open(url, read_only=True) as journal:
        assert [(r.index, *r.record) for r in journal.records()] == sorted(
            (int(number), *answer) for number, *answer in answers
        )
        assert journal.counts().calls == journal.counts().executions == 80


def test_a_killed_server_loses_nothing_and_doubles_nothing(url: str, postgresql: Any) -> None:
    Journal.open(url).close()
    with (
        process(url, "driver", 0, 200, 0.1) as a,
        process(url, "worker", 0, 200, 0.1) as b,
        process(url, "worker", 100, 300, 0.1) as c,
    ):
        opened = [one.stdout.readline() for one in (a, b, c)]
        assert opened == ["open\n"] * 3
        for pause in (0.4, 0.3, 1.0):
            time.sleep(pause)
            postgresql.kill()
            time.sleep(pause)
            postgresql.start()
        lines = said(a, b, c)
    assert counted(lines, "call") == counted(lines, "run") == Counter(map(str, range(300)))
    assert counted(lines, "done").total() == 600
    with Journal.open(url, read_only=True) as journal:
        assert [r.index for r in journal.records()] == list(range(300))


async def test_who_waits_takes_over_from_a_killed_process(
    url: str, model: Any, request_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "GONE_S", 1.0)
    Journal.open(url).close()
    with process(url, "worker", 1, 2, 600.0) as owner, Journal.open(url) as journal:
        assert owner.stdout.readline() == "open\n" and owner.stdout.readline() == "call 1\n"
        kept = JournaledModel(Named(model), journal)
        waiting = asyncio.create_task(kept.complete(request_of.number(1)))
        await asyncio.sleep(2.5)
        assert not model.asked, "it was taken over from one who lives"
        owner.kill()
        await asyncio.wait_for(waiting, 60)
    assert len(model.asked) == 1


class Named:
    """A counting model by the name of the other process's."""

    name, revision = "paid", "1"

    def __init__(self, model: Any) -> None:
        self.complete = model.complete
        self.close = model.close


async def test_a_failure_or_a_cancellation_gives_the_key_to_who_waits(
    url: str, model: Any, request_of: Any
) -> None:
    with Journal.open(url) as first, Journal.open(url, worker=True) as second:
        one, other = JournaledModel(model, first), JournaledModel(model, second)
        for number, end in enumerate(("failure", "cancellation")):
            model.go.clear()
            begun = asyncio.create_task(one.complete(request_of.number(number)))
            await asked(model, 2 * number + 1)
            waiting = asyncio.create_task(other.complete(request_of.number(number)))
            await asyncio.sleep(0.3)
            if end == "failure":
                model.error = ModelError("away")
                model.go.set()
            else:
                begun.cancel()
            await asyncio.wait([begun])
            model.error = None
            model.go.set()
            # at once: a lease whose owner lives is not taken over
            assert len(await asyncio.wait_for(waiting, 60)) == 1
            assert len(model.asked) == 2 * (number + 1)


async def test_a_lease_outlives_its_connection(
    url: str, model: Any, request_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "GONE_S", 4.0)
    monkeypatch.setattr(worker, "IDLE_S", 0.1)
    with Journal.open(url) as first, Journal.open(url, worker=True) as second:
        one, other = JournaledModel(model, first), JournaledModel(model, second)
        model.go.clear()
        begun = asyncio.create_task(one.complete(request_of.number(1)))
        await asked(model, 1)
        more = [asyncio.create_task(one.complete(request_of.number(n))) for n in (2, 3)]
        await asked(model, 3)
        cut_off(second, "driver")
        waiting = asyncio.create_task(other.complete(request_of.number(1)))
        await asyncio.sleep(6)
        model.go.set()
        assert await begun == await waiting
        await asyncio.gather(*more)
    assert len(model.asked) == 3


async def test_a_server_that_stays_away_ends_the_run_and_says_so_once(
    url: str, postgresql: Any
) -> None:
    events: list[str] = []
    with Journal.open(url, on_event=events.append, patience_s=1.5) as journal:
        await journal.record(0, "accepted", {})
        postgresql.kill()
        try:
            found = await asyncio.gather(
                *(journal.record(number, "accepted", {}) for number in range(1, 4)),
                return_exceptions=True,
            )
        finally:
            postgresql.start()
    assert [type(one) for one in found] == [JournalError] * 3
    assert "has not answered for" in str(found[0]) and "start the same command" in str(found[0])
    assert sum("does not answer" in one for one in events) == 1
    with Journal.open(url) as journal:
        assert [r.index for r in journal.records()] == [0]


async def test_one_process_drives_and_others_write(url: str) -> None:
    with pytest.raises(JournalError, match="there is no run"):
        Journal.open(url, worker=True)
    with Journal.open(url) as driver:
        with pytest.raises(JournalError, match=r"in use by codegen driver \d+@"):
            Journal.open(url)
        workers = [Journal.open(url, worker=True) for _ in range(4)]
        everybody = [driver, *workers]
        await asyncio.gather(
            *(one.record(n, "accepted", {"n": n}) for n in range(50) for one in everybody)
        )
        assert [r.index for r in driver.records()] == list(range(50))
        with pytest.raises(JournalError, match="already recorded"):
            await workers[0].record(7, "rejected", {"n": 7})
        for one in workers:
            one.close()
    Journal.open(url).close()


async def test_who_lost_the_lock_cannot_write_any_more(url: str) -> None:
    with Journal.open(url, patience_s=1.0) as first:
        await first.record(0, "accepted", {})
        with Journal.open(url, read_only=True) as reader:
            cut_off(reader, "driver")
        with Journal.open(url) as second:
            with pytest.raises(JournalError, match="in use by"):
                await first.record(1, "accepted", {"from": "the first"})
            await second.record(1, "accepted", {"from": "the second"})
            assert [r.record for r in second.records()] == [{}, {"from": "the second"}]


async def test_a_killed_driver_gives_the_run_free_at_once(
    url: str, model: Any, request_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "GONE_S", 1e9)  # no waiting for what an earlier driver began
    Journal.open(url).close()
    with process(url, "driver", 1, 2, 600.0) as killed:
        assert killed.stdout.readline() == "open\n" and killed.stdout.readline() == "call 1\n"
        killed.kill()
        killed.wait()
        with Journal.open(url) as journal:
            kept = JournaledModel(Named(model), journal)
            assert len(await asyncio.wait_for(kept.complete(request_of.number(1)), 60)) == 1
