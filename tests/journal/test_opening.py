from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codegen.errors import JournalError, UsageError
from codegen.journal import Counts, Journal, JournaledSandbox


def test_only_one_process_writes(tmp_path: Path) -> None:
    with Journal.open(tmp_path):
        for attempt in (open_elsewhere(tmp_path), open_here(tmp_path)):
            assert re.search(rf"in use by process {os.getpid()} on \S+ since \d{{4}}-", attempt)
    assert open_elsewhere(tmp_path) == ""
    assert names(tmp_path) == ["journal.sqlite"]


def open_here(folder: Path) -> str:
    with pytest.raises(JournalError) as caught:
        Journal.open(folder)
    return str(caught.value)


def open_elsewhere(folder: Path) -> str:
    code = f"from codegen.journal import Journal; Journal.open({str(folder)!r}).close()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    return done.stderr


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    code = (
        "import os, signal; from codegen.journal import Journal; "
        f"j = Journal.open({str(tmp_path)!r}); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code])
    assert (tmp_path / "journal.lock").exists()
    Journal.open(tmp_path).close()
    assert not (tmp_path / "journal.lock").exists()


def test_refuses_what_is_no_journal(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    file.write_text("Dear diary, " * 1000)
    before = file.read_bytes()
    for read_only in (False, True):
        with pytest.raises(JournalError, match="not a journal"):
            Journal.open(tmp_path, read_only=read_only)
    assert file.read_bytes() == before
    file.unlink()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE diary (day)")
    with pytest.raises(JournalError, match="not a journal"):
        Journal.open(tmp_path)
    assert "journal.lock" not in names(tmp_path)


def test_refuses_another_version(tmp_path: Path) -> None:
    Journal.open(tmp_path).close()
    query(tmp_path, "PRAGMA user_version=99")
    with pytest.raises(JournalError, match=r"another version of codegen \(schema 99, this one"):
        Journal.open(tmp_path)


def test_takes_an_empty_file_for_a_start_that_was_interrupted(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").touch()
    with pytest.raises(JournalError, match="empty"):
        Journal.open(tmp_path, read_only=True)
    Journal.open(tmp_path).close()
    with Journal.open(tmp_path, read_only=True) as journal:
        assert journal.counts() == Counts(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("folder", "advice"),
    [("/proc/run", "check the folder"), ("/dev/null/run", "a file is where a folder is wanted")],
)
def test_says_where_it_may_not_write(folder: str, advice: str) -> None:
    with pytest.raises(JournalError, match=rf"{folder}: .*{advice}"):
        Journal.open(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    if mount is None or subprocess.run([mount, *options], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk_stops_the_run_and_loses_nothing(
    small_disk: Path, sandbox: Any, request_of: Any
) -> None:
    done = []
    with Journal.open(small_disk) as journal:
        try:
            for number in range(1000):
                await journal.record(number, "accepted", os.urandom(3000).hex())
                done.append(number)
        except JournalError as error:
            failure, kind = str(error), type(error)
        assert "journal.sqlite: the disk is full; free some" in failure
        assert not issubclass(kind, UsageError)
        with pytest.raises(JournalError, match="the disk is full"):
            await JournaledSandbox(sandbox, journal).run(request_of.job(1))
        assert [r.index for r in journal.records()] == done
    command = ["mount", "-o", "remount,size=8m", str(small_disk)]
    assert await (await asyncio.create_subprocess_exec(*command)).wait() == 0
    with Journal.open(small_disk) as journal:
        assert [r.index for r in journal.records()] == done
        assert 10 < len(done) < 1000
        for number in range(1000, 1100):
            await journal.record(number, "accepted", os.urandom(3000).hex())
    assert query(small_disk, "PRAGMA integrity_check") == "ok"


async def test_reads_where_nothing_can_be_written(small_disk: Path) -> None:
    with Journal.open(small_disk) as journal:
        await journal.record(0, "accepted", {})
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    assert await (await asyncio.create_subprocess_exec(*remount)).wait() == 0
    with Journal.open(small_disk, read_only=True) as journal:
        assert journal.counts().accepted == 1
    with pytest.raises(JournalError, match="Read-only file system; check the folder"):
        Journal.open(small_disk)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def query(folder: Path, statement: str) -> Any:
    with contextlib.closing(sqlite3.connect(folder / "journal.sqlite")) as connection:
        row = connection.execute(statement).fetchone()
        connection.commit()
        return row[0] if row else None
