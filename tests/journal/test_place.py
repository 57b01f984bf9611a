from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine.default import DefaultDialect

from codegen.errors import UsageError
from codegen.journal import Journal, is_shared
from codegen.journal.place import Shared, chosen, is_there, place_of, point
from codegen.journal.schema import AnyText

URL = "postgresql://me@host:5433/db?sslmode=require&run=one"


@pytest.mark.parametrize(
    ("named", "server", "run"),
    [
        (URL, "postgresql://me@host:5433/db?sslmode=require", "one"),
        ("postgres://host/db?run=a-1_b", "postgresql://host/db", "a-1_b"),
        (
            "postgresql:///db?host=/run/pg&run=x",
            "postgresql:///db?host=/run/pg",
            "x",
        ),
    ],
)
def test_a_url_names_a_server_and_a_run_even_after_it_was_taken_for_a_path(
    named: str, server: str, run: str
) -> None:
    for form in (named, Path(named)):
        assert is_shared(form) and is_there(form)
        assert place_of(form) == Shared(server, run)
    again = place_of(str(place_of(named)))
    assert again == Shared(server, run)


def test_a_path_names_a_file(tmp_path: Path) -> None:
    assert place_of(tmp_path) == tmp_path / "journal.sqlite"
    assert place_of(tmp_path / "a.sqlite") == tmp_path / "a.sqlite"
    assert not is_shared(tmp_path) and not is_there(tmp_path)


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("postgresql://host/db", "does not say which run"),
        ("postgresql://host/db?run=Big", "small letters"),
        ("postgresql://host/db?run=pg_one", "small letters"),
        ("postgresql://me:secret@host/db?run=a", "PGPASSWORD"),
        ("postgresql://me@host/db?run=a&password=secret", "PGPASSWORD"),
    ],
)
def test_what_is_wrong_with_a_url_is_said_without_the_password(named: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        Journal.open(named)
    assert "secret" not in str(caught.value)


def test_one_process_writes_to_a_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="use a database"):
        Journal.open(tmp_path, worker=True)


def test_a_folder_says_in_which_database_its_journal_is(tmp_path: Path) -> None:
    assert chosen(tmp_path, None) == tmp_path
    assert chosen(tmp_path, URL) == URL
    point(tmp_path / "run", str(place_of(URL)))
    assert place_of(tmp_path / "run") == place_of(URL)
    assert chosen(tmp_path / "run", URL) == URL
    with pytest.raises(UsageError, match=r"is in postgresql://me@host:5433/db"):
        chosen(tmp_path / "run", URL.replace("one", "two"))
    Journal.open(tmp_path).close()
    with pytest.raises(UsageError, match=re.escape(f"codegen journal copy {tmp_path}")):
        chosen(tmp_path, URL)
    with pytest.raises(UsageError, match="--out is a folder"):
        chosen(Path(URL), None)
    with pytest.raises(UsageError, match="give the URL of a database"):
        chosen(tmp_path / "other", "elsewhere")


@given(st.text(st.characters(exclude_categories=())))
def test_every_string_comes_back_from_what_postgresql_takes(text: str) -> None:
    kind, dialect = AnyText(), DefaultDialect()
    sent = kind.process_bind_param(text, dialect)
    assert sent is not None
    assert b"\0" not in sent.encode()
    assert kind.process_result_value(sent, dialect) == text
