from __future__ import annotations

import asyncio
import base64
import contextlib
import copy
import html
import json
import pickle
import sqlite3
import urllib.parse
import zlib
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import ModelError, UsageError
from codegen.journal import Journal, JournaledModel
from codegen.model.contract import Message, Request
from codegen.model.openai import OpenAIModel
from codegen.secrets import ApiKey, find_api_key

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=60)
REQUEST = Request("solution", (Message("user", "Hello"),))
ENCODINGS = (
    str,
    html.escape,
    lambda key: json.dumps(key)[1:-1],
    lambda key: urllib.parse.quote(key, safe=""),
    lambda key: base64.b64encode(key.encode()).decode(),
    lambda key: repr(key)[1:-1],
)


@given(key=KEYS, before=st.text(), after=st.text(), encode=st.sampled_from(ENCODINGS))
def test_scrubs_every_usual_form(key: str, before: str, after: str, encode: Any) -> None:
    held = ApiKey(key, "a test")
    scrubbed = held.scrub(f"{before}{encode(key)}{after}")
    assert encode(key) not in scrubbed and key not in scrubbed


@given(key=KEYS)
def test_does_not_show_its_key(key: str) -> None:
    held = ApiKey(key, "SOME_VARIABLE")
    for text in (repr(held), str(held), f"{held}", f"{held!r:>100}", repr([held])):
        assert key not in text and "SOME_VARIABLE" in text
    assert not hasattr(held, "__dict__")
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copied(held)


@pytest.mark.parametrize("secret", ["", "  \n", "two words", "line\nbreak", "schlüssel", "a\x00b"])
def test_refuses_what_is_no_key_without_showing_it(secret: str) -> None:
    with pytest.raises(UsageError, match="MY_KEY") as caught:
        ApiKey(secret, "MY_KEY")
    assert secret.strip() == "" or secret not in str(caught.value)


def test_finds_the_key_in_file_or_environment(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from-file\n")
    environ = {"OPENAI_API_KEY": "two", "VLLM_API_KEY": "three"}
    found = find_api_key(file, environ)
    assert found is not None
    assert (found.source, found.authorization()) == (f"the file {file}", "Bearer from-file")
    found = find_api_key(None, environ)
    assert found is not None and found.source == "the environment variable OPENAI_API_KEY"
    found = find_api_key(None, {**environ, "CODEGEN_API_KEY": "one"})
    assert found is not None and found.authorization() == "Bearer one"
    assert find_api_key(None, {"CODEGEN_API_KEY": " "}) is None
    with pytest.raises(UsageError, match="absent: No such file"):
        find_api_key(tmp_path / "absent")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="ASCII"):
        find_api_key(file)


def echoes(key: str, script: Any) -> list[Any]:
    """Servers that give the key back in every way they can."""
    error = json.dumps({"error": {"message": f"bad key {key}"}}).encode()
    return [
        script.says(400, f"bad key {key}"),
        script.says(401, f"Bearer {key}" * 50),
        script.says(403, key),
        script.body(error, 404),
        script.body(f"<html>{html.escape(key)}</html>".encode(), 418),
        script.says(500, key),
        script.body(f"not json {key}".encode()),
        script.body(json.dumps({"choices": [], "error": key}).encode()),
        header(key),
        raw(f"HTTP/1.1 200 OK\r\n{key}\r\n\r\n".encode()),
        raw(f"{key} nonsense\r\n\r\n".encode()),
        script.break_off(),
        script.choices(script.choice(0, f"the key is {key}", reasoning=key)),
    ]


def header(key: str) -> Any:
    async def action(*_: Any) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"http://{key}/", "X-Key": key})

    return action


def raw(data: bytes) -> Any:
    async def action(_: Any, request: web.Request, __: Any) -> web.StreamResponse:
        assert isinstance(request.transport, asyncio.WriteTransport)
        request.transport.write(data)
        request.transport.close()
        return web.Response()

    return action


@pytest.mark.parametrize("case", range(13))
async def test_the_key_gets_nowhere(
    server: Any, script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: int
) -> None:
    monkeypatch.setattr("codegen.model.replica._FIRST_S", 0.001)
    key = "sk-\\'\"<&>%-very-secret-0123456789"
    server.script = [echoes(key, script)[case]] * 20
    held = ApiKey(key, "the environment variable CODEGEN_API_KEY")
    model = OpenAIModel("tiny", [server.url], api_key=held, revision="1", timeout_s=1.0)
    shown = [repr(model), repr(vars(model))]
    with Journal.open(tmp_path) as journal:
        try:
            shown.append(repr(await JournaledModel(model, journal).complete(REQUEST)))
        except ModelError as error:
            shown.extend(everything_about(error))
    await model.close()
    assert "very-secret" not in "".join(shown)
    assert b"very-secret" not in contents(tmp_path)
    if case == 12:  # the one that is an answer
        assert b"the key is ***" in contents(tmp_path)


def contents(folder: Path) -> bytes:
    """Everything that a run folder holds: its files, and what is compressed in them."""
    found = [file.read_bytes() for file in folder.iterdir()]
    with contextlib.closing(sqlite3.connect(folder / "journal.sqlite")) as connection:
        rows = connection.execute("SELECT request, replies FROM calls").fetchall()
    return b"".join([*found, *(zlib.decompress(data) for row in rows for data in row)])


def everything_about(error: BaseException | None) -> list[str]:
    """Text and representation of an error and of all that led to it."""
    if error is None:
        return []
    notes = getattr(error, "__notes__", [])
    here = [str(error), repr(error), repr(error.args), repr(vars(error)), repr(notes)]
    return here + everything_about(error.__cause__) + everything_about(error.__context__)
