"""The disk of the database that a run's journal is in becomes full, and has room again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from codegen.journal import Journal
from tests.cli.test_synthesize_server import Server as ModelServer
from tests.postgresql import Server, binaries

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "codegen", "synthesize", "--sandbox", "local", "--langs", "py"]
COMMAND += [
    "--target",
    "2",
    "--inputs",
    "6",
    "--derive",
    "none",
    "--cpu",
    "2",
    "--model",
    "teacher",
]
FULL_AT = 4  # questions to the model


def unable(reason: str) -> None:
    if os.environ.get("CODEGEN_REQUIRE_POSTGRESQL"):
        pytest.fail(f"CODEGEN_REQUIRE_POSTGRESQL is set, and {reason}")
    pytest.skip(reason)


class Disk:
    """A small disk with a PostgreSQL server's data, which can be filled and emptied."""

    def __init__(self, folder: Path, where: Path) -> None:
        self._filler = folder / "filler"
        self.server = Server(folder, where)

    def fill(self) -> None:
        with self._filler.open("wb", buffering=0) as handle:
            size = 1 << 20
            while size:
                try:
                    handle.write(bytes(size))
                except OSError:
                    size //= 2

    def empty(self) -> None:
        self._filler.unlink()


@pytest.fixture
def disk() -> Iterator[Disk]:
    where = binaries()
    if where is None:
        unable("no PostgreSQL is installed")
    with tempfile.TemporaryDirectory(prefix="codegen-postgresql-") as folder:
        Path(folder).chmod(0o755)
        mount = ["mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", folder]
        if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
            unable("a small disk can only be mounted by root")
        assert where is not None
        made = None
        try:
            made = Disk(Path(folder), where)
            made.server.start()
            yield made
        finally:
            if made is not None:
                made.server.stop()
            subprocess.run(["umount", "--lazy", folder], check=True)


class Counting(ModelServer):
    """Counts what it is asked, and does something at the question of a number."""

    def __init__(self, at: int, then: Callable[[], None]) -> None:
        super().__init__()
        self.questions: Counter[str] = Counter()
        self._at, self._then = at, then

    async def _chat(self, request: web.Request) -> web.Response:
        self.asked = 0  # nobody is put off
        body = await request.json()
        self.questions[json.dumps([body["messages"], body.get("seed")])] += 1
        if self.questions.total() == self._at:
            self._then()
        answer: web.Response = await super()._chat(request)
        return answer


def run(server: ModelServer, url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "--base-url", server.url, "--journal", url, "--out", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=250)


def contents(url: str) -> tuple[int, list[int]]:
    """Return how many calls a journal holds, and the numbers of its problems."""
    with Journal.open(url, read_only=True) as journal:
        return journal.counts().calls, [record.index for record in journal.records()]


def test_a_run_ends_where_the_database_is_full_and_goes_on_when_it_has_room(
    disk: Disk, tmp_path: Path
) -> None:
    url = f"{disk.server.url}?run=one"
    with Counting(FULL_AT, disk.fill) as server:
        first = run(server, url, tmp_path)
        assert first.returncode == 3 and "Traceback" not in first.stderr, first.stderr
        assert f"{url}: the server's disk is full; free some space, nothing" in first.stderr
        kept, _ = contents(url)
        disk.empty()
        asked = server.questions.total()
        second = run(server, url, tmp_path)
        assert second.returncode == 0, second.stderr
        again = server.questions.total() - asked
    summary: dict[str, Any] = json.loads((tmp_path / "summary.json").read_text())
    calls, problems = contents(url)
    assert summary["journal"]["calls_made"] == again == calls - kept, "a kept call was made again"
    assert 0 < kept <= asked and len(server.questions) == calls
    assert problems == list(range(len(problems))) and summary["problems"]["accepted"] == 2
    ids = [json.loads(row)["id"] for row in (tmp_path / "examples.jsonl").read_text().splitlines()]
    assert len(set(ids)) == len(ids) >= 2
