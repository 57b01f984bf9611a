from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import Connection, MetaData, text

from codegen.cli.journal import journal as command
from codegen.errors import JournalError, UsageError
from codegen.journal import (
    Journal,
    JournaledModel,
    JournaledSandbox,
    copying,
    migrating,
    opening,
    schema,
)
from codegen.journal.database import Role
from codegen.journal.opening import open_database
from codegen.journal.place import Shared, place_of


@pytest.fixture
def url(postgresql: Any) -> str:
    """A run that nobody has opened yet."""
    return f"{postgresql.url}?run=t{uuid.uuid4().hex}"


async def filled(place: Path | str, model: Any, sandbox: Any, request_of: Any) -> None:
    with Journal.open(place) as journal:
        journal.fingerprint({"seed": 1})
        kept, ran = JournaledModel(model, journal), JournaledSandbox(sandbox, journal)
        await asyncio.gather(*(kept.complete(request_of.number(n)) for n in range(250)))
        await asyncio.gather(*(ran.run(request_of.job(n)) for n in range(30)))
        for number in range(20):
            await journal.record(number, "accepted", {"a": "\ud800\0"}, reason="a\\b\0\udfff")


def invoke(*arguments: Any) -> str:
    done = CliRunner().invoke(command, [str(one) for one in arguments])
    if done.exception is not None:
        raise done.exception
    return done.output


async def test_a_journal_goes_to_a_database_and_comes_back(
    tmp_path: Path, url: str, model: Any, sandbox: Any, request_of: Any
) -> None:
    await filled(tmp_path / "one", model, sandbox, request_of)
    there = invoke("copy", tmp_path / "one", url)
    assert "calls                 250 rows, 250 sent" in there
    assert "250 rows, 0 sent" in invoke("copy", tmp_path / "one", url)
    back = invoke("copy", url, tmp_path / "two")
    assert [line.split()[-1] for line in there.splitlines()[:-1]] == [
        line.split()[-1] for line in back.splitlines()[:-1]
    ], "the digests differ"
    places = (tmp_path / "one", url, tmp_path / "two")
    facts = [json.loads(invoke("info", place, "--json")) for place in places]
    own = ("place", "made_at", "schema", "bytes")
    assert len({json.dumps({k: v for k, v in one.items() if k not in own}) for one in facts}) == 1
    assert (facts[1]["calls"], facts[1]["accepted"], facts[1]["files"]) == (250, 20, 1)
    with Journal.open(url) as journal:
        kept = JournaledModel(model, journal)
        await asyncio.gather(*(kept.complete(request_of.number(n)) for n in range(250)))
        assert next(journal.records()).record == {"a": "\ud800\0"}
    assert len(model.asked) == 250, "a call was paid again after the copy"
    server = url.partition("?")[0]
    assert url.rpartition("=")[2] in json.loads(invoke("info", server, "--json"))["runs"]


async def test_a_copy_that_was_interrupted_goes_on_and_one_of_another_run_is_refused(
    tmp_path: Path, url: str, model: Any, sandbox: Any, request_of: Any
) -> None:
    await filled(tmp_path, model, sandbox, request_of)

    def interrupt(table: str, done: int, _: int) -> None:
        if table == "calls" and done >= 100:
            raise KeyboardInterrupt

    source, target = open_database(tmp_path, Role.READER), open_database(url, Role.DRIVER)
    with pytest.raises(KeyboardInterrupt):
        copying.copy(source, target, interrupt)
    sent = {one.table: one.sent for one in copying.copy(source, target)}
    assert (sent["calls"], sent["executions"], sent["records"]) == (150, 0, 20)
    target.close()
    with Journal.open(url) as journal:
        await journal.record(99, "rejected", {})
    with pytest.raises(JournalError, match="1 row has come from another journal"):
        invoke("copy", tmp_path, url)
    with Journal.open(tmp_path / "other") as journal:
        journal.fingerprint({"seed": 2})
    with pytest.raises(UsageError, match="seed: was 1, is 2"):
        invoke("copy", tmp_path / "other", url)
    source.close()


def test_an_older_run_is_refused_until_it_is_upgraded(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_of(url)
    assert isinstance(place, Shared)
    link = opening._link(place, Role.DRIVER)
    with monkeypatch.context() as older:
        older.setattr(migrating, "REVISIONS", migrating.REVISIONS[:1])
        link.once(lambda connection: migrating.prepare(connection, place))
    for worker in (False, True):
        with pytest.raises(JournalError, match="codegen journal upgrade") as caught:
            Journal.open(url, worker=worker)
        assert f"'{url}'" in str(caught.value)
    assert invoke("upgrade", url) == f"{url}: 0001 to 0003\n"
    assert "is up to date" in invoke("upgrade", url)
    assert json.loads(invoke("info", url, "--json"))["schema"] == "0003"
    with Journal.open(url), pytest.raises(JournalError, match="in use"):
        invoke("upgrade", url)
    link.once(
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num='9'"))
    )
    with pytest.raises(JournalError, match="use that version"):
        Journal.open(url)


def test_the_steps_lead_to_the_tables_that_the_code_works_with(url: str) -> None:
    Journal.open(url).close()
    place = place_of(url)
    assert isinstance(place, Shared)
    wanted = MetaData()
    for table in (*schema.metadata.tables.values(), *schema.shared.tables.values()):
        table.to_metadata(wanted)

    def compared(connection: Connection) -> Any:
        return compare_metadata(MigrationContext.configure(connection), wanted)

    assert opening._link(place, Role.READER).once(compared) == []


def test_what_is_no_journal_is_refused(url: str) -> None:
    place = place_of(url)
    assert isinstance(place, Shared)
    link = opening._link(place, Role.READER)
    link.once(lambda connection: connection.execute(text(f'CREATE SCHEMA "{place.run}"')))
    with pytest.raises(JournalError, match="there is no run"):
        Journal.open(url, read_only=True)
    link.once(lambda connection: connection.execute(text("CREATE TABLE diary (day int)")))
    for read_only in (False, True):
        with pytest.raises(JournalError, match="is not a journal; name another run"):
            Journal.open(url, read_only=read_only)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("/postgres?", "/nowhere?"), "there is no such database; create it first"),
        (("codegen@", "nobody@"), "does not let this user in"),
        (("?", "?bad=1&"), "the URL cannot be read"),
    ],
)
def test_what_a_server_refuses_is_said_at_once(
    url: str, change: tuple[str, str], says: str
) -> None:
    with pytest.raises(JournalError, match=says):
        Journal.open(url.replace(*change))
    unreachable = "postgresql://127.0.0.1:1/x?run=a"
    with pytest.raises(JournalError, match="cannot be reached; check the URL"):
        Journal.open(unreachable)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_text_is_refused(postgresql: Any, encoding: str) -> None:
    def made(name: str, more: str) -> str:
        with psycopg.connect(postgresql.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} {more}")
        return str(postgresql.url).replace("/postgres", f"/{name}")

    name = f"t{uuid.uuid4().hex}"
    wrong = made(name, f"ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    for refused in (
        lambda: Journal.open(f"{wrong}?run=one"),
        lambda: Journal.open(f"{wrong}?run=one", read_only=True),
        lambda: invoke("info", wrong),
    ):
        with pytest.raises(UsageError, match=f"database '{name}' is {encoding}") as caught:
            refused()
    advice = str(caught.value).partition("CREATE DATABASE codegen ")[2].partition(")")[0]
    right = made(f"u{uuid.uuid4().hex}", advice)
    Journal.open(f"{right}?run=one&client_encoding=LATIN1").close()
